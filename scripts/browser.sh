#!/bin/sh
# What the page's tests need beside Python: Node.js for its modules, Chromium for the page itself.
set -eu
bin=$1

install() {
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    else
        echo "the tests need $*: install it and try again" >&2
        return 1
    fi
}

command -v node >/dev/null || install nodejs
command -v chromium >/dev/null && exit 0
# Ubuntu has Chromium as a snap only; there the test's own client fetches one.
{ install chromium && command -v chromium >/dev/null; } || "$bin/playwright" install --with-deps chromium
