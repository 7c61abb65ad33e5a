#!/bin/sh
# What the page's tests need beside Python: Node.js for its modules, Chromium for the page itself.
set -eu
bin=$1

command -v node >/dev/null || sh scripts/install.sh nodejs
command -v chromium >/dev/null && exit 0
# Ubuntu has Chromium as a snap only; there the test's own client fetches one.
{ sh scripts/install.sh chromium && command -v chromium >/dev/null; } || "$bin/playwright" install --with-deps chromium
