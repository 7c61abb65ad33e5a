"""The pages through which people come in: by name and password, by the owner's code, by a link."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any

from people.accounts import Accounts
from people.caller import Entry
from people.errors import LinkUsed, TooMany

from .account import visit_of
from .answers import JSONHandler, Refusal
from .cookies import let_out
from .entry import AGAIN, CHOSEN, CODE, NAME, PASSWORD, EntryHandler, Field, check_again, way_back
from .once import Once
from .plain_pages import Pages
from .visitors import proxied_name, visitor_of

# Seconds within which a form that comes again is the same click: on a slow line one presses again late, and a link that
# was used by the first would be of no use to the second.
SLOW = 30.0

Route = tuple[str, type[JSONHandler], dict[str, Any]]


def sign_in_routes(accounts: Accounts, auth: str, pages: Pages) -> list[Route]:
    entry = {"accounts": accounts, "auth": auth, "pages": pages, "once": Once(SLOW)}
    return [
        (r"/sign-in", SignInHandler, entry),
        (r"/sign-out", SignOutHandler, {"accounts": accounts}),
        (r"/setup", SetupHandler, entry),
        (r"/setup/code", NewCodeHandler, entry),
        (r"/invitation/([^/]+)", InvitedHandler, entry),
    ]


class SignInHandler(EntryHandler):
    title, button = "entry.sign_in", "entry.sign_in"
    fields = (NAME, PASSWORD)

    @property
    def elsewhere(self) -> str | None:
        if self._auth != "required" or (self.request.method != "POST" and visitor_of(self.request) is not None):
            return way_back(self.get_query_argument("next", ""))
        return None if self._accounts.has_owner else "/setup"

    def show(self, typed: dict[str, str], error: Exception | None = None, note: str = "", more: bytes = b"") -> None:
        super().show(typed, error, note, self._pages.render("forgotten", self.words))

    def entered(self, typed: dict[str, str]) -> Coroutine[Any, Any, Entry]:
        name, password = typed.get("name", ""), typed.get("password", "")
        return self._accounts.entrance.sign_in(name, password, visit_of(self))


class SetupHandler(EntryHandler):
    title, intro, button = "entry.setup", "entry.setup_intro", "entry.begin"

    @property
    def elsewhere(self) -> str | None:
        if self._auth not in ("required", "proxy"):
            return "/"
        return "/sign-in" if self._accounts.has_owner else None

    @property
    def fields(self) -> Sequence[Field]:  # type: ignore[override]
        if self._auth == "proxy":
            return CODE, NAME._replace(fixed=True)
        return CODE, NAME, CHOSEN, AGAIN

    def show(self, typed: dict[str, str], error: Exception | None = None, note: str = "", more: bytes = b"") -> None:
        if self._auth == "proxy":
            typed = typed | {"name": self._proxied()}
        super().show(typed, error, note, self._pages.render("new_code", self.words))

    async def entered(self, typed: dict[str, str]) -> Entry:
        code, name, password = typed.get("code", ""), typed.get("name", ""), typed.get("password", "")
        entrance = self._accounts.entrance
        if self._auth == "proxy":
            return await entrance.claim(code, self._proxied(), None, visit_of(self))
        check_again(typed)
        return await entrance.claim(code, name, password, visit_of(self))

    def _proxied(self) -> str:
        name = proxied_name(self.request)
        if name is None:
            raise Refusal(403, "forbidden", "The proxy in front of Hearth has to sign you in first: open its address")
        return name


class NewCodeHandler(SetupHandler):
    async def get(self, *path: str) -> None:
        self.redirect("/setup", status=303)

    head = get

    async def post(self, *path: str) -> None:
        if self.elsewhere:
            self.redirect(self.elsewhere, status=303)
            return
        try:
            self._accounts.entrance.first_owner.ask()
        except TooMany as error:
            self._refuse(error)
            self.show({}, note=self.words("entry.code_just_told", seconds=error.retry_after))
        else:
            self.show({}, note=self.words("entry.code_told"))


class InvitedHandler(EntryHandler):
    fields: Sequence[Field] = (NAME, CHOSEN, AGAIN)

    async def prepare(self) -> None:
        """For somebody new, or for somebody who is here."""
        self._secret, self._name = self.path_args[0], ""
        try:
            invitation = self._accounts.invitations.look(self._secret)
        except LinkUsed as error:
            self.title, self.fields = "entry.link_used", ()
            if not self.is_second_click:
                self.show({}, error, more=self._pages.render("to_sign_in", self.words))
            return
        self._name = invitation.name or ""
        self.title, self.intro, self.button = "entry.invited", "entry.invited_intro", "entry.join"
        if invitation.person is not None:
            self.title, self.intro, self.button = "entry.renew", "entry.renew_intro", "entry.renew_do"
            self.fields = (NAME._replace(fixed=True), CHOSEN._replace(label="entry.new_password"), AGAIN)

    def show(self, typed: dict[str, str], error: Exception | None = None, note: str = "", more: bytes = b"") -> None:
        fixed = any(one.fixed for one in self.fields)
        name = {"name": self._name} if self.fields and (fixed or not typed.get("name")) else {}
        super().show(typed | name, error, note, more)

    async def entered(self, typed: dict[str, str]) -> Entry:
        check_again(typed)
        name, password = typed.get("name", ""), typed.get("password", "")
        return await self._accounts.entrance.accept(self._secret, name, password, visit_of(self))


class SignOutHandler(JSONHandler):
    def initialize(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def post(self) -> None:
        caller = visitor_of(self.request)
        if caller is not None and caller.key is not None and caller.scopes is None:
            await self._accounts.entrance.sign_out(caller)
        let_out(self)
        self.redirect("/sign-in", status=303)
