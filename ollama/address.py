"""Where Ollama is, in every form that Ollama's own client reads from ``OLLAMA_HOST``.

The rules are those of Ollama's ``envconfig.Host``: a scheme given changes the default port, none means http on 11434.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

DEFAULT_PORTS = {"": 11434, "http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    scheme: str
    host: str  # a name or an IP address, without brackets
    port: int
    path: str = ""  # "" or "/prefix", without a slash at its end

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def url(self, path: str = "") -> str:
        return f"{self.scheme}://{self.netloc}{self.path}{path}"

    def __str__(self) -> str:
        return self.url()


def parse(text: str) -> Address:
    """Read ``host``, ``host:port``, ``:port`` or ``http(s)://host[:port][/path]``; ValueError says what is wrong."""
    text = text.strip().strip("\"'")
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "", text
    elif scheme not in ("http", "https"):
        raise ValueError(f"'{scheme}' is neither http nor https")
    location, _, path = rest.partition("/")
    host, port = _split(location)
    return Address(
        scheme=scheme or "http",
        host=_reachable(host),
        port=_port(port) if port else DEFAULT_PORTS[scheme],
        path=f"/{path}".rstrip("/"),
    )


def _split(location: str) -> tuple[str, str]:
    if location.startswith("["):
        host, bracket, after = location[1:].partition("]")
        if not bracket or (after and not after.startswith(":")):
            raise ValueError(f"'{location}' has an unfinished bracket")
        return host, after[1:]
    if location.count(":") > 1:  # an IPv6 address without brackets has no port
        return location, ""
    host, _, port = location.partition(":")
    return host, port


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 65536:
        raise ValueError(f"'{text}' is no port (1 to 65535)")
    return int(text)


def _reachable(host: str) -> str:
    """A server listens on 0.0.0.0 or [::]; a client that is given the same setting means this machine."""
    if not host:
        return "127.0.0.1"
    try:
        return "127.0.0.1" if ipaddress.ip_address(host).is_unspecified else host
    except ValueError:
        if any(c in host for c in "@?# \t:"):
            raise ValueError(f"'{host}' is no host name") from None
        return host
