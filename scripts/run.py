"""`make run`: Hearth with the Ollama that is there, else with the demo model, which is installed for it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from chat.looking import SETTING  # noqa: E402
from doctor.database import kept  # noqa: E402
from ollama.client import Ollama  # noqa: E402
from ollama.errors import OllamaError  # noqa: E402
from settings import BadOption, Settings, read  # noqa: E402


def main(arguments: list[str]) -> None:
    if not asyncio.run(has_ollama(arguments)) and _has_demo():  # which is asked for only where no Ollama was named
        print("No Ollama found: starting with a tiny model for trying things out.", file=sys.stderr)
        arguments = [*arguments, "--demo"]
    os.execv(sys.executable, [sys.executable, str(ROOT / "server.py"), *arguments])


async def has_ollama(arguments: list[str]) -> bool:
    """Or needs none."""
    try:
        settings = read(arguments, os.environ)
    except BadOption:
        return True  # Hearth itself will say what is wrong
    known = settings.told_of_ollama or kept(settings.data, SETTING) is not None  # found when it was looked for
    return known or _ends(settings) or await _answers(settings)


def _ends(settings: Settings) -> bool:
    """It does one thing, and chats with nobody."""
    does = (settings.backup, settings.restore, settings.add_user)
    return settings.doctor or any(one is not None for one in does)


async def _answers(settings: Settings) -> bool:
    for address in settings.ollama:
        with suppress(OllamaError):
            await Ollama(address, settings.limits, settings.max_line).version()
            return True
    return False


def _has_demo() -> bool:
    return subprocess.run(["make", "-s", ".venv/demo"], cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    main(sys.argv[1:])
