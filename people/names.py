"""What people may be called, in whatever script, and when two names are the same one."""

from __future__ import annotations

import re
import unicodedata

from .errors import BadName

MOST = 64  # characters
JOINERS = "\u200c\u200d"  # within words of Persian, and of many scripts of India, they are spelling
# Which form of a sign is meant: emoji and some Chinese characters are written with them, and nobody sees them.
VARIANTS = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
UNSEEN = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"  # letters and marks by their category, yet nothing to see
)


def checked(name: str) -> str:
    """As it is kept and shown; BadName."""
    if len(name) > 4 * MOST:
        raise BadName("long")
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not name:
        raise BadName("empty")
    if len(name) > MOST:
        raise BadName("long")
    if not all(_is_seen(name, place) for place in range(len(name))):
        raise BadName("characters")
    if not folded(name):
        raise BadName("empty")
    return name


def folded(name: str) -> str:
    """As it is compared: what looks or reads the same is the same. Of any text, also one that is no name."""
    text = unicodedata.normalize("NFKC", VARIANTS.sub("", name[: 4 * MOST])).casefold()
    text = unicodedata.normalize("NFKC", text)
    return " ".join("".join(one for one in text if one not in JOINERS).split())


def _is_seen(name: str, place: int) -> bool:
    character = name[place]
    if character in JOINERS:
        return 0 < place < len(name) - 1 and _takes_joiner(name[place - 1]) and _takes_joiner(name[place + 1])
    category = unicodedata.category(character)
    return character not in UNSEEN and (category == "Zs" or category[0] not in "CZ")


def _takes_joiner(character: str) -> bool:
    """Not between Latin, Greek or Cyrillic letters, where it would only make a second name of the same look."""
    if unicodedata.category(character)[0] not in "LM":
        return False
    return not unicodedata.name(character, "").startswith(("LATIN", "GREEK", "CYRILLIC", "COMBINING"))
