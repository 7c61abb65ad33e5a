#!/bin/sh
# Installs Debian packages where that is possible; else says what is missing.
set -eu

if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "missing: $*; install it (on Debian or Ubuntu: sudo apt-get install $*) and try again" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
said=$(mktemp)
trap 'rm -f "$said"' EXIT
{ apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; } >"$said" 2>&1 || {
    cat "$said" >&2
    exit 1
}
