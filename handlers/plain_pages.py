"""Hearth without JavaScript: forms, and pages that a reply is written into as it comes.

A question is posted, kept, and answered by the way to its conversation's page (303), which shows the reply that is
being written: so nothing is asked twice by a reload, and every text browser and curl can chat.
"""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from tornado.iostream import StreamClosedError
from tornado.template import Loader

from chat.conversations import Conversations, PersonalConversations
from chat.errors import NotFound, TooLarge
from chat.generation import Generation
from chat.generations import Generations
from chat.models import Models
from chat.requests import Choice, Name, NewConversation, Question
from ollama.errors import OllamaError
from store import Conversation, Message

from .answers import Refusal, what_failed
from .languages import Languages, Words
from .once import Once
from .plain_reply import ReplyPage, outcome
from .plain_text import html_of
from .sse import StreamHandler

LISTED = 30  # conversations on a page
FIELDS = 20  # of a form
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
OVER = b'<span class="over"></span></section>\n'  # by which the style knows that there is nothing to stop any more
TEMPLATES = Path(__file__).parent / "pages"

Form = TypeVar("Form", bound=msgspec.Struct)


class Ask(msgspec.Struct):
    question: str = ""
    model: Name | None = None


class Deed(msgspec.Struct):
    """To what something is to be done."""

    message: str = ""
    generation: str = ""


class Pages:
    """The pieces that the pages are made of, in one language after the other."""

    def __init__(self, languages: Languages) -> None:
        self._languages = languages
        self._templates = Loader(str(TEMPLATES))

    def words(self, accepted: str) -> Words:
        return self._languages.wanted(accepted)

    def render(self, name: str, words: Words, **values: Any) -> bytes:
        return self._templates.load(f"{name}.html").generate(words=words, html_of=html_of, **values)

    def noscript(self, accepted: str, conversation: str | None) -> bytes:
        """What stands in the page's <noscript>; `conversation` is its address, c/ID."""
        action = "/plain" if conversation is None else f"/{conversation}/plain"
        link = "plain.choose" if conversation is None else "plain.read"
        return self.render("noscript", self.words(accepted), action=action, link=link)


class PlainHandler(StreamHandler):
    transport = "page"
    comment = b"<!-- -->"
    content_type = "text/html; charset=utf-8"

    def initialize(
        self, conversations: Conversations, generations: Generations, models: Models, pages: Pages, once: Once
    ) -> None:
        self._conversations = conversations
        self._generations = generations
        self._models = models
        self._pages = pages
        self._once = once

    @property
    def mine(self) -> PersonalConversations:
        """Of who asks."""
        return self._conversations.of(self.caller.person)

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.set_header("Content-Type", self.content_type)
        self.set_header("Content-Security-Policy", POLICY)
        # With "no-referrer" a browser would say that a form comes from nowhere, and the gate would refuse it.
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Vary", "Accept-Language")

    @property
    def words(self) -> Words:
        return self._pages.words(self.request.headers.get("Accept-Language", ""))

    def render_piece(self, name: str, **values: Any) -> bytes:
        return self._pages.render(name, self.words, **values)

    async def show(self, piece: bytes) -> None:
        """Now, before Ollama is asked for its models, which may take long."""
        self.write(piece)
        with suppress(StreamClosedError):
            await self.flush()

    async def ask_form(self, action: str, chosen: str | None = None, question: str = "", problem: str = "") -> bytes:
        models, default = await self._chat_models()
        return self.render_piece(
            "ask", action=action, models=models, chosen=chosen or default, question=question, problem=problem
        )

    def form(self, shape: type[Form]) -> Form:
        try:
            known = {name: value for name, value in self._fields().items() if name in shape.__struct_fields__}
            return msgspec.convert(known, shape)
        except ValueError:  # msgspec's ValidationError is one, too
            raise Refusal(400, "bad_request", "This form can't be read") from None

    def _fields(self) -> dict[str, str]:
        """Those that are not empty; ValueError where there are more than any form of ours has."""
        return dict(parse_qsl(self.request.body.decode("utf-8", "replace"), max_num_fields=FIELDS))

    async def asked(self) -> Question:
        ask = self.form(Ask)
        question = Question(content=ask.question.replace("\r\n", "\n"), model=ask.model)
        if not question.content.strip():
            raise Refusal(400, "bad_request", self.words("plain.empty"))
        try:
            question.check()
        except TooLarge:
            raise Refusal(413, "too_large", self.words("plain.too_large")) from None
        return question

    async def do_once(self, question: Question, work: Coroutine[Any, Any, str]) -> str:
        """Where it is a browser that sent the form: a script may ask the same as often as it likes."""
        if "once" not in self._fields():
            return await work
        request = self.request
        return await self._once.do(
            (self.caller.person, request.remote_ip, request.path, question.content, question.model), work
        )

    def show_reply(self, conversation_id: str) -> None:
        self.redirect(f"/c/{conversation_id}/plain#reply", status=303)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """In words, on a page; what was typed is in the form again."""
        if status_code == 405:
            super().write_error(status_code, **kwargs)
            return
        _, problem = what_failed(**kwargs)
        self.set_status(problem.status)
        words = self.words("plain.missing") if problem.status == 404 else problem.message
        question = ""
        with suppress(ValueError):
            question = self._fields().get("question", "")
        title = self.words("plain.problem")
        action = "/plain" if problem.status == 404 else self.request.path.partition("/plain")[0] + "/plain"
        form = self.render_piece("ask", action=action, models=[], chosen="", question=question, problem=words)
        self.finish(self.render_piece("top", title=title) + form + self.render_piece("bottom"))

    async def _chat_models(self) -> tuple[list[str], str | None]:
        """None, where Ollama doesn't tell: the reply will say what is wrong."""
        try:
            view = await self._models.view(self._models.allowed(self.caller.person))
        except OllamaError:
            return [], None
        return [one.name for one in view["models"] if one.can_chat], view["default"]


class PlainStartHandler(PlainHandler):
    async def get(self) -> None:
        before = self.get_query_argument("before", "") or None
        found, more = await self.mine.newest(None, before, LISTED)
        conversations = [one.conversation for one in found]
        await self.show(self.render_piece("top", title=self.words("plain.title")))
        self.write(await self.ask_form("/plain"))
        older = conversations[-1].id if more else None
        self.write(self.render_piece("list", conversations=conversations, older=older))
        if self.caller.key is not None:  # by a session, which ends when one likes
            self.write(self.render_piece("sign_out", who=self.caller.name))
        self.finish(self.render_piece("bottom"))

    head = get

    async def post(self) -> None:
        question = await self.asked()
        self.show_reply(await self.do_once(question, self._begin(question)))

    async def _begin(self, question: Question) -> str:
        self._generations.check_open()
        conversation = await self.mine.create(NewConversation(model=question.model))
        await self.mine.ask(conversation.id, question)
        return conversation.id


class PlainConversationHandler(PlainHandler):
    async def get(self, conversation_id: str) -> None:
        conversation = await self.mine.get(conversation_id)
        branch = await self.mine.branch(conversation)
        generation = await self._at_work(branch)
        shown = branch if generation is None else branch[:-1]
        head = self.render_piece("top", title=conversation.title or self.words("plain.untitled"))
        head += b"".join(self._message(one) for one in shown)
        last = branch[-1] if branch else None
        if generation is None or last is None:
            await self.show(head)
            self.finish(await self._ending(conversation, last))
        else:
            head += self._reply_begins(last, generation)
            self.finish(await self._reply_ends(conversation, last, generation, head))

    async def post(self, conversation_id: str) -> None:
        question = await self.asked()
        self.show_reply(await self.do_once(question, self._ask(conversation_id, question)))

    async def _ask(self, conversation_id: str, question: Question) -> str:
        await self.mine.ask(conversation_id, question)
        return conversation_id

    async def _at_work(self, branch: Sequence[Message]) -> Generation | None:
        last = branch[-1] if branch else None
        if last is None or last.generation is None or last.state not in ("queued", "running"):
            return None
        return await self._generations.find(self.caller.person, last.generation)

    def _message(self, message: Message) -> bytes:
        return self.render_piece("message", message=message, who=self._who(message))

    def _reply_begins(self, message: Message, generation: Generation) -> bytes:
        names = {"conversation": message.conversation, "generation": generation.id}
        return self.render_piece("reply", who=self._who(message), **names)

    async def _reply_ends(
        self, conversation: Conversation, reply: Message, generation: Generation, head: bytes
    ) -> bytes:
        """What is left to be sent once it has been followed."""
        page = ReplyPage(self.words)
        await self.follow(generation, 0, self.transferred(page), head)
        await self.show(page.end() + OVER)
        if self._gone or generation.log.ending is None:  # the reader went, or Hearth does
            return self.render_piece("bottom")
        try:
            reply = await self.mine.message(reply.id)
        except NotFound:  # deleted meanwhile
            note = self.render_piece("note", note=self.words("plain.missing"), said=None)
            return note + self.render_piece("bottom")
        return await self._ending(conversation, reply)

    def _who(self, message: Message) -> str:
        return self.words("plain.you") if message.role == "user" else message.model or self.words("plain.reply")

    async def _ending(self, conversation: Conversation, last: Message | None) -> bytes:
        """How the last reply ended, what can be done about it, and the next question."""
        pieces = [] if last is None else [self._outcome(last), *self._deeds(last)]
        chosen = (last and last.model) or conversation.model
        pieces.append(await self.ask_form(f"/c/{conversation.id}/plain", chosen))
        return b"".join([*pieces, self.render_piece("bottom")])

    def _outcome(self, last: Message) -> bytes:
        words = outcome(last, self.words)
        return self.render_piece("note", note=words, said=(last.error or {}).get("message")) if words else b""

    def _deeds(self, last: Message) -> list[bytes]:
        deeds = {"again": last.id if last.role == "user" else last.parent}
        if last.state in ("stopped", "interrupted"):
            deeds["continue"] = last.id
        return [
            self.render_piece("deed", conversation=last.conversation, deed=deed, message=message)
            for deed, message in deeds.items()
            if message
        ]


class PlainDeedHandler(PlainHandler):
    """What a button does: stop, ask again, continue."""

    async def post(self, conversation_id: str, deed: str) -> None:
        form = self.form(Deed)
        if deed == "stop":
            await self._generations.stop(self.caller.person, form.generation)
        elif deed == "again":
            await self.mine.reply(form.message, Choice())
        else:
            await self.mine.go_on(form.message)
        self.show_reply(conversation_id)
