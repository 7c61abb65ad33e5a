"""`OLLAMA_HOST` and `--ollama` are read as Ollama's own client reads them (its envconfig_test.go, and the contract)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ollama.address import parse

from .asking import unhurried


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("", "http://127.0.0.1:11434"),
        ("1.2.3.4", "http://1.2.3.4:11434"),
        (":1234", "http://127.0.0.1:1234"),
        ("1.2.3.4:1234", "http://1.2.3.4:1234"),
        ("http://1.2.3.4", "http://1.2.3.4:80"),
        ("https://1.2.3.4", "https://1.2.3.4:443"),
        ("https://1.2.3.4:1234", "https://1.2.3.4:1234"),
        ("http://:8080", "http://127.0.0.1:8080"),
        ("example.com", "http://example.com:11434"),
        ("example.com:1234", "http://example.com:1234"),
        ("example.com:", "http://example.com:11434"),
        ("example.com:56789/", "http://example.com:56789"),
        ("http://example.com:1234", "http://example.com:1234"),
        ("https://example.com/", "https://example.com:443"),
        ("example.com/ollama", "http://example.com:11434/ollama"),
        ("https://example.com/a/b/", "https://example.com:443/a/b"),
        ("[::1]", "http://[::1]:11434"),
        ("[::1]:1234", "http://[::1]:1234"),
        ("::1", "http://[::1]:11434"),
        ("http://[fe80::1]:80/x", "http://[fe80::1]:80/x"),
        (' "1.2.3.4" ', "http://1.2.3.4:11434"),
        ("'1.2.3.4:1'\n", "http://1.2.3.4:1"),
        ("localhost:11434", "http://localhost:11434"),
        ("nas.local", "http://nas.local:11434"),
    ],
)
def test_every_form_is_read(text: str, url: str) -> None:
    assert str(parse(text)) == url


@pytest.mark.parametrize(
    "text", ["0.0.0.0", "0.0.0.0:11434", "[::]", "::", "[::]:11434", "http://0.0.0.0:11434", "http://[::]:11434/"]
)
def test_where_a_server_would_listen_everywhere_a_client_asks_this_machine(text: str) -> None:
    assert str(parse(text)) == "http://127.0.0.1:11434"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ftp://example.com", "'ftp' is neither http nor https"),
        ("://example.com", "is neither http nor https"),
        ("example.com:0", "'0' is no port"),
        ("example.com:65536", "'65536' is no port"),
        ("example.com:-1", "'-1' is no port"),
        ("example.com:x", "'x' is no port"),
        ("example.com:１２", "is no port"),
        ("[::1", "unfinished bracket"),
        ("[::1]x", "unfinished bracket"),
        ("me@example.com", "'me@example.com' is no host name"),
        ("http://me:secret@example.com", "is no"),
        ("my host", "'my host' is no host name"),
        ("example.com?x", "is no host name"),
        ("1:2:3:nonsense", "is no host name"),
    ],
)
def test_what_is_no_address_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)) as caught:
        parse(text)
    assert "\n" not in str(caught.value)


@unhurried
@given(st.text() | st.text("[]:/.0123456789ahptsx@?# "))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = parse(text)
    except ValueError:
        return
    assert parse(str(address)) == address
    assert address.url("/api/tags") == f"{address}/api/tags"
