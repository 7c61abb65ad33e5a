#!/bin/sh
# The demo model's packages, and the one library that llama.cpp needs of the system.
set -eu
python=$1

"$python" -c 'import ctypes; ctypes.CDLL("libgomp.so.1")' 2>/dev/null || sh scripts/install.sh libgomp1
"$python" -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-demo.txt
