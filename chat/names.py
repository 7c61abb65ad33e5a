"""Names of models, by the grammar of Ollama's types/model/name.go: ``[host/][namespace/]model[:tag]``."""

from __future__ import annotations

import re

from .errors import BadName

HOST, NAMESPACE = "registry.ollama.ai", "library"  # what is meant where none is named

_PART = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}"
_NAME = re.compile(
    rf"((?P<host>[A-Za-z0-9_][A-Za-z0-9_.:-]{{0,349}})/(?=[^/]*/))?"
    rf"((?P<namespace>[A-Za-z0-9_][A-Za-z0-9_-]{{0,79}})/)?(?P<model>{_PART})(:(?P<tag>{_PART}))?"
)


def checked(text: str) -> str:
    """The name without what a copied address has around it; BadName, in words, where it is none."""
    name = text.strip().removeprefix("https://")
    if not name:
        raise BadName("`model` is empty: name a model, such as llama3.2")
    if _NAME.fullmatch(name) is None:
        raise BadName(
            f"“{_short(name)}” can't be the name of a model: it is written like llama3.2, qwen3:8b or"
            " hf.co/somebody/model:tag"
        )
    return name


def same(one: str, other: str) -> bool:
    """Whether both mean the same model to Ollama."""
    return canonical(one) == canonical(other)


def canonical(name: str) -> str:
    """With all its parts, in lower case; a name that is none is only itself."""
    found = _NAME.fullmatch(name.strip())
    if found is None:
        return name
    host, namespace, tag = found["host"] or HOST, found["namespace"] or NAMESPACE, found["tag"] or "latest"
    return f"{host}/{namespace}/{found['model']}:{tag}".lower()


def is_in_library(name: str) -> bool:
    """Whether it is written like a model of Ollama's own library: without host and namespace."""
    return canonical(name).startswith(f"{HOST}/{NAMESPACE}/")


def copy_of(name: str, parent: str | None) -> str | None:
    """The model that one was made of here, by what Ollama calls its parent.

    Those that were fetched have a parent, too, where they were published with one: in the library, a path on the
    publisher's machine; elsewhere also a name.
    """
    return parent if is_in_library(name) and parent and _NAME.fullmatch(parent) else None


def registry(name: str) -> str:
    """Where it is pulled from, as people know it."""
    host = canonical(name).partition("/")[0]
    return "ollama.com" if host == HOST else host


def _short(name: str) -> str:
    printable = "".join(one if one.isprintable() else "�" for one in name[:60])
    return printable if len(name) <= 60 else f"{printable}…"
