"""One's own account and, for the owner, everybody's: the JSON API of people."""

from __future__ import annotations

from typing import Any

import msgspec

from chat.generations import Generations
from people.accounts import Accounts
from people.caller import Visit
from people.requests import ChangedPerson, Leaving, NewInvitation, NewName, NewPassword, NewToken

from .answers import JSONHandler, Refusal
from .cookies import let_in, let_out
from .doors import DEVICE, cookie
from .visitors import stream_of

Route = tuple[str, type[JSONHandler], dict[str, Any]]


def account_routes(accounts: Accounts, generations: Generations) -> list[Route]:
    of_accounts = {"accounts": accounts}
    also_generations = {**of_accounts, "generations": generations}
    return [
        (r"/api/account", AccountHandler, also_generations),
        (r"/api/account/password", PasswordHandler, of_accounts),
        (r"/api/account/sessions", SessionsHandler, of_accounts),
        (r"/api/account/sessions/([^/]+)", SessionHandler, of_accounts),
        (r"/api/account/tokens", TokensHandler, of_accounts),
        (r"/api/account/tokens/([^/]+)", TokenHandler, of_accounts),
        (r"/api/people", PeopleHandler, of_accounts),
        (r"/api/people/([^/]+)", PersonHandler, also_generations),
        (r"/api/invitations", InvitationsHandler, of_accounts),
        (r"/api/invitations/([^/]+)", InvitationHandler, of_accounts),
    ]


class OwnHandler(JSONHandler):
    """For who has an account."""

    def initialize(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def prepare(self) -> None:
        if self.caller.name is None:
            raise Refusal(404, "not_found", "Nobody signs in on this Hearth, so there is no account")

    @property
    def visit(self) -> Visit:
        return visit_of(self)


class AccountHandler(OwnHandler):
    def initialize(self, accounts: Accounts, generations: Generations) -> None:  # type: ignore[override]
        super().initialize(accounts)
        self._generations = generations

    def get(self) -> None:
        person = self._accounts.view(self.caller.person)
        self.send(
            {
                "id": person.id,
                "name": person.name,
                "role": person.role,
                "may": {"models": self.caller.manages_models, "people": self.caller.manages_people},
                "has_password": person.password is not None,
                "created_at": person.created_at,
            }
        )

    async def patch(self) -> None:
        await self._accounts.rename(self.caller.person, self.read_body(NewName).name)
        self.get()

    async def delete(self) -> None:
        wanted = self.read_body(Leaving)
        stream_of(self.request).visitor = None  # all of this person's connections end, but over this one it is told
        gone = await self._accounts.leave(self.caller.person, wanted.password)
        let_out(self)
        self.send_nothing()
        await self._generations.forget_all(self.caller.person, gone)


class PasswordHandler(OwnHandler):
    async def post(self) -> None:
        wanted = self.read_body(NewPassword)
        entrance = self._accounts.entrance
        let_in(self, await entrance.change_password(self.caller.person, wanted.old, wanted.new, self.visit))
        self.send_nothing()


class SessionsHandler(OwnHandler):
    def get(self) -> None:
        self.send({"sessions": self._accounts.sessions.all_of(self.caller.person, self.caller.key)})

    async def delete(self) -> None:
        await self._accounts.sessions.end_others(self.caller.person, self.caller.key)
        self.send_nothing()


class SessionHandler(OwnHandler):
    async def delete(self, session_id: str) -> None:
        await self._accounts.sessions.end(self.caller.person, session_id)
        self.send_nothing()


class TokensHandler(OwnHandler):
    def get(self) -> None:
        self.send({"tokens": self._accounts.tokens.all_of(self.caller.person)})

    async def post(self) -> None:
        view, secret = await self._accounts.tokens.create(self.caller.person, self.read_body(NewToken))
        self.send(msgspec.structs.asdict(view) | {"token": secret}, 201)


class TokenHandler(OwnHandler):
    async def delete(self, token_id: str) -> None:
        await self._accounts.tokens.end(self.caller.person, token_id)
        self.send_nothing()


class OwnersHandler(OwnHandler):
    """For who looks after the people of the house."""

    def prepare(self) -> None:
        if not self.caller.manages_people:
            raise Refusal(403, "forbidden", "You may not look after the accounts: ask the owner of this Hearth")


class PeopleHandler(OwnersHandler):
    async def get(self) -> None:
        self.send({"people": await self._accounts.people(), "invitations": self._accounts.invitations.all()})


class PersonHandler(OwnersHandler):
    def initialize(self, accounts: Accounts, generations: Generations) -> None:  # type: ignore[override]
        super().initialize(accounts)
        self._generations = generations

    async def patch(self, person: str) -> None:
        view = await self._accounts.change(person, self.read_body(ChangedPerson))
        if view.disabled:
            self._generations.stop_all(person)
        self.send(view)

    async def delete(self, person: str) -> None:
        if person == self.caller.person:
            raise Refusal(400, "bad_request", "This is your own account: it asks for your password, under My account")
        await self._generations.forget_all(person, await self._accounts.delete(person))
        self.send_nothing()


class InvitationsHandler(OwnersHandler):
    async def post(self) -> None:
        view, secret = await self._accounts.invitations.create(self.read_body(NewInvitation))
        self.send(msgspec.structs.asdict(view) | {"link": f"/invitation/{secret}"}, 201)


class InvitationHandler(OwnersHandler):
    async def delete(self, invitation_id: str) -> None:
        await self._accounts.invitations.end(invitation_id)
        self.send_nothing()


def visit_of(handler: JSONHandler) -> Visit:
    request = handler.request
    return Visit(request.remote_ip or "", request.headers.get("User-Agent", ""), cookie(request, DEVICE))
