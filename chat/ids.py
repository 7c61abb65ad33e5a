"""Names for what is made: random, so that none can be guessed, and plain enough for every address and header."""

import re
import secrets

_ID = re.compile(r"[0-9a-f]{24}")


def new_id() -> str:
    return secrets.token_hex(12)


def is_id(text: str) -> bool:
    """Whether it can be one at all. Only such a name may become that of a file."""
    return _ID.fullmatch(text) is not None
