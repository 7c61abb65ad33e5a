"""What the pages have in common through which people come in: HTML forms that need no script.

What was typed is there again beside what is wrong with it, passwords excepted.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Coroutine, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from people.accounts import Accounts
from people.caller import Entry
from people.errors import BadName, BadPassword, CodeWrong, Invalid, PeopleError, TooMany
from store import StoreError

from .account import visit_of
from .answers import JSONHandler, Refusal, problem_of, what_failed
from .cookies import let_in
from .languages import Words
from .once import Once
from .plain_pages import FIELDS, POLICY, Pages
from .visitors import visitor_of

WAY_BACK = re.compile(r"/(plain|c/[0-9a-zA-Z]+(/plain)?|s/[0-9a-zA-Z_-]+)?")
# Beside which field the page says what is wrong; at the top where the form has no such field.
BESIDE = {
    "bad_name": "name",
    "name_taken": "name",
    "wrong_password": "password",
    "disabled": "password",
    "too_many": "password",
    "bad_password": "password",
    "differ": "again",
    "code_wrong": "code",
    "code_gone": "code",
}


class Field(NamedTuple):
    name: str
    autocomplete: str
    label: str
    hint: str | None = None
    fixed: bool = False  # told, not asked for

    @property
    def is_secret(self) -> bool:
        return self.autocomplete.endswith("password")


NAME = Field("name", "username", "entry.name")
PASSWORD = Field("password", "current-password", "entry.password")
CODE = Field("code", "one-time-code", "entry.code", "entry.code_hint")
CHOSEN = Field("password", "new-password", "entry.password", "entry.password_hint")
AGAIN = Field("again", "new-password", "entry.again")


class Differ(Invalid):
    code = "differ"


class EntryHandler(JSONHandler):
    """A page with one form, which lets somebody in."""

    title = ""
    intro = ""
    button = ""
    fields: Sequence[Field] = ()

    def initialize(self, accounts: Accounts, auth: str, pages: Pages, once: Once) -> None:
        self._accounts = accounts
        self._auth = auth
        self._pages = pages
        self._once = once

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("Referrer-Policy", "same-origin")  # as on the other pages with forms
        self.set_header("X-Robots-Tag", "noindex")
        self.set_header("Vary", "Accept-Language")

    @property
    def words(self) -> Words:
        return self._pages.words(self.request.headers.get("Accept-Language", ""))

    @property
    def elsewhere(self) -> str | None:
        """Where to go instead, as things are."""
        return None if self._auth == "required" else "/"

    def typed(self) -> dict[str, str]:
        body = self.request.body.decode("utf-8", "replace")
        try:
            return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=FIELDS))
        except ValueError:
            raise Refusal(400, "bad_request", "This form can't be read") from None

    async def get(self, *path: str) -> None:
        if self.elsewhere:
            self.redirect(self.elsewhere, status=303)
        else:
            self.show({})

    head = get

    @property
    def is_second_click(self) -> bool:
        """Which finds what the first one changed."""
        return self.request.method == "POST" and self._form(self.typed()) in self._once

    async def post(self, *path: str) -> None:
        typed = self.typed()
        if self.elsewhere and not self.is_second_click:
            self.redirect(self.elsewhere, status=303)
            return
        try:
            opened = await self._entered_once(typed)
            if self._accounts.caller_by_session(opened.session) is None:  # it ended since the first click
                opened = await self.entered(typed)
        except (PeopleError, StoreError) as error:  # a full disk, perhaps
            self.show(typed, error)
            return
        await self._leave_old(opened)
        let_in(self, opened)
        self.redirect(way_back(typed.get("next", "")), status=303)

    def entered(self, typed: dict[str, str]) -> Coroutine[Any, Any, Entry]:
        raise NotImplementedError

    async def _entered_once(self, typed: dict[str, str]) -> Entry:
        if "form" not in typed:  # no browser's, so nothing tells two of them apart
            return await self.entered(typed)
        return await self._once.do(self._form(typed), self.entered(typed))

    def show(self, typed: dict[str, str], error: Exception | None = None, note: str = "", more: bytes = b"") -> None:
        place = BESIDE.get(error.code, "") if isinstance(error, PeopleError) else ""
        beside = place if any(place == one.name for one in self.fields) else ""
        wrong = "" if error is None else told(error, self.words)
        if error is not None:
            self._refuse(error)
        first = beside or self._first_empty(typed)
        fields = [
            self._field(one, typed, wrong if one.name == beside else "", one.name == first) for one in self.fields
        ]
        self._finish(
            title=self.words(self.title, name=typed.get("name", "")),
            intro=self.words(self.intro) if self.intro else "",
            problem="" if beside else wrong,
            note=note,
            fields=b"".join(fields),
            button=self.words(self.button) if self.fields else "",
            way_back=typed.get("next") or self.get_query_argument("next", ""),
            more=more,
        )

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        if status_code == 405:
            super().write_error(status_code, **kwargs)
            return
        _, problem = what_failed(**kwargs)
        self.set_status(problem.status)
        self._finish(title=self.words("plain.problem"), problem=problem.message)

    def _finish(self, **values: Any) -> None:
        empty = {"intro": "", "problem": "", "note": "", "fields": b"", "button": "", "way_back": "", "more": b""}
        form = secrets.token_urlsafe(6)  # two browsers that send the same are no double click
        action = self.request.path.removesuffix("/code")
        self.finish(self._pages.render("entry", self.words, **(empty | {"action": action, "form": form} | values)))

    def _form(self, typed: dict[str, str]) -> tuple[object, ...]:
        """Also by a browser that has got what the first click gave, and still shows the form."""
        visit = visit_of(self)
        return visit.address, visit.agent, self.request.path, *sorted(typed.items())

    def _field(self, field: Field, typed: dict[str, str], wrong: str, focused: bool) -> bytes:
        value = "" if field.is_secret else typed.get(field.name, "")
        return self._pages.render("field", self.words, field=field, value=value, wrong=wrong, focused=focused)

    def _first_empty(self, typed: dict[str, str]) -> str:
        empty = (one.name for one in self.fields if one.is_secret or not (one.fixed or typed.get(one.name)))
        return next(empty, "")

    def _refuse(self, error: Exception) -> None:
        problem = problem_of(error)
        assert problem is not None
        self.set_status(problem.status)
        if isinstance(error, TooMany):
            self.set_header("Retry-After", str(error.retry_after))

    async def _leave_old(self, opened: Entry) -> None:
        """A session that this browser had, of whomever: nobody could end it any more without its cookie."""
        old = visitor_of(self.request)
        if old is not None and old.key not in (None, opened.caller.key) and old.scopes is None:
            await self._accounts.entrance.sign_out(old)


def check_again(typed: dict[str, str]) -> None:
    """Scripts type it once."""
    if "again" in typed and typed["again"] != typed.get("password", ""):
        raise Differ("The two passwords differ: type them again")


def told(error: Exception, words: Words) -> str:
    """In the language of the page, where it has words for it."""
    if not isinstance(error, PeopleError):
        return str(error)
    fault = f".{error.fault}" if isinstance(error, BadName | BadPassword) else ""
    key = f"entry.problem.{error.code}{fault}"
    values: dict[str, object] = {}
    if isinstance(error, TooMany):
        values["seconds"] = error.retry_after
    if isinstance(error, CodeWrong):
        values["left"] = error.left
    return words(key, **values) if key in words else str(error)


def way_back(path: str) -> str:
    """Only to a page of ours: what leads elsewhere leads to the beginning."""
    return path if WAY_BACK.fullmatch(path) else "/"
