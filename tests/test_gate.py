"""Who may call: which names Hearth answers to, and that no page of another site can do anything."""

import logging
import socket

import pytest

from .hearth import Hearth, running
from .wire import RawAnswer, raw

OPEN = "--auth=none"  # where others could reach it

pytestmark = pytest.mark.usefixtures("clean_log")

UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
DOING = [  # everything that does or tells something
    ("GET", "/api/status", {}),
    ("GET", "/api/models", {}),
    ("POST", "/api/conversations", {"Content-Length": "0"}),
    ("OPTIONS", "/api/conversations", {}),
    ("GET", "/api/nothing", {}),
    ("GET", "/chat?model=quick&question=hi", {}),
    ("GET", "/ws", UPGRADE),
    ("GET", "/ws", UPGRADE | {"Sec-WebSocket-Protocol": "hearth.v1"}),
    ("GET", "/static/app.js", {}),
]


async def call(hearth: Hearth, method: str, path: str, headers: dict[str, str]) -> RawAnswer:
    headers = {"Host": f"127.0.0.1:{hearth.port}"} | headers
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return await raw(hearth, "\r\n".join(lines).encode("latin-1"))


@pytest.mark.gen_test
async def test_hearth_answers_to_addresses_and_to_the_names_of_this_house() -> None:
    machine = socket.gethostname()
    async with running("--hosts=hearth.example,Other.Example.", OPEN) as hearth:
        for host in (
            *("127.0.0.1", "192.168.1.5:8080", "10.0.0.1", "[::1]:8080", "[fe80::1]", "localhost", "LOCALHOST:8080"),
            *("localhost.", machine, machine.upper(), f"{machine}.local", "anything.local:1", "kitchen.LOCAL"),
            *("hearth.example", "Hearth.Example:443", "other.example"),
        ):
            assert (await call(hearth, "GET", "/api/status", {"Host": host})).status == 200, host


@pytest.mark.gen_test
async def test_a_name_that_a_stranger_controls_is_misdirected_wherever_it_leads() -> None:
    async with running() as hearth:
        for host in (
            *("evil.com", "evil.com:8080", "localhost.evil.com", "127.0.0.1.evil.com", "local", "evil.local.com"),
            *("hearth.example", "xlocalhost", "evil.com.", "2130706433", ""),
        ):
            answer = await call(hearth, "GET", "/api/status", {"Host": host})
            assert (answer.status, answer.error()) == (421, "misdirected"), host
        for method, path, headers in [*DOING, ("GET", "/", {}), ("GET", "/c/abc", {}), ("POST", "/nothing", {})]:
            answer = await call(hearth, method, path, headers | {"Host": "evil.com"})
            assert (answer.status, answer.error()) == (421, "misdirected"), path
        assert not hearth.fake.chats


@pytest.mark.gen_test
async def test_a_host_that_is_none_or_several_is_refused() -> None:
    async with running() as hearth:
        for host in ("a b", "localhost:99999", "localhost:80:80", "[::1", "me@localhost", "localhost/x", "localhost,x"):
            assert (await call(hearth, "GET", "/api/status", {"Host": host})).status in (400, 421), host
        for lines in (b"", b"Host: localhost\r\nHost: localhost\r\n", b"Host: localhost\r\nHost: evil.com\r\n"):
            assert (await raw(hearth, b"GET /api/status HTTP/1.1\r\n" + lines + b"\r\n")).status == 400


@pytest.mark.gen_test
async def test_the_own_page_and_what_is_no_page_may_call() -> None:
    async with running() as hearth:
        own = f"http://127.0.0.1:{hearth.port}"
        for method, path, headers in DOING:
            for more in (
                {},
                {"Origin": own},
                {"Origin": own, "Sec-Fetch-Site": "same-origin"},
                {"Sec-Fetch-Site": "none"},
            ):
                assert (await call(hearth, method, path, headers | more)).status not in (403, 421), (path, more)
        by_name = {"Host": f"LocalHost:{hearth.port}", "Origin": f"HTTP://localhost:{hearth.port}"}
        assert (await call(hearth, "GET", "/api/status", by_name)).status == 200
        for host, origin in (("localhost", "http://localhost"), ("localhost:80", "http://localhost")):
            assert (await call(hearth, "GET", "/api/status", {"Host": host, "Origin": origin})).status == 200
        assert (await call(hearth, "GET", "/ws", UPGRADE | {"Origin": own})).status == 101


@pytest.mark.gen_test(timeout=20)
async def test_a_page_of_another_site_can_do_nothing() -> None:
    async with running() as hearth:
        own = f"http://127.0.0.1:{hearth.port}"
        for origin in (
            *("null", "http://evil.com", f"http://127.0.0.1:{hearth.port + 1}", "http://127.0.0.1", f"{own}.evil.com"),
            *(f"{own}@evil.com", f"http://evil.com/{own}", f"https://127.0.0.1:{hearth.port}", f"{own}/", f"{own}#x"),
            *(f"http://localhost:{hearth.port}", "", "file://", "chrome-extension://abc", f"{own}, http://evil.com"),
            *(f"{own} http://evil.com", f"http://127.0.0.1:{hearth.port}0", "http://127.0.0.1:x", "http://[::1"),
        ):
            answer = await call(hearth, "POST", "/api/conversations", {"Origin": origin, "Content-Length": "0"})
            assert (answer.status, answer.error()) == (403, "forbidden"), origin
        for method, path, headers in DOING:
            for foreign in (
                {"Origin": "http://evil.com"},
                {"Origin": "null"},
                {"Sec-Fetch-Site": "cross-site"},
                {"Sec-Fetch-Site": "same-site", "Origin": own},
                {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
            ):
                answer = await call(hearth, method, path, headers | foreign)
                assert (answer.status, answer.error()) == (403, "forbidden"), (path, foreign)
        assert not hearth.fake.chats


@pytest.mark.gen_test
async def test_a_link_to_the_page_works_from_anywhere_and_nothing_but_a_link() -> None:
    async with running() as hearth:
        for path in ("/", "/?transport=sse", "/c/0123abc"):
            for site in ("cross-site", "same-site", "none"):
                link = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
                answer = await call(hearth, "GET", path, link)
                assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/html")
                assert b"<script" in answer.body
            for mode in ("cors", "no-cors", "same-origin", "websocket"):
                fetched = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode}
                assert (await call(hearth, "GET", path, fetched)).status == 403
            posted = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Content-Length": "0"}
            assert (await call(hearth, "POST", path, posted)).status == 403


@pytest.mark.gen_test
async def test_a_trusted_proxy_tells_the_scheme_and_a_stranger_does_not() -> None:
    behind = {"Host": "hearth.example", "Origin": "https://hearth.example", "X-Forwarded-Proto": "https"}
    async with running("--hosts=hearth.example", "--trusted-proxies=127.0.0.1,::1", OPEN) as hearth:
        assert (await call(hearth, "GET", "/api/status", behind)).status == 200
        assert (await call(hearth, "GET", "/ws", UPGRADE | behind)).status == 101
        for scheme in ("http", "ftp", "", "https, http"):
            assert (await call(hearth, "GET", "/api/status", behind | {"X-Forwarded-Proto": scheme})).status == 403
    for options in (["--hosts=hearth.example", OPEN], ["--hosts=hearth.example", "--trusted-proxies=10.0.0.1", OPEN]):
        async with running(*options) as hearth:
            assert (await call(hearth, "GET", "/api/status", behind)).status == 403


@pytest.mark.gen_test
async def test_a_forwarded_host_is_never_believed() -> None:
    async with running("--hosts=hearth.example", "--trusted-proxies=127.0.0.1", OPEN) as hearth:
        forwarded = {"X-Forwarded-Host": "hearth.example", "Forwarded": "host=hearth.example"}
        assert (await call(hearth, "GET", "/api/status", forwarded | {"Host": "evil.com"})).status == 421
        foreign = {"X-Forwarded-Host": "evil.com", "Origin": "http://evil.com"}
        assert (await call(hearth, "GET", "/api/status", foreign)).status == 403


@pytest.mark.gen_test
async def test_a_trusted_proxy_tells_the_callers_address_and_a_stranger_does_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "hearth.request")
    for proxies, forwarded, told in (
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.7", "203.0.113.7"),  # what the caller itself wrote is not believed
        ("127.0.0.1,10.0.0.1", "203.0.113.7, 10.0.0.1", "203.0.113.7"),
        ("127.0.0.1", "<script>", "127.0.0.1"),
        ("10.0.0.1", "203.0.113.7", "127.0.0.1"),
    ):
        async with running(f"--trusted-proxies={proxies}", OPEN) as hearth:
            caplog.clear()
            await call(hearth, "GET", "/api/status", {"X-Forwarded-For": forwarded, "X-Real-Ip": "6.6.6.6"})
            assert f"({told})" in caplog.text and "6.6.6.6" not in caplog.text
