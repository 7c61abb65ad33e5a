"""The database held by another program: told in one line, reading goes on, and it works again by itself."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .hearth import error_code, eventually, running
from .test_faults import message, text


@contextmanager
def held(folder: Path) -> Iterator[None]:
    db = sqlite3.connect(folder / "hearth.db", isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        db.execute("ROLLBACK")
        db.close()


@pytest.mark.gen_test(timeout=30)
async def test_what_can_not_be_kept_is_refused_in_one_line_and_taken_once_the_other_program_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("store.folder.BUSY_SECONDS", 0.2)
    async with running(f"--data={tmp_path}") as hearth:
        hearth.fake.pace = 0.001
        old = await hearth.ask(await hearth.conversation(model="quick"), "hi")
        await hearth.events(old["generation"])
        written = await hearth.ask(await hearth.conversation(model="slow"), "hi")
        messages = f"/api/conversations/{old['conversation']}/messages"
        with held(tmp_path):
            for path, body in ((messages, {"content": "and now?", "request_id": "1"}), ("/api/conversations", {})):
                refused = await hearth.post(path, body)
                assert (refused.code, error_code(refused)) == (503, "store_failed")
                words = json.loads(refused.body)["error"]["message"]
                assert "locked by another program" in words and "\n" not in words
            assert (await message(hearth, old))["content"] == "Hello, world!"
            plain = await hearth.get("/chat?model=quick&question=hi")  # which is not kept anyway
            assert plain.code == 200 and b"world" in plain.body
            events = await hearth.events(written["generation"])
            assert events[-1]["type"] == "done" and text(events).endswith("word199 ")
        again = await hearth.post(messages, {"content": "and now?", "request_id": "1"})
        assert again.code == 202
        await hearth.events(json.loads(again.body)["reply"]["generation"])

        def kept() -> bool:
            db = sqlite3.connect(f"file:{tmp_path}/hearth.db?mode=ro", uri=True)
            rows = db.execute("SELECT content FROM messages WHERE id = ?", (written["id"],)).fetchall()
            db.close()
            return bool(rows == [(text(events),)])

        await eventually(kept, seconds=20)  # by itself
    problems = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert len(problems) <= 1 and not any(one.exc_info for one in problems), problems
