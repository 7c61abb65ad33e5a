"""nginx and Caddy as deploy/ has them, in front of Hearth, with other ports and folders of the test's own."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tornado.httpclient import HTTPRequest
from tornado.httputil import HTTPHeaders
from tornado.netutil import DefaultLoopResolver, OverrideResolver
from tornado.websocket import WebSocketClientConnection, websocket_connect

from .hearth import ROOT, RawStream, eventually
from .wire import RawAnswer

NAME = "hearth.home.arpa"
PATH = f"{os.environ['PATH']}:/usr/sbin"  # where Debian has nginx
NGINX = """
user root;
daemon off;
pid {folder}/pid;
error_log stderr notice;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{server}
}}
"""
CADDY = """
{{
    admin off
    auto_https disable_redirects
    skip_install_trust
    storage file_system {folder}/caddy
}}
{server}
"""


@dataclass
class Proxy:
    port: int
    tls: ssl.SSLContext | None
    lines: list[asyncio.StreamWriter]

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        name = NAME if self.tls else None
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=self.tls, server_hostname=name)
        self.lines.append(writer)
        return reader, writer

    async def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> RawAnswer:
        reader, writer = await self.connect()
        writer.write(self._head(method, path, {"Content-Length": str(len(body)), **headers}) + body)
        return await RawAnswer.read(reader)

    async def stream(self, path: str) -> RawStream:
        reader, writer = await self.connect()
        writer.write(self._head("GET", path, {}))
        return RawStream(reader, writer)

    def _head(self, method: str, path: str, headers: dict[str, str]) -> bytes:
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        return f"{method} {path} HTTP/1.1\r\nHost: {NAME}:{self.port}\r\n{lines}\r\n".encode()

    async def socket(self) -> WebSocketClientConnection:
        """As the page opens it: with its origin."""
        ending = f"s://{NAME}:{self.port}" if self.tls else f"://{NAME}:{self.port}"
        headers = HTTPHeaders({"Origin": f"http{ending}"})
        request = HTTPRequest(f"ws{ending}/ws", headers=headers, ssl_options=self.tls)
        resolver = OverrideResolver(resolver=DefaultLoopResolver(), mapping={NAME: "127.0.0.1"})
        return await websocket_connect(request, subprotocols=["hearth.v1"], resolver=resolver)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def changed(text: str, **changes: str) -> str:
    """An example with these words in place of others, which must be there once."""
    for old, new in changes.items():
        assert text.count(old) == 1, (old, text)
        text = text.replace(old, new)
    return text


@asynccontextmanager
async def nginx(folder: Path, hearth: int) -> AsyncIterator[Proxy]:
    port = free_port()
    example = (ROOT / "deploy" / "nginx.conf").read_text()
    words = {"listen 80;\n": f"listen 127.0.0.1:{port};\n", "server 127.0.0.1:8080;": f"server 127.0.0.1:{hearth};"}
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, server=changed(example, **words)))
    command = ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    async with serving(command, folder, port):
        yield Proxy(port, None, [])


@asynccontextmanager
async def caddy(folder: Path, hearth: int) -> AsyncIterator[Proxy]:
    port = free_port()
    example = (ROOT / "deploy" / "Caddyfile").read_text()
    words = {f"\n{NAME} {{": f"\n{NAME}:{port} {{", "proxy 127.0.0.1:8080 ": f"proxy 127.0.0.1:{hearth} "}
    (folder / "Caddyfile").write_text(CADDY.format(folder=folder, server=changed(example, **words)))
    command = ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    async with serving(command, folder, port):
        root = folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"
        await eventually(root.exists)
        proxy = Proxy(port, ssl.create_default_context(cafile=root), [])

        async def is_certified() -> bool:
            with suppress(ssl.SSLError):
                await proxy.connect()
            return bool(proxy.lines)

        await eventually(is_certified)
        yield proxy


@asynccontextmanager
async def serving(command: list[str], folder: Path, port: int) -> AsyncIterator[None]:
    program = shutil.which(command[0], path=PATH)
    assert program, f"{command[0]} is missing; make test installs it"
    log = folder / "log"
    environ = {"PATH": PATH, "HOME": str(folder)}
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            program, *command[1:], stdout=out, stderr=out, env=environ, cwd=folder
        )
    try:

        async def listens() -> bool:
            assert process.returncode is None, log.read_text()
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                return False
            writer.close()
            await writer.wait_closed()
            return True

        await eventually(listens, seconds=20)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
