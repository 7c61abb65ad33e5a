"""Names for what is made: random, so that none can be guessed, and plain enough for every address and header."""

import secrets


def new_id() -> str:
    return secrets.token_hex(12)
