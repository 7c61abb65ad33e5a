"""`--doctor --url=…`: whether what browsers need comes through a proxy."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from doctor import way
from settings import BadOption, read

from . import proxies
from .hearth import error_code, running
from .proxies import NAME, caddy, nginx
from .test_proxies import BEHIND

# What people leave out of their proxy's settings, and what they are told.
LEFT_OUT = {
    "Host": ("proxy_set_header Host $http_host;", "the name that browsers ask for doesn't arrive: have the proxy pass"),
    "Upgrade": ("proxy_set_header Upgrade $http_upgrade;", "WebSockets don't come through"),
}


@pytest.fixture(autouse=True)
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of the examples leads to this machine."""
    known = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **more: known("127.0.0.1" if host == NAME else host, *rest, **more)
    )


async def told(url: str, *options: str) -> list[tuple[str, str]]:
    settings = read(["--doctor", f"--url={url}", *options], {})
    return await asyncio.to_thread(lambda: [(one.verdict, str(one)) for one in way.look(settings)])


def mends(lines: list[tuple[str, str]]) -> list[str]:
    return [words for verdict, words in lines if verdict == "mend"]


@asynccontextmanager
async def front(folder: Path, *options: str) -> AsyncIterator[str]:
    async with running(*options) as hearth, nginx(folder, hearth.port) as proxy:
        yield f"http://{NAME}:{proxy.port}"


@pytest.mark.gen_test(timeout=60)
async def test_through_nginx_as_the_example_has_it_all_is_well(tmp_path: Path) -> None:
    async with front(tmp_path, *BEHIND) as url:
        lines = await told(url)
    assert [verdict for verdict, _ in lines] == ["ok"] * 5, lines


@pytest.mark.gen_test(timeout=60)
async def test_through_caddy_all_is_well_but_for_a_certificate_that_each_device_must_trust(tmp_path: Path) -> None:
    async with running(*BEHIND) as hearth, caddy(tmp_path, hearth.port) as proxy:
        lines = await told(f"https://{NAME}:{proxy.port}")
    assert [verdict for verdict, _ in lines] == ["note", *["ok"] * 5], lines
    assert "doesn't trust the certificate" in lines[0][1]


@pytest.mark.gen_test(timeout=60)
@pytest.mark.parametrize("missing", LEFT_OUT)
async def test_what_a_proxy_leaves_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    line, words = LEFT_OUT[missing]
    whole = proxies.changed

    def spoiled(text: str, **changes: str) -> str:
        return whole(text, **changes, **{line: ""})

    monkeypatch.setattr(proxies, "changed", spoiled)
    async with front(tmp_path, *BEHIND) as url:
        lines = mends(await told(url, *BEHIND))
    assert len(lines) == 1 and words in lines[0], lines


@pytest.mark.gen_test(timeout=60)
async def test_a_proxy_that_holds_replies_back_is_told() -> None:
    async def whole_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Reads all of the answer before it passes any on."""
        there, back = await asyncio.open_connection("127.0.0.1", hearth.port)
        head = (await reader.readuntil(b"\r\n\r\n")).replace(b"Connection: Upgrade\r\n", b"")
        back.write(head[:-2] + b"Connection: close\r\n\r\n")
        writer.write(await there.read())
        for line in (writer, back):
            line.close()
            await line.wait_closed()

    async with running() as hearth, await asyncio.start_server(whole_answers, "127.0.0.1", 0) as proxy:
        lines = mends(await told(f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"))
    assert len(lines) == 1 and lines[0].startswith("a stream is held back"), lines


@pytest.mark.gen_test(timeout=60)
async def test_a_proxy_that_hearth_was_not_told_of_is_told(tmp_path: Path) -> None:
    async with running(f"--hosts={NAME}", "--auth=none") as hearth, caddy(tmp_path, hearth.port) as proxy:
        lines = mends(await told(f"https://{NAME}:{proxy.port}"))
    assert lines == ["X-Forwarded-Proto arrives, and isn't believed: name the proxy's address in --trusted-proxies="]


@pytest.mark.gen_test(timeout=60)
async def test_a_name_that_hearth_does_not_answer_to_is_told(tmp_path: Path) -> None:
    async with front(tmp_path) as url:
        lines = mends(await told(url))
    assert len(lines) == 1
    assert lines[0].startswith(f"Hearth doesn't answer to the name {NAME}: start it with --hosts={NAME}")


@pytest.mark.gen_test(timeout=60)
async def test_a_proxy_without_a_hearth_behind_it_is_told(tmp_path: Path) -> None:
    async with nginx(tmp_path, proxies.free_port()) as proxy:
        lines = mends(await told(f"http://{NAME}:{proxy.port}"))
    assert len(lines) == 1 and lines[0].startswith("the proxy doesn't reach Hearth (502)")
    lines = mends(await told(f"http://{NAME}:{proxy.port}"))
    assert len(lines) == 1 and "doesn't answer (connection refused)" in lines[0]


@pytest.mark.gen_test
async def test_hearth_tells_whoever_asks_what_of_their_request_arrived() -> None:
    async with running() as hearth:
        stream = await hearth.stream("/healthz/way", Upgrade="websocket", X_Forwarded_For="192.0.2.1")
        head = await stream.until(b"\n\n")
        first: dict[str, Any] = json.loads(head.partition(b"\ndata: ")[2].partition(b"\n")[0])
        assert first == {
            "host": f"127.0.0.1:{hearth.port}",
            "scheme": "http",
            "address": "127.0.0.1",
            "upgrade": "websocket",
            "forwarded": ["x-forwarded-for"],
        }
        assert b"data: {}\n\n" in await stream.rest()
        gone = await hearth.stream("/healthz/way")  # who leaves meanwhile is no error
        await gone.until(b"\n\n")
        gone.cut()
        assert error_code(await hearth.get("/healthz/way", Origin="http://other.example")) == "forbidden"


@pytest.mark.gen_test
async def test_nobody_need_sign_in_for_that() -> None:
    async with running("--auth=required") as hearth:
        lines = await told(hearth.url)
        assert (await hearth.get("/api/conversations")).code == 401
    assert [verdict for verdict, _ in lines] == ["ok"] * 5, lines


@pytest.mark.parametrize("url", ["chat.home", "ftp://chat.home", "https://chat.home/path", "https://a@b", "https://"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(BadOption, match="is no address of a page"):
        read(["--doctor", f"--url={url}"], {})
