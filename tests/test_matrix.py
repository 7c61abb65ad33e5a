"""What is one person's is nobody else's: every address, stream and socket, asked with another person's ids.

The table names every address there is, so that a new one can't be forgotten.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from tornado.httpclient import HTTPResponse
from tornado.routing import PathMatches

from handlers.routes import application

from .at_home import Visitor, at_home
from .hearth import Hearth, eventually

NOBODYS = "0123456789abcdef01234567"
METHODS = ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE")

# Addresses with the id of something that is a person's, by the name of that thing; bodies that would be taken.
THEIRS: dict[str, tuple[str, dict[str, Any]]] = {
    r"/api/conversations/([^/]+)": ("conversation", {"PATCH": {"title": "taken over"}}),
    r"/api/conversations/([^/]+)/messages": ("conversation", {"POST": {"content": "mine now?"}}),
    r"/api/conversations/([^/]+)/shares": ("conversation", {"POST": {"sign_in": False}}),
    r"/api/messages/([^/]+)": ("reply", {}),
    r"/api/messages/([^/]+)/replies": ("question", {"POST": {}}),
    r"/api/messages/([^/]+)/continue": ("stopped", {"POST": {}}),
    r"/api/generations/([^/]+)": ("generation", {}),
    r"/api/generations/([^/]+)/events": ("generation", {}),
    r"/api/generations/([^/]+)/stop": ("generation", {"POST": {}}),
    r"/api/presets/([^/]+)": ("preset", {"PATCH": {"name": "mine"}}),
    r"/api/shares/([^/]+)": ("share", {}),
    r"/c/([0-9a-zA-Z]+)/plain": ("conversation", {"POST": b"question=mine+now"}),
    r"/c/([0-9a-zA-Z]+)/plain/(stop|again|continue)": ("conversation", {"POST": b"generation=$generation"}),
    r"/api/account/sessions/([^/]+)": ("session", {}),
    r"/api/account/tokens/([^/]+)": ("token", {}),
}
# Addresses that are about the one who asks, or the same for everybody.
OWN = {
    *(r"/chat", r"/ws", r"/api/status", r"/api/models", r"/api/conversations", r"/api/imports", r"/api/presets"),
    *(r"/api/shares", r"/api/account", r"/api/account/export", r"/api/account/password"),
    *(r"/api/account/sessions", r"/api/account/tokens", r"/plain", r"/(c/[0-9a-zA-Z]+)?", r"/sign-out"),
    *(r"/static/(.*)", r"/built/.*", r"/(service-worker\.js)", r"/healthz", r"/healthz/way", r"/readyz", r"/metrics"),
    *(r"/sign-in", r"/setup", r"/setup/code", r"/invitation/([^/]+)", r"/s/([^/]+)", r"/api/shared/([^/]+)"),
}
# Addresses of who looks after people, or after models, with what stands in them: no member may, whatever the id.
OWNERS = {
    r"/api/people": "/api/people",
    r"/api/people/([^/]+)": "/api/people/$person",
    r"/api/invitations": "/api/invitations",
    r"/api/invitations/([^/]+)": "/api/invitations/" + NOBODYS,
}
CARE = {
    r"/api/models/([^/]+)": "/api/models/quick%3Alatest",
    r"/api/models/([^/]+)/load": "/api/models/quick%3Alatest/load",
    r"/api/models/([^/]+)/unload": "/api/models/quick%3Alatest/unload",
    r"/api/pulls": "/api/pulls",
    r"/api/pulls/([^/]+)": "/api/pulls/" + NOBODYS,
    r"/api/pulls/([^/]+)/cancel": "/api/pulls/" + NOBODYS + "/cancel",
    r"/api/pulls/([^/]+)/resume": "/api/pulls/" + NOBODYS + "/resume",
    r"/api/first": "/api/first",
    r"/api/ollama/look": "/api/ollama/look",
}


def patterns(hearth: Hearth) -> set[str]:
    rules = application(hearth.house).wildcard_router.rules
    matchers = [rule.matcher for rule in rules]
    return {one.regex.pattern.removesuffix("$") for one in matchers if isinstance(one, PathMatches)}


async def belongings(visitor: Visitor) -> dict[str, str]:
    """A bit of everything: a reply that is being written, one that was stopped, and so on."""
    conversation = await visitor.conversation(title="Diary")
    asked = await visitor.ask(conversation, "a canary", model="slow")
    stopped = await visitor.ask(await visitor.conversation(), "stop it", model="slow")
    stopped_generation = stopped["reply"]["generation"]
    await eventually(lambda: visitor.hearth.fake.chats)
    await visitor.post(f"/api/generations/{stopped_generation}/stop")
    preset = await visitor.json("POST", "/api/presets", {"name": "canary", "system": "canary"})
    share = await visitor.json("POST", f"/api/conversations/{conversation}/shares", {"sign_in": True})
    token = await visitor.json("POST", "/api/account/tokens", {"name": "canary", "scopes": ["ask"], "days": 1})
    return {
        "conversation": conversation,
        "question": asked["message"]["id"],
        "reply": asked["reply"]["id"],
        "generation": asked["reply"]["generation"],
        "stopped": stopped["reply"]["id"],
        "preset": preset["id"],
        "share": share["id"],
        "token": token["id"],
        "session": str(visitor.caller.key),
        "person": visitor.id,
    }


def address(pattern: str, name: str, last: str) -> str:
    path = pattern.replace("([^/]+)", name).replace("([0-9a-zA-Z]+)", name)
    return path.replace("(stop|again|continue)", last)


def told(answer: HTTPResponse, name: str) -> tuple[int, bytes]:
    """With the id taken out, which a page may repeat."""
    return answer.code, (answer.body or b"").replace(name.encode(), b"ID")


def filled(template: Any, ids: dict[str, str]) -> Any:
    text = template.decode() if isinstance(template, bytes) else json.dumps(template)
    for name, value in ids.items():
        text = text.replace(f"${name}", value)
    return text.encode() if isinstance(template, bytes) else json.loads(text)


async def everything(visitor: Visitor, ids: dict[str, str]) -> list[Any]:
    """What somebody else may have changed."""
    paths = [f"/api/conversations/{ids['conversation']}", "/api/presets", "/api/shares"]
    paths += ["/api/account/tokens", f"/api/messages/{ids['stopped']}"]
    found = [await visitor.json("GET", path) for path in paths]
    for message in found[0]["messages"]:
        message |= {"content": None, "state": None, "stats": None, "context": None, "thinking": None}
    for token in found[3]["tokens"]:
        token["seen_at"] = None
    return found


@pytest.mark.gen_test
async def test_every_address_is_in_this_table() -> None:
    async with at_home("--metrics") as home:
        assert patterns(home.hearth) == {*THEIRS, *OWN, *OWNERS, *CARE}


@pytest.mark.gen_test(timeout=60)
@pytest.mark.parametrize("who", ["ben", "owner"])
async def test_what_is_anothers_is_as_if_it_were_not_there(who: str) -> None:
    async with at_home() as home:
        ids = await belongings(home.anna)
        other: Visitor = getattr(home, who)
        before = await everything(home.anna, ids)
        for pattern, (thing, bodies) in THEIRS.items():
            for method in METHODS:
                for last in ("stop", "again", "continue") if "|continue" in pattern else ("",):
                    await check_hidden(other, pattern, method, thing, bodies, last, ids)
        assert await everything(home.anna, ids) == before
        assert (await home.anna.json("GET", f"/api/generations/{ids['generation']}"))["state"] == "running"


async def check_hidden(
    other: Visitor, pattern: str, method: str, thing: str, bodies: dict[str, Any], last: str, ids: dict[str, str]
) -> None:
    """404, and the very same as of an id that nobody has; or the address doesn't take that method from anybody."""
    answers = []
    for name in (ids[thing], NOBODYS):
        path = address(pattern, name, last)
        body = filled(bodies[method], ids | {thing: name}) if method in bodies else None
        answers.append(told(await other.send(method, path, body), name))
    assert answers[0] == answers[1], (pattern, method)
    assert answers[0][0] in (404, 405), (pattern, method, answers[0])
    assert answers[0][0] == 404 or method not in bodies, (pattern, method)


@pytest.mark.gen_test(timeout=30)
async def test_a_member_may_look_after_neither_people_nor_models() -> None:
    async with at_home() as home:
        ids = {"person": home.anna.id}
        for path in {**OWNERS, **CARE}.values():
            for method in METHODS:
                answer = await home.ben.send(method, filled(path, ids))
                assert answer.code in (403, 405), (method, path, answer.code, answer.body)
            codes = [(await home.ben.send(method, filled(path, ids))).code for method in METHODS]
            assert 403 in codes, path


@pytest.mark.gen_test(timeout=30)
async def test_a_stranger_is_told_nothing_anywhere() -> None:
    async with at_home() as home:
        ids = await belongings(home.anna)
        stranger = home.stranger()
        paths = [
            pattern.replace("([^/]+)", ids[thing])
            .replace("([0-9a-zA-Z]+)", ids[thing])
            .replace("(stop|again|continue)", "stop")
            for pattern, (thing, _) in THEIRS.items()
        ]
        paths += [
            "/api/conversations",
            "/api/models",
            "/api/imports",
            "/chat?question=hi",
            "/ws",
            "/api/presets",
            "/nothing",
        ]
        paths += ["/api/account", "/api/account/export", "/api/shares", *(filled(one, ids) for one in OWNERS.values())]
        for path in paths:
            for method in METHODS:
                answer = await stranger.send(method, path)
                is_page = path.endswith(("/plain", "/stop")) and path.startswith("/c/")
                assert answer.code == 401 or (is_page and answer.code == 303), (method, path, answer.code)


@pytest.mark.gen_test
async def test_a_plain_question_is_gone_on_with_by_who_asked_it_only() -> None:
    async with at_home() as home:
        stream = await home.anna.stream("/chat?question=hi&model=slow")
        await stream.until(b"data: ")
        last = stream.seen.rpartition(b"id: ")[2].split(b"\n")[0].decode()
        for other in (home.ben, home.owner):
            answer = await other.get("/chat?question=hi", Last_Event_ID=last)
            assert (answer.code, answer.body) == (204, b"")
        assert (await home.stranger().get("/chat?question=hi", Last_Event_ID=last)).code == 401
        again = await home.anna.stream("/chat?question=hi", Last_Event_ID=last)
        await again.until(b"data: ")
        assert len(home.hearth.fake.chats) == 1


@pytest.mark.gen_test
async def test_a_socket_reaches_what_is_ones_own_and_hears_of_nothing_else() -> None:
    async with at_home() as home:
        ids = await belongings(home.anna)
        socket = await home.ben.socket()
        for said in (
            {"type": "follow", "generation": ids["generation"]},
            {"type": "stop", "generation": ids["generation"]},
            {"type": "ask", "conversation": ids["conversation"], "content": "mine?", "request_id": "1"},
            {"type": "ask", "conversation": NOBODYS, "content": "mine?", "request_id": "2"},
        ):
            await socket.write_message(json.dumps(said))
            heard = json.loads(str(await socket.read_message()))
            assert (heard["type"], heard["code"]) == ("error", "not_found")
        await home.anna.send("PATCH", f"/api/conversations/{ids['conversation']}", {"title": "still mine"})
        await home.anna.json("POST", "/api/presets", {"name": "another"})
        mine = await home.ben.conversation()
        await home.ben.send("PATCH", f"/api/conversations/{mine}", {"title": "Ben's"})
        heard = json.loads(str(await socket.read_message()))  # the first that is heard at all
        assert (heard["type"], heard["id"]) == ("conversation", mine)
        socket.close()


@pytest.mark.gen_test
async def test_a_search_and_the_list_hold_ones_own_only() -> None:
    async with at_home() as home:
        await belongings(home.anna)
        for path in ("/api/conversations", "/api/conversations?query=canary", "/api/presets", "/api/shares"):
            assert "canary" not in json.dumps(await home.ben.json("GET", path)), path
            assert "Diary" not in json.dumps(await home.owner.json("GET", path)), path
        assert "Diary" in json.dumps(await home.anna.json("GET", "/api/conversations?query=canary"))


@pytest.mark.gen_test
async def test_the_owner_sees_how_much_people_have_and_never_what() -> None:
    async with at_home() as home:
        await belongings(home.anna)
        people = await home.owner.json("GET", "/api/people")
        anna = next(one for one in people["people"] if one["id"] == home.anna.id)
        assert (anna["conversations"], anna["messages"]) == (2, 4)
        assert "canary" not in json.dumps(people) and "Diary" not in json.dumps(people)
