"""`make run`: when the demo model is not wanted, whether or not an Ollama answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat.looking import SETTING
from scripts.run import has_ollama
from store import SQLiteStore


@pytest.fixture(autouse=True)
def nobody_named_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OLLAMA_HOST", raising=False)


@pytest.mark.gen_test
@pytest.mark.parametrize("option", ["--doctor", "--backup=copy", "--restore=copy", "--add-user=Ada", "--ollama=nas:9"])
async def test_what_chats_with_nobody_or_names_an_ollama_fetches_no_demo_model(tmp_path: Path, option: str) -> None:
    assert await has_ollama([f"--data={tmp_path}", option])


@pytest.mark.gen_test
async def test_an_ollama_that_a_file_of_options_names_is_named(tmp_path: Path) -> None:
    (tmp_path / "options").write_text("ollama = 'http://127.0.0.1:9'\n")
    assert await has_ollama([f"--data={tmp_path}", f"--config={tmp_path / 'options'}"])


@pytest.mark.gen_test
async def test_an_ollama_that_was_found_on_the_network_is_used_again(tmp_path: Path) -> None:
    store = await SQLiteStore.open(tmp_path)
    await store.settings.keep(SETTING, "http://nas.local:11434")
    await store.close()
    assert await has_ollama([f"--data={tmp_path}"])
