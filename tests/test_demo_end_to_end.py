"""Without any Ollama: the whole house, in front of the real small model."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from .hearth import frames

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("data")
    command = [sys.executable, str(ROOT / "server.py"), "--demo", "--port=0", f"--data={data}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+/", process.stdout.readline())
        assert found is not None
        yield found[0]
        process.terminate()


def get(url: str) -> str:
    with urlopen(url, timeout=60) as answer:
        return str(answer.read().decode())


def post(url: str, body: Any) -> Any:
    with urlopen(Request(url, json.dumps(body).encode()), timeout=60) as answer:
        return json.load(answer)


def test_a_real_question_gets_a_real_answer_word_by_word(url: str) -> None:
    answer = frames(get(f"{url}chat?question=What+is+the+capital+of+France%3F"))
    assert "Paris" in "".join(one.data for one in answer)
    assert len(answer) > 4


def test_it_remembers_what_was_said_before(url: str) -> None:
    conversation = post(f"{url}api/conversations", {"options": {"temperature": 0, "num_predict": 40}})["id"]
    texts = []
    for question in ("What is the capital of France?", "And of Italy?"):
        reply = post(f"{url}api/conversations/{conversation}/messages", {"content": question})["reply"]
        events = [json.loads(one.data) for one in frames(get(f"{url}api/generations/{reply['generation']}/events"))]
        assert events[-1]["type"] == "done", events[-1]
        assert events[-1]["stats"]["eval_count"] > 1
        texts.append("".join(one["text"] for one in events if one["type"] == "content"))
    assert "Paris" in texts[0]
    assert "Rome" in texts[1]


def test_the_page_is_told_that_it_is_the_demo_model(url: str) -> None:
    assert json.loads(get(f"{url}api/status"))["demo"] is True
