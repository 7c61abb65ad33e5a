#!/bin/sh
# What other people wrote that Hearth's streams and sockets are tested against.
set -eu
python=$1

"$python" -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-autobahn.txt
command -v ip >/dev/null || sh scripts/install.sh iproute2  # for a network in which a reader can vanish
command -v npm >/dev/null || sh scripts/install.sh npm
npm ci --silent --no-progress --prefix tests/sse_readers
