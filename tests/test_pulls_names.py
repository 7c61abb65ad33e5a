"""What a model can be called, and in which words Ollama's troubles are told."""

from __future__ import annotations

import pytest

from chat.errors import BadName
from chat.names import checked, registry, same
from chat.trouble import trouble
from ollama.errors import BrokenStream, Busy, ModelNotFound, Refused, Unreachable


@pytest.mark.parametrize(
    "name",
    [
        "llama3.2",
        "qwen3:8b",
        "smollm2:135m-instruct-q4_K_M",
        "library/llama3.2:latest",
        "somebody/my-model:1",
        "hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF:Q4_K_M",
        "localhost:5000/some_space/model:tag",
        "registry.ollama.ai/library/x:y",
        "_x",
        "a" * 80 + ":" + "b" * 80,
    ],
)
def test_every_name_that_ollama_reads_may_be_pulled(name: str) -> None:
    assert checked(name) == name


@pytest.mark.parametrize("name", [" llama3.2 ", "llama3.2\n", "https://hf.co/a/b:c"])
def test_what_a_copied_name_has_around_it_is_taken_off(name: str) -> None:
    assert checked(name) in ("llama3.2", "hf.co/a/b:c")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "../../etc",
        "../../etc/passwd",
        "/etc/passwd",
        "..",
        "a/../b",
        "a//b",
        "a/b/",
        "a/b/c/d",
        ":tag",
        "model:",
        "a:b:c",
        "my model",
        "ollama pull x",
        "x\ty",
        "x\ny",
        "x\0",
        "模型",
        "é",
        "-x",
        ".x",
        "x:-y",
        "http://h/a/b",
        "file:///etc/passwd",
        "a.b/model",
        "a" * 81,
        "x:" + "b" * 81,
        "a" * 100_000,
        "x@sha256:abc",
        "x?y",
        "x%2Fy",
        "\ud800",
    ],
)
def test_a_name_that_is_none_is_refused_in_words(name: str) -> None:
    with pytest.raises(BadName) as refused:
        checked(name)
    words = str(refused.value)
    assert 20 < len(words) < 250 and words.isprintable()


def test_a_name_of_any_length_is_judged_at_once() -> None:
    for hostile in ("a/" * 100_000, "a:" * 100_000, "a." * 100_000 + "/b/c", "a" * 350 + "/" * 100_000):
        with pytest.raises(BadName):
            checked(hostile)


def test_two_ways_to_write_one_model_are_one() -> None:
    for name in ("llama3.2:latest", "library/llama3.2", "registry.ollama.ai/library/Llama3.2"):
        assert same("llama3.2", name)
    assert not same("llama3.2", "llama3.2:1b")
    assert not same("llama3.2", "somebody/llama3.2")
    assert registry("llama3.2") == "ollama.com" and registry("hf.co/a/b") == "hf.co"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("write /var/lib/ollama/blobs/sha256-1-partial: no space left on device", "no_space"),
        ("write C:\\x: There is not enough space on the disk.", "no_space"),
        ("pull model manifest: file does not exist", "unknown_model"),
        ('pull model manifest: 404: {"errors":[{"message":"manifest unknown"}]}', "unknown_model"),
        ('pull model manifest: 401: {"error":"Invalid username or password."}', "unknown_model"),
        ('pull model manifest: Get "https://r/v2/": dial tcp: lookup r on 192.0.2.53:53: no such host', "no_network"),
        ('max retries exceeded: Get "https://r/": net/http: TLS handshake timeout', "no_network"),
        ("dial tcp 192.0.2.1:443: connect: connection refused", "no_network"),
        ("max retries exceeded: unexpected EOF", "no_network"),
        ("invalid model name", "bad_name"),
        ('pull model manifest: realm host "" does not match original host "hf.co"', "unknown_model"),
        ("pull model manifest: 412: The model requires a newer version of Ollama.", "failed"),
        ("digest mismatch, file must be downloaded again: want sha256:1, got sha256:2", "failed"),
    ],
)
def test_ollamas_words_become_a_code_and_a_sentence(words: str, code: str) -> None:
    met = trouble(Refused(words), "hf.co/a/b")
    assert (met.code, met.passes) == (code, False)
    assert 20 < len(met.message) < 250
    if code == "failed":
        assert words in met.message
    elif code in ("no_network", "unknown_model"):
        assert "hf.co" in met.message
    assert "/var/lib" not in met.message


def test_of_a_registry_that_is_broken_the_page_of_its_proxy_is_not_told() -> None:
    for status in (429, 500, 503):
        page = "<!DOCTYPE html><html><p>gateway timeout</p>"
        met = trouble(Refused(f"pull model manifest: {status}: {page}"), "llama3.2")
        assert (met.code, met.passes) == ("failed", False)
        assert f"ollama.com can't answer now (its status is {status})" in met.message and "<" not in met.message


def test_what_may_pass_by_itself_is_told_from_what_does_not() -> None:
    for error in (Unreachable("Ollama isn't reachable"), BrokenStream("it broke"), Busy("busy")):
        assert trouble(error, "x").passes
    assert trouble(ModelNotFound("no"), "x").code == "unknown_model"
