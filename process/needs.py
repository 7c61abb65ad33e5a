"""Imported first: without its packages Hearth ends with one line, not with the traceback of an import."""

from __future__ import annotations

import sys
from importlib.util import find_spec

NEEDED = ("tornado", "httptools", "msgspec", "argon2")

missing = [name for name in NEEDED if find_spec(name) is None]
if missing:
    sys.exit(
        f"server.py: this Python ({sys.executable}) lacks {', '.join(missing)}; 'make run' installs what is needed, "
        "or: python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/python server.py"
    )
