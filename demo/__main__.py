"""The child: python -m demo [PARENT]. Loads the model, prints its port as one line of JSON, serves until stdin ends."""

import asyncio
import ctypes
import json
import os
import signal
import sys
import threading
from contextlib import suppress

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from demo import packages
from demo.llama import Model
from demo.server import build

PR_SET_PDEATHSIG = 1
# Images in base64 are refused with a sentence, so they have to be read first.
MAX_BODY = 128 << 20


def main() -> None:
    parent = int(sys.argv[1]) if len(sys.argv) > 1 else None
    if parent is not None:
        leave_signals_to(parent)
    threading.Thread(target=end_with_stdin, name="stdin", daemon=True).start()
    announce_to = claim_stdout()
    try:
        asyncio.run(serve(announce_to))
    except (ImportError, OSError, RuntimeError) as error:
        sys.exit(f"demo model: {error}{hint(error)}")


def hint(error: Exception) -> str:
    """llama.cpp needs one library that a small Debian does not have."""
    return "; on Debian or Ubuntu: apt-get install libgomp1" if "libgomp" in str(error) else ""


def leave_signals_to(parent: int) -> None:
    """A service manager's SIGTERM reaches every process: Hearth decides when the model goes. Blocked rather than
    ignored, because llama.cpp installs handlers of its own whenever it loads a model."""
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above
            os._exit(0)


def end_with_stdin() -> None:
    """The portable way to end with Hearth: the other end of this pipe closes when it does. A thread, so that
    it works in every phase; no clean-up, for nothing here outlives the process."""
    with suppress(OSError):
        while os.read(0, 4096):
            pass
    os._exit(0)


def claim_stdout() -> int:
    """Nothing but our one line may reach Hearth: whatever a library prints goes to standard error."""
    sys.stdout.flush()
    mine = os.dup(1)
    os.dup2(2, 1)
    return mine


async def serve(announce_to: int) -> None:
    path = packages.model_file()
    if path is None:
        raise RuntimeError("the packages of requirements-demo.txt are not installed")
    model = Model(path)
    await model.load()
    # In place of llama.cpp's own handlers, for whoever starts this by hand and presses Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    (socket,) = bind_sockets(0, "127.0.0.1")
    HTTPServer(build(model), max_body_size=MAX_BODY).add_socket(socket)
    os.write(announce_to, json.dumps({"port": socket.getsockname()[1]}).encode() + b"\n")
    os.close(announce_to)
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()
