"""What this machine is and has, as far as it matters to running a model on it."""

from __future__ import annotations

import asyncio
import os
import platform
import re
import shutil
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

System = Literal["linux", "macos", "windows", "other"]

SYSTEMS: dict[str, System] = {"Linux": "linux", "Darwin": "macos", "Windows": "windows"}
PATIENCE = 2.0  # seconds for a program that tells of the GPU
MIB = 1024 * 1024
SMALLEST = 2048 * MIB  # memory of a GPU that is worth the name; a processor's own graphics is given less
AMD = "0x1002"
# Of its memory a Mac lets the GPU have two thirds, above 36 GB three quarters.
METAL_SHARE = (36 * 1024 * MIB, 2 / 3, 3 / 4)
CONTAINERS = (".dockerenv", "run/.containerenv")
UNITS = tuple(f"{folder}/ollama.service" for folder in ("etc/systemd/system", "usr/lib/systemd/system"))


class GPU(NamedTuple):
    name: str
    memory: int | None  # bytes, of all that there are; None: it doesn't tell
    brand: Literal["nvidia", "amd", "apple"]


@dataclass(frozen=True)
class Machine:
    system: System
    memory: int  # bytes, the whole; 0: it doesn't tell
    available: int  # bytes that are free now, or soon
    gpu: GPU | None
    in_container: bool  # whose neighbour Ollama would be, rather than its guest
    ollama: Literal["service", "app", "program"] | None  # how it is installed here, if it is


async def look(root: Path = Path("/")) -> Machine:
    """Takes as long as the slowest program that is asked, at most twice PATIENCE seconds."""
    system = SYSTEMS.get(platform.system(), "other")
    memory, available = _memory(root)
    return Machine(
        system=system,
        memory=memory,
        available=available,
        gpu=await _gpu(system, root, memory),
        in_container=any((root / name).exists() for name in CONTAINERS),
        ollama=_ollama(root),
    )


def _ollama(root: Path) -> Literal["service", "app", "program"] | None:
    if any((root / unit).exists() for unit in UNITS):
        return "service"
    if (root / "Applications/Ollama.app").exists():
        return "app"
    return "program" if shutil.which("ollama") else None


# -- memory


def _memory(root: Path) -> tuple[int, int]:
    """The whole and what is free of it, within what a container is given.

    The limit is that of the outermost group that can be seen: a machine's own has none, while a service's, further
    in, says nothing of Ollama, which runs outside it.
    """
    told = _told(_text(root / "proc/meminfo"))
    whole = told.get("MemTotal", 0) or _pages()
    free = told.get("MemAvailable", whole)
    limit = _number(_text(root / "sys/fs/cgroup/memory.max") or _text(root / "sys/fs/cgroup/memory/limit_in_bytes"))
    if limit is None or not 0 < limit < whole:
        return whole, free
    used = _number(_text(root / "sys/fs/cgroup/memory.current")) or 0
    return limit, min(free, max(0, limit - used))


def _told(meminfo: str) -> dict[str, int]:
    return {name: int(kib) * 1024 for name, kib in re.findall(r"^(\w+):\s+(\d{1,15}) kB$", meminfo, re.MULTILINE)}


def _pages() -> int:
    """Where there is no /proc, as on a Mac."""
    with suppress(ValueError, OSError, AttributeError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return 0


# -- GPU


async def _gpu(system: System, root: Path, memory: int) -> GPU | None:
    if system == "macos":
        return await _apple(memory)
    return await _nvidia(root) or _amd(root)


async def _nvidia(root: Path) -> GPU | None:
    """Its own program tells all; where that can't be run, the driver at least the name."""
    asked = await _output("nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits")
    cards = re.findall(r"^(.+), *(\d{1,9})$", asked, re.MULTILINE)
    if cards:
        return GPU(_together([name.strip() for name, _ in cards]), sum(int(mib) for _, mib in cards) * MIB, "nvidia")
    told = [_text(file) for file in sorted((root / "proc/driver/nvidia/gpus").glob("*/information"))]
    names = [found[1].strip() for text in told if (found := re.search(r"^Model:(.+)$", text, re.MULTILINE))]
    return GPU(_together(names), None, "nvidia") if names else None


def _amd(root: Path) -> GPU | None:
    cards: list[tuple[str, int]] = []
    for device in sorted((root / "sys/class/drm").glob("card?/device")):
        memory = _number(_text(device / "mem_info_vram_total")) or 0
        if _text(device / "vendor") == AMD and memory >= SMALLEST:
            cards.append((_text(device / "product_name") or "AMD GPU", memory))
    if not cards:
        return None
    return GPU(_together([name for name, _ in cards]), sum(memory for _, memory in cards), "amd")


async def _apple(memory: int) -> GPU | None:
    name = (await _output("sysctl", "-n", "machdep.cpu.brand_string")).strip()
    if not name.startswith("Apple"):
        return None  # an older Mac, whose GPU Ollama doesn't use
    much, share, larger_share = METAL_SHARE
    return GPU(name, int(memory * (larger_share if memory > much else share)), "apple")


def _together(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} × {names[0]}"


async def _output(program: str, *arguments: str) -> str:
    """What it prints; nothing where there is no such program, or where it takes too long."""
    where = shutil.which(program)
    if where is None:
        return ""
    try:
        pipe, none = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            where, *arguments, stdin=none, stdout=pipe, stderr=none, start_new_session=True
        )
    except OSError:
        return ""
    try:
        async with asyncio.timeout(PATIENCE):
            out, _ = await process.communicate()
    except TimeoutError:
        return ""
    finally:
        if process.returncode is None:
            await _end(process)
    return out.decode("utf-8", "replace") if process.returncode == 0 else ""


async def _end(process: asyncio.subprocess.Process) -> None:
    """With what it started. One that a broken driver holds can't be ended, and is not waited for."""
    with suppress(ProcessLookupError, PermissionError):  # macOS forbids it where all have ended
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await process.wait()


# -- files of the kernel's


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
