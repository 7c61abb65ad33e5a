"""The command line: options by `tornado.options`, read into Settings or refused in one line."""

from __future__ import annotations

import ast
import importlib.util
import ipaddress
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from tornado.options import Error, OptionParser

from ollama.address import Address
from ollama.address import parse as parse_address
from ollama.http import Limits

MIB = 1024 * 1024
LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("text", "json")
FLAGS = ("demo", "titles", "metrics", "doctor")
YES_OR_NO = ("true", "false", "t", "f", "1", "0")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class BadOption(Exception):
    """One line that says what is wrong and what to do."""


@dataclass(frozen=True)
class Settings:
    address: str
    port: int
    ollama: tuple[Address, ...]
    told_of_ollama: bool  # else it may be looked for
    data: Path
    model: str | None
    demo: bool
    auth: str  # none, required or proxy
    auth_header: str  # in which a proxy names the person
    hosts: frozenset[str]
    proxies: frozenset[str]
    backup: Path | None
    add_user: str | None
    restore: Path | None
    doctor: bool
    url: str  # by which browsers reach it, for the doctor to try
    parallel: int | None
    titles: bool
    grace: float
    limits: Limits
    max_line: int  # bytes
    open_to_all: bool  # nobody signs in, whoever can reach it
    metrics: bool
    metrics_for: tuple[Network, ...]  # who may read them besides programs on this machine
    log_level: str
    log_format: str


class Parser(OptionParser):
    """Tornado prints its help before it refuses an option; one line is what is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.__dict__["wants_help"] = False  # setting an attribute means setting an option

    def print_help(self, file: TextIO | None = None) -> None:
        if self.__dict__["wants_help"]:
            super().print_help(file)


def read(arguments: Sequence[str], environ: Mapping[str, str], inherited: Sequence[str] = ()) -> Settings:
    """Settings from the command line, or BadOption. ``--help`` prints and exits with 0.

    `inherited` are the addresses of sockets that Hearth was started with; they count in place of ``--address``.
    """
    parser = _parser(environ)
    rest = _parse(parser, list(arguments))
    if rest:
        raise BadOption(f"'{rest[0]}' is no option; --help lists them")
    return _checked(parser, inherited)


def _parser(environ: Mapping[str, str]) -> Parser:
    parser = Parser()
    define = parser.define
    define("address", "127.0.0.1", str, "where to listen; 0.0.0.0 for the home network", group="Listening")
    define("port", 8080, int, "0 picks a free port", group="Listening")
    define("hosts", "", str, "further host names to answer to, with commas between", "NAME,…", group="Listening")
    define(
        "trusted_proxies",
        "",
        str,
        "addresses of proxies whose X-Forwarded-For and -Proto are believed",
        "IP,…",
        group="Listening",
    )
    define("auth", "auto", str, "who signs in: see README.md", "auto|required|none|proxy", group="Listening")
    define("auth_header", "Remote-User", str, "of --auth=proxy: who signed in there", "NAME", group="Listening")
    define(
        "ollama",
        environ.get("OLLAMA_HOST", ""),
        str,
        "where Ollama is; $OLLAMA_HOST, else http://127.0.0.1:11434; several with commas between",
        "URL,…",
        group="Models",
    )
    define("model", "", str, "the model for who names none; else the first that can chat", "NAME", group="Models")
    define("demo", False, bool, "needs no Ollama: chat with a small model on this machine", group="Models")
    define("parallel", 0, int, "replies of one model at once (OLLAMA_NUM_PARALLEL); 0 finds it out", group="Models")
    define("titles", True, bool, "have the model find a title when nobody waits for it", group="Models")
    define("connect_timeout", 5.0, float, "seconds to connect to Ollama", group="Models")
    define("first_byte_timeout", 600.0, float, "seconds until Ollama's first byte; models load", group="Models")
    define("idle_timeout", 120.0, float, "seconds that Ollama may be silent within a reply", group="Models")
    define("max_line", 16 * MIB, int, "bytes in one line of Ollama's", group="Models")
    define("data", _data_folder(environ), str, "the only folder that is written to", "FOLDER", group="Hearth")
    define("backup", "", str, "write a copy of the conversations there, also while Hearth runs", "FILE", group="Hearth")
    define("add_user", None, str, "make an account, or renew its password, and ask for that", "NAME", group="Hearth")
    define("restore", "", str, "put such a copy in place of the conversations", "FILE", group="Hearth")
    define("doctor", False, bool, "say what is to be mended on this machine, with these options", group="Hearth")
    define("url", "", str, "for --doctor: the address by which browsers come, to try the way there", group="Hearth")
    define("grace", 10.0, float, "seconds that running replies have to end when Hearth stops", group="Hearth")
    define("metrics", False, bool, "answer /metrics, for Prometheus on this machine", group="Watching")
    define("metrics_for", "", str, "who else may read them: addresses or networks", "IP,…", group="Watching")
    define("log_level", "warning", str, "from which level on; info has a line a request", "LEVEL", group="Watching")
    define("log_format", "text", str, "text, or json: an object a line", "text|json", group="Watching")
    define("config", "", str, "read these options from a file, one name = value a line", "FILE", group="Hearth")
    return parser


def _data_folder(environ: Mapping[str, str]) -> str:
    """systemd's own, else as the XDG Base Directory Specification has it (a path that is not absolute is ignored)."""
    if state := environ.get("STATE_DIRECTORY"):
        return state.split(":")[0]
    home = environ.get("XDG_DATA_HOME", "")
    base = Path(home) if home.startswith("/") else Path("~/.local/share")
    return str(base / "hearth")


def _parse(parser: Parser, arguments: list[str]) -> list[str]:
    parser.__dict__["wants_help"] = "--help" in arguments
    rest = _parse_arguments(parser, arguments)
    if parser.config:
        _parse_file(parser, parser.config)
        _parse_arguments(parser, arguments)  # which count above the file
    return rest


def _parse_arguments(parser: Parser, arguments: list[str]) -> list[str]:
    rest: list[str] = []
    for argument in arguments:  # one at a time, to be able to say which it is
        _check_flag(*argument.lstrip("-").partition("=")[::2])
        try:
            rest += parser.parse_command_line(["server.py", argument], final=False)
        except Error as error:
            raise BadOption(f"{argument}: {_lower_first(str(error))}; --help lists the options") from None
        except ValueError:
            raise BadOption(f"{argument}: the value is of the wrong kind; --help lists the options") from None
    return rest


def _parse_file(parser: Parser, path: str) -> None:
    try:
        tree = ast.parse(Path(path).read_bytes())
        for name in _assigned(tree):
            if name not in parser:
                raise BadOption(f"{path}: '{name}' is no option; --help lists them")
        for name, text in _texts(tree):
            _check_flag(name, text)
        parser.parse_config_file(path, final=False)
    except OSError as error:
        raise BadOption(f"{path} can't be read: {(error.strerror or str(error)).lower()}") from None
    except BadOption:
        raise
    except Exception as error:  # the file is run, so that it may raise anything
        raise BadOption(f"{path}: {error}") from None


def _assigned(tree: ast.AST) -> list[str]:
    return [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def _texts(tree: ast.AST) -> list[tuple[str, str]]:
    """Names that a text is assigned to, each with it."""
    return [
        (node.targets[0].id, node.value.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]


def _check_flag(name: str, text: str) -> None:
    """Tornado takes every word but three for true."""
    if name.replace("-", "_") in FLAGS and text and text.lower() not in YES_OR_NO:
        raise BadOption(f"--{name}={text} is neither true nor false")


def _checked(parser: Parser, inherited: Sequence[str]) -> Settings:
    listening = _one_address(parser.address)
    if not 0 <= parser.port <= 65535:
        raise BadOption(f"--port={parser.port} is no port; give 0 to 65535")
    for name in ("connect_timeout", "first_byte_timeout", "idle_timeout", "max_line"):
        if not 0 < getattr(parser, name) < float("inf"):
            raise BadOption(f"--{name.replace('_', '-')} must be more than 0, and finite")
    if not 0 <= parser.grace < float("inf"):
        raise BadOption("--grace must be 0 or more seconds")
    if parser.parallel < 0:
        raise BadOption("--parallel must be 0 or more")
    hosts, proxies = _names(parser.hosts), _proxies(parser.trusted_proxies)
    reachable = not all(map(_is_loopback, inherited or [listening])) or bool(hosts or proxies)
    return Settings(
        address=listening,
        port=parser.port,
        ollama=_ollama(parser.ollama),
        told_of_ollama=bool(parser.ollama.strip()) or parser.demo,
        data=_folder(parser.data),
        model=parser.model or None,
        demo=parser.demo,
        auth=_auth(parser.auth, reachable, proxies),
        auth_header=_header(parser.auth_header),
        hosts=frozenset({"localhost", *_machine_names(), listening.lower(), *hosts}),
        proxies=proxies,
        backup=_file(parser.backup),
        add_user=parser.add_user,
        restore=_file(parser.restore),
        doctor=parser.doctor,
        url=_url(parser.url),
        parallel=parser.parallel or None,
        titles=parser.titles,
        grace=parser.grace,
        limits=Limits(parser.connect_timeout, parser.first_byte_timeout, parser.idle_timeout),
        max_line=parser.max_line,
        open_to_all=parser.auth == "none",
        metrics=parser.metrics and _has_prometheus(),
        metrics_for=_networks(parser.metrics_for),
        log_level=_one_of("log-level", parser.log_level.lower(), LEVELS),
        log_format=_one_of("log-format", parser.log_format, FORMATS),
    )


def _auth(auth: str, reachable: bool, proxies: frozenset[str]) -> str:
    match auth:
        case "auto":
            return "required" if reachable else "none"
        case "proxy" if not proxies:
            raise BadOption("--auth=proxy believes nobody without --trusted-proxies; name the proxy's address there")
        case "required" | "none" | "proxy":
            return auth
    raise BadOption(f"--auth={auth} is not known; give auto, required, none or proxy")


def _header(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", name):
        raise BadOption(f"--auth-header={name} is no name of a header; give one such as Remote-User")
    return name


def _one_address(text: str) -> str:
    if not text or any(c in text for c in "/@ \t"):
        raise BadOption(f"--address={text} is no address; give an IP address or a name of this machine")
    return text.strip("[]")


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name.lower() == "localhost"


def _machine_names() -> set[str]:
    name = socket.gethostname().lower()
    return {name, name.partition(".")[0]} - {""}


def _names(text: str) -> set[str]:
    names = {name.strip().lower().removesuffix(".") for name in text.split(",") if name.strip()}
    for name in names:
        if any(c in name for c in "/:@* \t"):
            raise BadOption(f"--hosts: '{name}' is no host name; give names without scheme, port and asterisk")
    return names


def _proxies(text: str) -> frozenset[str]:
    try:
        return frozenset(str(ipaddress.ip_address(one.strip())) for one in text.split(",") if one.strip())
    except ValueError as error:
        raise BadOption(f"--trusted-proxies: {error}") from None


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(one.strip(), strict=False) for one in text.split(",") if one.strip())
    except ValueError as error:
        raise BadOption(f"--metrics-for: {error}") from None


def _has_prometheus() -> bool:
    if importlib.util.find_spec("prometheus_client") is None:
        raise BadOption("--metrics needs the package prometheus-client; install requirements.txt")
    return True


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise BadOption(f"--{name}={value} is not known; give {', '.join(known[:-1])} or {known[-1]}")
    return value


def _ollama(text: str) -> tuple[Address, ...]:
    """Each once, in the order in which they are named."""
    names = [name for name in text.strip().strip("\"'").split(",") if name.strip()]
    return tuple(dict.fromkeys(map(_one_ollama, names or [""])))


def _one_ollama(text: str) -> Address:
    try:
        return parse_address(text)
    except ValueError as error:
        raise BadOption(f"--ollama={text.strip()}: {error}") from None


def _folder(text: str) -> Path:
    if not text:
        raise BadOption("--data is empty; give a folder")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:  # no such user, or one without a home
        raise BadOption(f"--data={text}: that home folder is not known; give another folder") from None


def _file(text: str) -> Path | None:
    return Path(text).expanduser().absolute() if text else None


def _url(text: str) -> str:
    if text and not re.fullmatch(r"https?://[^/?#@\s]+/?", text):
        raise BadOption(f"--url={text} is no address of a page; give one such as https://hearth.home.arpa/")
    return text.rstrip("/")


def _lower_first(words: str) -> str:
    return words[:1].lower() + words[1:]
