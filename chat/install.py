"""The one command that brings Ollama to a machine, or starts it where it is; each as Ollama documents it."""

from __future__ import annotations

from typing import Protocol

SCRIPT = "curl -fsSL https://ollama.com/install.sh | sh"
WINDOWS = "irm https://ollama.com/install.ps1 | iex"
CONTAINER = "docker run -d{flags} -v ollama:/root/.ollama -p 11434:11434 --name ollama {image}"
# By the brand of the GPU: what the container is given, and which image.
CONTAINERS = {
    "nvidia": (" --gpus=all", "ollama/ollama"),
    "amd": (" --device /dev/kfd --device /dev/dri", "ollama/ollama:rocm"),
}
STARTS = {"service": "sudo systemctl start ollama", "app": "open -a Ollama", "program": "ollama serve"}


class Place(Protocol):
    """What it depends on; see process/machine.py."""

    @property
    def system(self) -> str: ...

    @property
    def in_container(self) -> bool: ...

    @property
    def ollama(self) -> str | None: ...


def command(place: Place, brand: str | None) -> str:
    """For a terminal; in a container, for one of the machine that it runs on."""
    if place.ollama is not None:
        return STARTS[place.ollama]
    if place.in_container:
        flags, image = CONTAINERS.get(brand or "", ("", "ollama/ollama"))
        return CONTAINER.format(flags=flags, image=image)
    return WINDOWS if place.system == "windows" else SCRIPT
