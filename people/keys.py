"""Secrets that open a door, each 32 random bytes as text; what is kept of one is its hash."""

from __future__ import annotations

import hashlib
import secrets

LENGTH = 43  # of 32 bytes as text


def new_id() -> str:
    return secrets.token_hex(12)


def new_secret(prefix: str = "") -> str:
    return prefix + secrets.token_urlsafe(32)


def hashed(secret: str) -> bytes:
    """A quick hash is enough: nobody can try 2²⁵⁶. Who times the look-up of a hash learns nothing of the secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def may_be_one(secret: str, prefix: str = "") -> bool:
    return len(secret) == len(prefix) + LENGTH and secret.startswith(prefix)
