"""What every answer has in common, whatever was asked for: safe headers, and errors in JSON."""

import pytest
from tornado.httputil import HTTPHeaders

from .hearth import error_code, running
from .wire import raw

pytestmark = pytest.mark.usefixtures("clean_log")


def check_headers(headers: HTTPHeaders, form: bool = False) -> None:
    """Where there is a `form` for who has no JavaScript, it may be sent, and must say where it comes from."""
    policy = headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy and "http" not in policy and "*" not in policy
    for rule in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert rule in policy
    assert ("form-action 'self'" if form else "form-action 'none'") in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == ("same-origin" if form else "no-referrer")
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Server" not in headers and "Access-Control-Allow-Origin" not in headers


@pytest.mark.gen_test
async def test_every_answer_carries_the_headers_that_keep_a_browser_safe() -> None:
    async with running() as hearth:
        reply = await hearth.ask(await hearth.conversation(model="quick"), "hi")
        events = f"/api/generations/{reply['generation']}/events"
        last = (await hearth.events(reply["generation"]))[-1]["id"]
        etag = (await hearth.get("/static/favicon.svg")).headers["ETag"]
        answers = [
            (200, await hearth.get("/")),
            (200, await hearth.get("/c/abc")),
            (200, await hearth.get("/plain")),
            (404, await hearth.get("/c/abc/plain")),
            (200, await hearth.get("/static/favicon.svg")),
            (200, await hearth.get("/service-worker.js")),
            (304, await hearth.get("/static/favicon.svg", If_None_Match=etag)),
            (404, await hearth.get("/static/nothing")),
            (200, await hearth.get("/api/status")),
            (201, await hearth.post("/api/conversations")),
            (400, await hearth.post("/api/conversations", b"{")),
            (404, await hearth.get("/api/nothing")),
            (404, await hearth.get("/nothing")),
            (405, await hearth.send("PUT", "/api/status", b"")),
            (413, await hearth.post("/api/conversations", b"x" * 2_000_000)),
            (421, await hearth.get("/", Host="evil.com")),
            (403, await hearth.get("/api/status", Origin="http://evil.com")),
            (200, await hearth.get(events)),
            (204, await hearth.get(f"{events}?after={last}")),
            (200, await hearth.get("/chat?model=quick&question=hi")),
            (400, await hearth.get("/chat")),
            (426, await hearth.get("/ws")),
        ]
        for status, answer in answers:
            assert answer.code == status, answer.effective_url
            is_page = answer.headers.get("Content-Type", "").startswith("text/html")
            check_headers(answer.headers, form=is_page)
        long = await raw(hearth, b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: %b\r\n\r\n" % (b"x" * 100_000))
        assert (long.status, long.error()) == (413, "too_large")
        check_headers(long.headers)


@pytest.mark.gen_test
async def test_answers_of_the_api_are_not_kept_by_anything() -> None:
    async with running() as hearth:
        for path in ("/api/status", "/api/models", "/api/nothing", "/chat"):
            assert (await hearth.get(path)).headers["Cache-Control"] == "no-store"


@pytest.mark.gen_test(timeout=20)
async def test_an_address_that_is_none_is_told_in_json_for_every_method() -> None:
    async with running() as hearth:
        for path in (
            "/api/nothing",
            "/api/",
            "/api",
            "/nothing",
            "/c/",
            "/c/a/b",
            "/chat/x",
            "/api/status/",
            "/%",
            "//",
        ):
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"):
                answer = await hearth.send(method, path, b"" if method in ("POST", "PUT", "PATCH") else None)
                assert answer.code == 404, (method, path)
                assert method == "HEAD" or error_code(answer) == "not_found"


@pytest.mark.gen_test(timeout=20)
async def test_a_method_that_an_address_does_not_take_is_told_in_json_with_those_it_takes() -> None:
    async with running() as hearth:
        for path, takes in (
            ("/", {"GET", "HEAD"}),
            ("/static/app.js", {"GET", "HEAD"}),
            ("/chat", {"GET"}),
            ("/ws", {"GET"}),
            ("/api/status", {"GET"}),
            ("/api/models", {"GET", "POST"}),
            ("/api/conversations/x/messages", {"POST"}),
            ("/api/messages/x/replies", {"POST"}),
            ("/api/generations/x", {"GET"}),
            ("/api/generations/x/events", {"GET"}),
            ("/api/generations/x/stop", {"POST"}),
        ):
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"} - takes:
                answer = await hearth.send(method, path, b"")
                assert (answer.code, error_code(answer)) == (405, "method_not_allowed"), (method, path)
                assert {one.strip() for one in answer.headers["Allow"].split(",")} == takes


@pytest.mark.gen_test
async def test_an_address_that_is_no_text_is_a_400_in_words() -> None:
    async with running() as hearth:
        for path in ("/api/generations/%ff", "/chat?question=%ff%25", "/api/conversations/%c3"):
            answer = await hearth.get(path)
            assert (answer.code, error_code(answer)) == (400, "bad_request")
            assert b"%%" not in answer.body


@pytest.mark.gen_test
async def test_only_the_pages_own_files_are_served() -> None:
    async with running() as hearth:
        for path in (
            *("/static/", "/static/elements", "/static/elements/", "/static/../server.py", "/static/%2e%2e/server.py"),
            *("/static/..%2fserver.py", "/static/..%2f..%2f..%2fetc%2fpasswd", "/static//etc/passwd", "/static/%00"),
            *("/static/app.js%00.txt", "/static/app.js%0a", "/static/..%5cserver.py", "/static/" + "x" * 5000),
            *("/static/%2fetc%2fpasswd", "/static/" + "../" * 20 + "etc/passwd", "/server.py", "/../server.py"),
        ):
            answer = await raw(hearth, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert (answer.status, answer.error()) == (404, "not_found"), path


@pytest.mark.gen_test
async def test_the_pages_files_are_asked_about_again_at_each_visit_and_sent_only_when_they_changed() -> None:
    async with running() as hearth:
        for path, kind in (("/static/app.js", "javascript"), ("/", "text/html"), ("/static/favicon.svg", "svg")):
            answer = await hearth.get(path)
            assert answer.code == 200 and kind in answer.headers["Content-Type"]
            assert answer.headers["Cache-Control"] == ("private, no-cache" if path == "/" else "no-cache")
            head = await hearth.send("HEAD", path, None)
            assert head.headers["Content-Length"] == answer.headers["Content-Length"]
            again = await hearth.get(path, If_None_Match=answer.headers["ETag"])
            assert (again.code, again.body) == (304, b"")
