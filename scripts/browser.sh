#!/bin/sh
# What the page's tests need beside Python: Node.js for its modules, Chromium for the page itself.
set -eu
bin=$1

command -v node >/dev/null || sh scripts/install.sh nodejs
# The browser's driver is a Node.js of its own, which needs this library.
"$bin/playwright" --version >/dev/null 2>&1 || sh scripts/install.sh libatomic1
{ command -v chromium-headless-shell || command -v chromium; } >/dev/null && exit 0
# Debian's shell of it without windows takes a third less time than the whole.
sh scripts/install.sh chromium-headless-shell 2>/dev/null && exit 0
# Ubuntu has Chromium as a snap only; there the test's own client fetches one.
{ sh scripts/install.sh chromium && command -v chromium >/dev/null; } || "$bin/playwright" install --with-deps chromium
