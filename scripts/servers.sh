#!/bin/sh
# What the tests of deploy/ need: the proxies that it has examples for, and systemd's tool that judges a service.
set -eu
PATH=$PATH:/usr/sbin

missing=
command -v nginx >/dev/null || missing="$missing nginx"
command -v caddy >/dev/null || missing="$missing caddy"
command -v systemd-analyze >/dev/null || missing="$missing systemd"
# shellcheck disable=SC2086 # a list of names
[ -z "$missing" ] || sh scripts/install.sh $missing
