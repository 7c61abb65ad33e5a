"""Models that a scripted Ollama has, with what Ollama would tell of them."""

from __future__ import annotations

import json
from typing import Any

from .support_page import Ollama


def model(name: str, **details: Any) -> dict[str, Any]:
    """One as `/api/tags` lists it. What a chat with it does is decided by its name before the colon."""
    known = {"family": "llama", "parameter_size": "3.2B", "quantization_level": "Q4_K_M", "context_length": 8192}
    capabilities = ["completion", *details.pop("can", [])]
    size = details.pop("size", 2_019_393_189)
    return {"name": name, "size": size, "digest": name, "details": known | details, "capabilities": capabilities}


def install(ollama: Ollama, *models: dict[str, Any]) -> None:
    """These and no others."""
    ollama.fake.models = [one["name"] for one in models]
    ollama.fake.answers["/api/tags"] = answer({"models": list(models)})


def load(ollama: Ollama, *running: dict[str, Any]) -> None:
    ollama.fake.answers["/api/ps"] = answer({"models": list(running)})


def describe(ollama: Ollama, name: str, parameters: str = "", **info: Any) -> None:
    """What `/api/show` tells besides; `info` under the names of an architecture `llama`."""
    told = {"general.architecture": "llama"} | {f"llama.{key}": value for key, value in info.items()}
    ollama.fake.shows[name] = {"parameters": parameters, "model_info": told}


def answer(body: Any) -> bytes:
    data = json.dumps(body).encode()
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
    return f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data
