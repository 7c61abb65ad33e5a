"""What this machine has is found out from the kernel's files and a program or two."""

import asyncio
import os
import socket
from pathlib import Path

import pytest

from process import machine
from process.gateway import gateway

GIB = 1 << 30
MEMINFO = "MemTotal:       16384000 kB\nMemFree:         1000000 kB\nMemAvailable:    9000000 kB\n"
NVIDIA = "Model: \t\t NVIDIA GeForce RTX 3060\nIRQ:   \t\t 16\n"


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr("platform.system", lambda: "Linux")


def files(root: Path, **texts: str) -> Path:
    """Names with __ for a slash."""
    for name, text in texts.items():
        write(root / name.replace("__", "/"), text)
    return root


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def program(tmp_path: Path, name: str, lines: str) -> None:
    write(tmp_path / "bin" / name, f"#!/bin/sh\n{lines}\n")
    (tmp_path / "bin" / name).chmod(0o755)


@pytest.mark.gen_test
async def test_the_memory_is_the_kernels_word(tmp_path: Path) -> None:
    found = await machine.look(files(tmp_path, proc__meminfo=MEMINFO))
    assert (found.system, found.memory, found.available) == ("linux", 16384000 * 1024, 9000000 * 1024)
    assert found.gpu is None and not found.in_container and found.ollama is None


@pytest.mark.gen_test
async def test_a_container_has_what_it_was_given(tmp_path: Path) -> None:
    root = files(tmp_path, proc__meminfo=MEMINFO)
    write(root / "sys/fs/cgroup/memory.max", f"{4 * GIB}\n")
    write(root / "sys/fs/cgroup/memory.current", f"{GIB}\n")
    write(root / ".dockerenv", "")
    found = await machine.look(root)
    assert (found.memory, found.available, found.in_container) == (4 * GIB, 3 * GIB, True)


@pytest.mark.parametrize("limit", ["max", "9223372036854771712", "0", "-1", "much", ""])
@pytest.mark.gen_test
async def test_a_limit_that_is_none_counts_for_nothing(tmp_path: Path, limit: str) -> None:
    root = files(tmp_path, proc__meminfo=MEMINFO)
    write(root / "sys/fs/cgroup/memory.max", limit)
    assert (await machine.look(root)).memory == 16384000 * 1024


@pytest.mark.gen_test
async def test_the_older_kind_of_limit_counts_too(tmp_path: Path) -> None:
    root = files(tmp_path, proc__meminfo=MEMINFO)
    write(root / "sys/fs/cgroup/memory/limit_in_bytes", str(2 * GIB))
    assert (await machine.look(root)).memory == 2 * GIB


@pytest.mark.gen_test
async def test_without_the_kernels_files_the_system_is_asked(tmp_path: Path) -> None:
    assert (await machine.look(tmp_path)).memory > 0


@pytest.mark.gen_test
async def test_nvidias_own_program_tells_of_all_cards(tmp_path: Path) -> None:
    program(tmp_path, "nvidia-smi", "echo 'NVIDIA GeForce RTX 3060, 12288'\necho 'NVIDIA GeForce RTX 3060, 12288'")
    gpu = (await machine.look(tmp_path)).gpu
    assert gpu == machine.GPU("2 × NVIDIA GeForce RTX 3060", 24 * GIB, "nvidia")


@pytest.mark.parametrize("lines", ["exit 9", "echo 'Failed to initialize NVML'", "echo ', nan'"])
@pytest.mark.gen_test
async def test_where_it_fails_the_driver_still_tells_the_name(tmp_path: Path, lines: str) -> None:
    program(tmp_path, "nvidia-smi", lines)
    write(tmp_path / "proc/driver/nvidia/gpus/0000:01:00.0/information", NVIDIA)
    assert (await machine.look(tmp_path)).gpu == machine.GPU("NVIDIA GeForce RTX 3060", None, "nvidia")


@pytest.mark.parametrize("lines", ["while :; do :; done", "/bin/sleep 60\ntrue"])
@pytest.mark.gen_test
async def test_one_that_hangs_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str) -> None:
    monkeypatch.setattr(machine, "PATIENCE", 0.5)
    program(tmp_path, "nvidia-smi", f"echo $$ > {tmp_path}/pid\n{lines}")
    assert (await machine.look(tmp_path)).gpu is None
    if (pid := tmp_path / "pid").exists():
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)


@pytest.mark.gen_test
async def test_an_amd_card_tells_its_memory(tmp_path: Path) -> None:
    device = tmp_path / "sys/class/drm/card1/device"
    write(device / "vendor", "0x1002\n")
    write(device / "mem_info_vram_total", f"{16 * GIB}\n")
    own = tmp_path / "sys/class/drm/card0/device"  # the processor's own graphics
    write(own / "vendor", "0x1002\n")
    write(own / "mem_info_vram_total", f"{GIB // 2}\n")
    assert (await machine.look(tmp_path)).gpu == machine.GPU("AMD GPU", 16 * GIB, "amd")


@pytest.mark.parametrize(("chip", "memory"), [("Apple M2", 10.6), ("Intel(R) Core(TM) i5", None)])
@pytest.mark.gen_test
async def test_a_mac_shares_its_memory_with_the_gpu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chip: str, memory: float | None
) -> None:
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    program(tmp_path, "sysctl", f"echo '{chip}'")
    write(tmp_path / "proc/meminfo", f"MemTotal: {16 * GIB // 1024} kB\n")
    found = await machine.look(tmp_path)
    assert found.system == "macos"
    if memory is None:
        assert found.gpu is None
    else:
        assert found.gpu is not None and found.gpu.memory == pytest.approx(memory * GIB, rel=0.01)


@pytest.mark.gen_test
async def test_how_ollama_is_installed(tmp_path: Path) -> None:
    program(tmp_path, "ollama", "exit 0")
    assert (await machine.look(tmp_path)).ollama == "program"
    write(tmp_path / "etc/systemd/system/ollama.service", "")
    assert (await machine.look(tmp_path)).ollama == "service"


@pytest.mark.gen_test
async def test_it_is_looked_at_while_the_loop_turns(tmp_path: Path) -> None:
    program(tmp_path, "nvidia-smi", "read forever < /dev/zero")
    looking = asyncio.ensure_future(machine.look(tmp_path))
    await asyncio.sleep(0)
    assert not looking.done()
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking


ROUTES = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n"


def number(address: str) -> str:
    return f"{int.from_bytes(socket.inet_aton(address), 'little'):08X}"


def test_the_gateway_is_that_of_the_default_route(tmp_path: Path) -> None:
    local = f"eth0\t{number('192.168.1.0')}\t00000000\t0001\t0\t0\t0\t{number('255.255.255.0')}\n"
    way_out = f"eth0\t00000000\t{number('192.168.1.1')}\t0003\t0\t0\t0\t00000000\n"
    write(tmp_path / "route", ROUTES + local + way_out)
    assert gateway(tmp_path / "route") == "192.168.1.1"
    write(tmp_path / "route", ROUTES + local)
    assert gateway(tmp_path / "route") is None
    assert gateway(tmp_path / "none") is None
