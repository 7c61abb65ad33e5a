"""What Ollama tells of a model's making, and what follows of it."""

from __future__ import annotations

from typing import Any

import pytest

from ollama.model_info import context_cost, context_length, parameters

LLAMA: dict[str, Any] = {
    "general.architecture": "llama",
    "llama.attention.head_count": 9,
    "llama.attention.head_count_kv": 3,
    "llama.block_count": 30,
    "llama.context_length": 8192,
    "llama.embedding_length": 576,
}


def llama(**told: Any) -> dict[str, Any]:
    return LLAMA | {f"llama.{name.replace('__', '.')}": value for name, value in told.items()}


def test_a_token_costs_a_key_and_a_value_for_each_head_of_each_layer() -> None:
    assert context_length(LLAMA) == 8192
    assert context_cost(LLAMA) == 30 * 3 * 2 * 64 * 2
    assert context_cost(llama(attention__key_length=128, attention__value_length=96)) == 30 * 3 * (128 + 96) * 2
    without = {name: value for name, value in LLAMA.items() if not name.endswith("_kv")}
    assert context_cost(without) == 30 * 9 * 2 * 64 * 2
    assert context_cost(llama(attention__head_count_kv=[2, 0, 4])) == 6 * 2 * 64 * 2


@pytest.mark.parametrize(
    "info",
    [
        {},
        {"general.architecture": None},
        {"general.architecture": "qwen", "llama.block_count": 3},
        llama(block_count=None),
        llama(block_count=True),
        llama(block_count="30"),
        llama(attention__head_count_kv=[]),
        llama(attention__head_count_kv=[3, None]),
        llama(embedding_length=0),
        llama(attention__head_count=0),
        llama(attention__sliding_window=1024),
        llama(attention__kv_lora_rank=512),
        llama(ssm__state_size=128),
    ],
)
def test_what_is_not_known_for_sure_is_not_told(info: dict[str, Any]) -> None:
    assert context_cost(info) is None


def test_a_window_that_is_none_changes_nothing() -> None:
    assert context_cost(llama(attention__sliding_window=0)) == context_cost(LLAMA)


def test_parameters_are_read_as_go_writes_them() -> None:
    text = (
        'stop                           "<|im_start|>"\n'
        'stop                           "a \\"b\\"\\n\\u00e9 c"\n'
        "num_ctx                        2048\n"
        "temperature                    0.7\n"
        "top_k                          1e+06\n"
        "use_mmap                       false\n"
        'odd                            "\\x01"\n'
        "\n"
        "nothing\n"
    )
    assert parameters(text) == {
        "stop": ["<|im_start|>", 'a "b"\né c'],
        "num_ctx": [2048],
        "temperature": [0.7],
        "top_k": [1000000],
        "use_mmap": [False],
        "odd": ["\\x01"],
    }
    assert parameters("") == {}
