"""The words of the pages that need no script, from the same files that the page has its own from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from .accepted import weighed

DEFAULT = "en"

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
        for base in _bases(accepted):
            if base in self._words:
                return self._words[base]
        return self._words[DEFAULT]


def _bases(accepted: str) -> list[str]:
    wanted = sorted(weighed(accepted), key=lambda one: -one[1])
    return [tag.split("-")[0] for tag, weight in wanted if weight > 0]
