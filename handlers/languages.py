"""The words of the pages that need no script, from the same files that the page has its own from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

DEFAULT = "en"
LONGEST = 1000  # characters of Accept-Language that are looked at

_VALUE = re.compile(r"\{(\w+)\}")


class Words:
    """Of one language."""

    def __init__(self, strings: Mapping[str, object]) -> None:
        self._strings = strings

    def __repr__(self) -> str:
        return f"<Words {self.tag}>"

    @property
    def tag(self) -> str:
        return self("language.tag")

    def __contains__(self, key: str) -> bool:
        return isinstance(self._strings.get(key), str)

    def __call__(self, key: str, **values: object) -> str:
        """A key that is missing shows itself."""
        text = self._strings.get(key)
        if not isinstance(text, str):
            return key
        return _VALUE.sub(lambda found: str(values.get(found[1], found[0])), text)


class Languages:
    def __init__(self, folder: Path) -> None:
        files = sorted(folder.glob("*.json"))
        self._words = {file.stem: Words(msgspec.json.decode(file.read_bytes())) for file in files}

    def __repr__(self) -> str:
        return f"<Languages {' '.join(self._words)}>"

    def wanted(self, accepted: str) -> Words:
        """By a request's Accept-Language: the one that is wanted the most, by its base (zh for zh-TW)."""
        for base in _bases(accepted[:LONGEST]):
            if base in self._words:
                return self._words[base]
        return self._words[DEFAULT]


def _bases(accepted: str) -> list[str]:
    ranges = [one.partition(";") for one in accepted.lower().split(",")]
    weighed = [(_weight(rest), tag.strip().split("-")[0]) for tag, _, rest in ranges]
    return [base for weight, base in sorted(weighed, key=lambda one: -one[0]) if weight > 0]


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
