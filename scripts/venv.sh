#!/bin/sh
# Makes a virtual environment with a Python of 3.11 or newer; where Debian keeps the means apart, it gets them.
set -eu
venv=$1

for python in python3 python3.13 python3.12 python3.11; do
    if command -v "$python" >/dev/null && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        found=$python
        break
    fi
done
[ -n "${found:-}" ] || { echo "Hearth needs Python 3.11 or newer" >&2; exit 1; }

if ! "$found" -c 'import ensurepip' 2>/dev/null; then
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    else
        echo "Python's venv is missing; install it (Debian: sudo apt-get install python3-venv) and try again" >&2
        exit 1
    fi
fi
"$found" -m venv "$venv"
