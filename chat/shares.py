"""Sharing: a link to one conversation, down to a message or live, that shows the branch it leads to and no more."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

import msgspec

from store import Conversation, Message, PersonalStore, Share, Store

from .conversations import Conversations
from .errors import Invalid, NotFound
from .messages import now

MOST = 100  # shares of one person
SECRET = 16  # bytes


class NewShare(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    message: str | None = None  # down to which; None: live, down to the leaf
    sign_in: bool = True


class ShareView(msgspec.Struct):
    id: str
    link: str  # its path
    conversation: str
    title: str | None
    message: str | None
    live: bool
    sign_in: bool
    created_at: datetime


class SharedMessage(msgspec.Struct):
    """What of a message is shown to others: no settings, no thinking, no figures, no other branches."""

    id: str
    role: str
    content: str
    images: list[str]
    model: str | None
    created_at: datetime
    state: str | None


class Shared(msgspec.Struct):
    title: str | None
    live: bool
    messages: list[SharedMessage]


class Shares:
    def __init__(self, store: Store, conversations: Conversations, is_closed: Callable[[str], bool]) -> None:
        self._store = store
        self._conversations = conversations
        self._is_closed = is_closed  # whether a person's account is

    def __repr__(self) -> str:
        return f"<Shares {self._conversations!r}>"

    async def add(self, person: str, conversation_id: str, new: NewShare) -> ShareView:
        store = self._store.of(person)
        conversation = await self._conversations.of(person).get(conversation_id)
        if new.message is not None:
            await self._check_message(store, conversation_id, new.message)
        if len(await store.shares()) >= MOST:
            raise Invalid(f"There are {MOST} links already: end one that is not needed")
        share = Share(secrets.token_urlsafe(SECRET), conversation_id, new.message, new.sign_in, now())
        await store.add_share(share)
        return _view(share, conversation)

    async def of_conversation(self, person: str, conversation_id: str) -> list[ShareView]:
        conversation = await self._conversations.of(person).get(conversation_id)
        found = await self._store.of(person).shares()
        return [_view(one, conversation) for one in found if one.conversation == conversation_id]

    async def every(self, person: str) -> list[ShareView]:
        store = self._store.of(person)
        found = [(one, await store.conversation(one.conversation)) for one in await store.shares()]
        return [_view(share, conversation) for share, conversation in found if conversation is not None]

    async def end(self, person: str, share_id: str) -> None:
        if not await self._store.of(person).delete_share(share_id):
            raise NotFound("There is no such link")

    async def find(self, share_id: str) -> tuple[str, Share]:
        """With the person who shares it."""
        found = await self._store.share(share_id)
        if found is None or self._is_closed(found[0]):
            raise NotFound("This link leads to nothing (any more): ask the one who sent it")
        return found

    async def read(self, person: str, share: Share) -> Shared:
        mine = self._conversations.of(person)
        conversation = await mine.get(share.conversation)
        shown = conversation if share.message is None else msgspec.structs.replace(conversation, leaf=share.message)
        return Shared(conversation.title, share.message is None, [_shown(one) for one in await mine.branch(shown)])

    async def _check_message(self, store: PersonalStore, conversation_id: str, message_id: str) -> None:
        message = await store.message(message_id)
        if message is None or message.conversation != conversation_id:
            raise NotFound("`message` is no message of this conversation")


def _view(share: Share, conversation: Conversation) -> ShareView:
    return ShareView(
        id=share.id,
        link=f"/s/{share.id}",
        conversation=share.conversation,
        title=conversation.title,
        message=share.message,
        live=share.message is None,
        sign_in=share.sign_in,
        created_at=share.created_at,
    )


def _shown(message: Message) -> SharedMessage:
    return SharedMessage(
        id=message.id,
        role=message.role,
        content=message.content,
        images=message.images,
        model=message.model,
        created_at=message.created_at,
        state=message.state,
    )
