#!/bin/sh
# Makes a virtual environment with a Python of 3.11 or newer; Debian keeps the means for that in a package apart.
set -eu
venv=$1

for python in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$python" >/dev/null && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        found=$python
        break
    fi
done
[ -n "${found:-}" ] || { echo "Hearth needs Python 3.11 or newer" >&2; exit 1; }

"$found" -c 'import ensurepip' 2>/dev/null || sh scripts/install.sh "$found-venv"
"$found" -m venv "$venv"
