"""All checks, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from settings import Settings

from . import clock, database, door, folder, ollamas, packages, port, units, way
from .finding import Finding, mend, words_of

Check = Callable[[Settings], Iterable[Finding]]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("Python", packages.look),
    ("Ollama", ollamas.look),
    ("data folder", folder.look),
    ("database", database.look),
    ("clock", clock.look),
    ("port", port.look),
    ("who gets in", door.look),
    ("systemd", units.look),
    ("way there", way.look),
)


def examine(settings: Settings, checks: Iterable[tuple[str, Check]] = CHECKS) -> Iterator[tuple[str, Finding]]:
    """Each finding with the name of its check, as soon as it is there. Raises nothing, whatever it meets."""
    for name, look in checks:
        try:
            for finding in look(settings):
                yield name, finding
        except Exception as error:
            yield name, mend(f"can't be looked at ({type(error).__name__}: {words_of(error)})", "see to it by hand")


def report(settings: Settings, out: TextIO) -> bool:
    """Print them; whether all is well."""
    count = 0
    for name, finding in examine(settings):
        count += finding.verdict == "mend"
        print(f"{finding.verdict:<5} {name}: {finding}", file=out, flush=True)
    print(f"\n{count} to mend." if count else "\nNothing to mend.", file=out, flush=True)
    return not count
