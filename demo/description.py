"""What the model is, in the words of Ollama's /api/tags, /api/show and /api/ps."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from demo.request import NAME

VERSION = "0.33.0-demo"
# Of the one file that requirements-demo.txt pins.
DIGEST = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
# Ollama's own way to say "until somebody unloads it".
FOREVER = "2318-01-01T00:00:00Z"
TEMPLATE = (
    "{{- range $i, $_ := .Messages }}{{- $last := eq (len (slice $.Messages $i)) 1 }}"
    "<|im_start|>{{ .Role }}\n{{ .Content }}"
    '{{ if and $last (eq .Role "assistant") }}{{ else }}<|im_end|>\n{{ end }}'
    '{{ if and $last (ne .Role "assistant") }}<|im_start|>assistant\n{{ end }}{{ end }}'
)


def tags(path: Path) -> dict[str, Any]:
    size = {"context_length": 8192, "embedding_length": 576}
    model = _head(path) | {"details": _details() | size, "capabilities": ["completion"]}
    return {"models": [model | {"modified_at": _modified(path)}]}


def ps(path: Path, context: int) -> dict[str, Any]:
    running = {"expires_at": FOREVER, "size_vram": 0, "context_length": context}
    return {"models": [_head(path) | {"details": _details()} | running]}


def show(path: Path, context: int) -> dict[str, Any]:
    return {
        "modelfile": f'FROM {NAME}\nTEMPLATE """{TEMPLATE}"""\nPARAMETER num_ctx {context}\n',
        "parameters": f"num_ctx                        {context}",
        "template": TEMPLATE,
        "details": _details(),
        "model_info": _model_info(),
        "capabilities": ["completion"],
        "modified_at": _modified(path),
    }


def now() -> str:
    """Ollama's clock tells nanoseconds, Python's datetime does not."""
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"


def _head(path: Path) -> dict[str, Any]:
    return {"name": NAME, "model": NAME, "size": path.stat().st_size, "digest": DIGEST}


def _modified(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat().replace("+00:00", "Z")


def _details() -> dict[str, Any]:
    return {
        "parent_model": "",
        "format": "gguf",
        "family": "llama",
        "families": ["llama"],
        "parameter_size": "134.52M",
        "quantization_level": "Q4_1",
    }


def _model_info() -> dict[str, Any]:
    return {
        "general.architecture": "llama",
        "general.basename": "smollm2",
        "general.license": "apache-2.0",
        "general.organization": "HuggingFaceTB",
        "general.parameter_count": 134515008,
        "general.size_label": "135M",
        "general.type": "model",
        "llama.attention.head_count": 9,
        "llama.attention.head_count_kv": 3,
        "llama.block_count": 30,
        "llama.context_length": 8192,
        "llama.embedding_length": 576,
        "llama.feed_forward_length": 1536,
        "llama.vocab_size": 49152,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm",
    }
