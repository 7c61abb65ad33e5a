"""A canary word in every field there is, and in every header: it is in no line of the log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from .at_home import PASSWORD, Home, at_home
from .hearth import eventually

CANARY = "Kanarienvogel77"


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter().format(record) + str(getattr(record, "fields", "")))


@pytest.fixture
def log() -> Iterator[Lines]:
    """Everything that any logger says, at every level."""
    lines, root = Lines(), logging.getLogger()
    before = root.level
    root.addHandler(lines)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(lines)
    root.setLevel(before)


@pytest.mark.gen_test(timeout=30)
async def test_no_line_of_the_log_holds_what_anybody_typed(log: Lines) -> None:
    async with at_home("--log-level=debug") as home:
        await type_everywhere(home)
        secrets = [home.anna.headers["Cookie"].partition("=")[2], PASSWORD.format("anna"), CANARY]
        assert len(log.lines) > 20
        for line in log.lines:
            assert not any(secret in line for secret in secrets), line


async def type_everywhere(home: Home) -> None:
    anna, owner, fake = home.anna, home.owner, home.hearth.fake
    fake.pieces = [CANARY]
    headers = {"User_Agent": CANARY, "X_Anything": CANARY, "Referer": f"{home.hearth.url}/?{CANARY}"}
    conversation = await anna.conversation(title=CANARY, system=CANARY)
    asked = await anna.ask(conversation, CANARY, model="reciter", request_id=CANARY)
    await eventually(lambda: fake.chats)
    await anna.ask(conversation, CANARY, model=CANARY)
    imported = {"title": CANARY, "messages": [{"role": "user", "content": CANARY}]}
    for method, path, body in (
        ("GET", f"/api/conversations?query={CANARY}", None),
        ("GET", f"/chat?question={CANARY}&model=reciter", None),
        ("GET", f"/chat?question={CANARY}&model={CANARY}", None),
        ("POST", "/api/presets", {"name": CANARY, "system": CANARY}),
        ("POST", "/api/account/password", {"old": CANARY, "new": CANARY * 2}),
        ("POST", "/api/account/tokens", {"name": CANARY, "scopes": ["ask"], "days": 1}),
        ("DELETE", "/api/account", {"password": CANARY}),
        ("POST", "/api/imports", {"conversations": [imported]}),
        ("POST", "/plain", urlencode({"question": CANARY, "model": "reciter"}).encode()),
        ("POST", "/api/conversations", CANARY.encode()),
        ("PATCH", f"/api/conversations/{conversation}", {CANARY: CANARY}),
    ):  # fmt: skip
        await anna.send(method, path, body, **headers)
    share = await anna.json("POST", f"/api/conversations/{conversation}/shares", {"sign_in": False})
    await home.stranger().get(f"/s/{share['id']}", **headers)
    link = (await owner.json("POST", "/api/invitations", {"name": CANARY}))["link"]
    await owner.post("/api/pulls", {"model": CANARY})
    await owner.post("/api/models", {"name": CANARY, "from": "quick", "system": CANARY})
    stranger = home.stranger()
    await stranger.get(link)
    for path in ("/sign-in", "/setup", link, f"/invitation/{CANARY}"):
        fields = {"name": CANARY, "password": CANARY, "code": CANARY, "next": f"/{CANARY}"}
        await stranger.send("POST", path, urlencode(fields).encode(), **headers)
    await stranger.get("/api/conversations", Authorization=f"Bearer {CANARY}", **headers)
    await stranger.get("/api/conversations", Cookie=f"hearth={CANARY}", **headers)
    socket = await anna.socket()
    for said in ('{"type": "ask", "content": "%s"}', "%s", '{"type": "%s"}'):
        await socket.write_message(said % CANARY)
        await socket.read_message()
    socket.close()
    await anna.get(f"/api/messages/{asked['reply']['id']}")
