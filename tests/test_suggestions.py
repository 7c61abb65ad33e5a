"""Which models a machine is told to begin with, and by which command it gets Ollama."""

import pytest

from chat.install import command
from chat.suggestions import GIB, KNOWN, suggestions
from process.machine import Machine

SIZES = [0, *(int(gib * GIB) for gib in (0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 512))]


def names(memory: float, available: float | None = None, gpu: float | None = None) -> list[str]:
    free = memory if available is None else available
    return [
        one.model for one in suggestions(int(memory * GIB), int(free * GIB), None if gpu is None else int(gpu * GIB))
    ]


@pytest.mark.parametrize("memory", SIZES)
@pytest.mark.parametrize("gpu", [None, *SIZES])
def test_there_are_always_three_the_smallest_first(memory: int, gpu: int | None) -> None:
    found = suggestions(memory, memory, gpu)
    assert len({one.model for one in found}) == 3
    assert [one.size for one in found] == sorted(one.size for one in found)
    if memory >= 4 * GIB:
        assert all(one.fits for one in found)


def test_a_small_computer_is_told_what_is_too_large_for_it() -> None:
    assert [one.fits for one in suggestions(2 * GIB, 2 * GIB)] == [True, True, False]
    assert [one.fits for one in suggestions(GIB // 2, GIB // 2)] == [False, False, False]


def test_a_usual_machine_without_a_gpu() -> None:
    assert names(8) == names(16) == ["gemma3:1b", "llama3.2:3b", "gemma3:4b"]


def test_a_larger_gpu_has_larger_models() -> None:
    assert names(16, gpu=8)[-1] == "qwen3.5:9b"
    assert names(32, gpu=16)[-1] == "gpt-oss:20b"
    assert names(32, gpu=24)[-1] == "qwen3.5:27b"


def test_what_other_programs_hold_is_not_counted_on() -> None:
    assert names(32, available=28)[-1] == "gpt-oss:20b"
    assert names(20, available=2)[-1] == "gemma3:4b"


def test_of_a_machine_that_nobody_knows_nothing_is_claimed() -> None:
    assert {one.fits for one in suggestions(0)} == {None}


def test_each_needs_more_memory_than_it_has_bytes() -> None:
    assert [one.size for one in KNOWN] == sorted(one.size for one in KNOWN)
    assert all(one.size < one.needs < one.size * 2.5 for one in KNOWN)


def place(**fields: object) -> Machine:
    usual = {"system": "linux", "memory": 0, "available": 0, "gpu": None, "in_container": False, "ollama": None}
    return Machine(**usual | fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("machine", "brand", "words"),
    [
        (place(), None, "curl -fsSL https://ollama.com/install.sh | sh"),
        (place(system="macos"), "apple", "curl -fsSL https://ollama.com/install.sh | sh"),
        (place(system="windows"), None, "irm https://ollama.com/install.ps1 | iex"),
        (place(ollama="service"), "nvidia", "sudo systemctl start ollama"),
        (place(ollama="program"), None, "ollama serve"),
        (place(system="macos", ollama="app"), "apple", "open -a Ollama"),
    ],
)
def test_the_one_command(machine: Machine, brand: str | None, words: str) -> None:
    assert command(machine, brand) == words


def test_in_a_container_ollama_comes_as_one_beside_it() -> None:
    docker = place(in_container=True)
    assert command(docker, None).startswith("docker run -d -v ollama:") and command(docker, None).endswith(
        " ollama/ollama"
    )
    assert " --gpus=all " in command(docker, "nvidia")
    assert command(docker, "amd").endswith("ollama/ollama:rocm")
