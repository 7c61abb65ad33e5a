"""The units of systemd, where Hearth is installed as a service."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from settings import Settings

from .finding import Finding, mend, note, ok

INSTALLED = Path("/etc/systemd/system")
RUNS = Path("/run/systemd/system")  # there where systemd is what runs this machine
OURS = Path(__file__).parent.parent / "deploy"
UNITS = ("hearth.socket", "hearth.service")
PATIENCE = 5.0


def look(settings: Settings, installed: Path = INSTALLED) -> Iterator[Finding]:
    there = [unit for unit in UNITS if (installed / unit).is_file()]
    if not there:
        return
    if missing := set(UNITS) - set(there):
        yield mend(f"{installed / missing.pop()} is missing", "sudo make service")
    old = [unit for unit in there if (installed / unit).read_bytes() != (OURS / unit).read_bytes()]
    if old:
        yield note(f"{' and '.join(old)} differ from deploy/: after a pull, 'sudo make service' brings the new ones")
    if RUNS.is_dir() and shutil.which("systemctl"):
        yield from _states(there)


def _states(units: list[str]) -> Iterator[Finding]:
    for unit in units:
        state = _asked("is-active", unit)
        if state == "failed":
            yield mend(f"{unit} has failed", f"'journalctl -u {unit} -n 20' says why")
        elif state == "active":
            yield ok(f"{unit} is active")
        else:
            yield mend(f"{unit} is {state or 'unknown to systemd'}", f"sudo systemctl enable --now {' '.join(UNITS)}")
    if _asked("show", "--property=NeedDaemonReload", "--value", UNITS[1]) == "yes":
        yield mend("a unit was changed since systemd read it", "sudo systemctl daemon-reload")


def _asked(*words: str) -> str:
    try:
        told = subprocess.run(["systemctl", *words], capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return told.stdout.strip()
