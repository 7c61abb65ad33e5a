"""Links to conversations: made, listed and ended by who shares, read by those who have one."""

from __future__ import annotations

from chat.shares import NewShare, Shares

from .access import SIGN_IN
from .answers import JSONHandler, Refusal
from .visitors import visitor_of


class ConversationSharesHandler(JSONHandler):
    def initialize(self, shares: Shares) -> None:
        self._shares = shares

    async def get(self, conversation_id: str) -> None:
        self.send({"shares": await self._shares.of_conversation(self.caller.person, conversation_id)})

    async def post(self, conversation_id: str) -> None:
        self.send(await self._shares.add(self.caller.person, conversation_id, self.read_body(NewShare)), 201)


class SharesHandler(JSONHandler):
    def initialize(self, shares: Shares) -> None:
        self._shares = shares

    async def get(self) -> None:
        self.send({"shares": await self._shares.every(self.caller.person)})


class ShareHandler(JSONHandler):
    def initialize(self, shares: Shares) -> None:
        self._shares = shares

    async def delete(self, share_id: str) -> None:
        await self._shares.end(self.caller.person, share_id)
        self.send_nothing()


class SharedHandler(JSONHandler):
    """For everybody who has the link, or for those of them who signed in."""

    def initialize(self, shares: Shares) -> None:
        self._shares = shares

    async def get(self, share_id: str) -> None:
        person, share = await self._shares.find(share_id)
        if share.sign_in and visitor_of(self.request) is None:
            raise Refusal(*SIGN_IN)
        self.send(await self._shares.read(person, share))
