"""What is for everybody, what for who signed in, and what a token may: every address that is not named here is
for people who signed in on the page."""

from __future__ import annotations

import re
from typing import Literal

from people.caller import Caller

from .answers import Problem

PUBLIC = re.compile(
    r"/(static/.*|built/.*|service-worker\.js|healthz(/way)?|readyz|metrics"
    r"|sign-in|sign-out|setup(/code)?|invitation/[^/]+|s/[^/]+|api/shared/[^/]+|api/status)"
)

ID = "[^/]+"
# What a token of each scope may: method and address.
TOKENS: dict[Literal["ask", "read"], re.Pattern[str]] = {
    "ask": re.compile(
        rf"(GET|HEAD) /(chat|ws|api/models|api/generations/{ID}(/events)?)"
        rf"|POST /api/(conversations(/{ID}/messages)?|messages/{ID}/(replies|continue)|generations/{ID}/stop)"
    ),
    "read": re.compile(
        rf"(GET|HEAD) /api/(models|presets|conversations(/{ID})?|messages/{ID}|generations/{ID}(/events)?)"
    ),
}

SIGN_IN = Problem(401, "unauthorized", "Sign in first; a script sends a token, as in: Authorization: Bearer hearth_…")
BEYOND = Problem(403, "forbidden", "This token may not do that: make one on the page that may")
BEYOND_ALL = Problem(403, "forbidden", "No token may do that: sign in on the page")


def refusal(method: str | None, path: str, caller: Caller | None) -> Problem | None:
    """Why this caller may not ask for it at all; who may ask may still be told that they can't have it."""
    if PUBLIC.fullmatch(path):
        return None
    if caller is None:
        return SIGN_IN
    if caller.scopes is None:
        return None
    asked = f"{method} {path}"
    scopes = [scope for scope, may in TOKENS.items() if may.fullmatch(asked)]
    if any(caller.may(scope) for scope in scopes):
        return None
    return BEYOND if scopes else BEYOND_ALL
