"""Pulls that don't go well: cancelled, cut, out of room, out of reach, or told nonsense."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from chat.layers import MOST_LAYERS
from chat.pulls import MOST_ENDED
from ollama.http import Limits

from .fake_library import CUT, HANG, MANIFEST, RESET, SUCCESS, VERIFYING, WRITING, Script, layer
from .fake_ollama import FakeOllama
from .hearth import error_code, eventually
from .library import Library, library
from .recordings import FOLDER as RECORDINGS

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64


@pytest.mark.gen_test
@pytest.mark.parametrize(
    ("script", "phase"),
    [
        ([HANG], "manifest"),
        ([MANIFEST, HANG], "manifest"),
        ([MANIFEST, layer(A, 1000, 10), HANG], "layers"),
        ([MANIFEST, layer(A, 1000, 10), VERIFYING, HANG], "verifying"),
        ([MANIFEST, layer(A, 1000, 10), VERIFYING, WRITING, HANG], "writing"),
        ([MANIFEST, CUT], "retrying"),
    ],
)
async def test_a_pull_is_cancelled_in_every_phase_and_ollama_hears_of_it_at_once(script: Script, phase: str) -> None:
    async with library(delays=(60,)) as house:
        house.fake.library.scripts["big"] = [script]
        pull = await house.pull("big")
        await house.until(pull, phase=phase)
        cancelled = json.loads((await house.post(f"/api/pulls/{pull}/cancel")).body)
        assert (cancelled["state"], cancelled["phase"], cancelled["error"]["code"]) == ("cancelled", None, "cancelled")
        await eventually(lambda: house.fake.library.under_way == 0)
        assert "big:latest" not in house.fake.models


@pytest.mark.gen_test
async def test_one_that_waits_is_cancelled_without_the_other() -> None:
    async with library() as house:
        house.fake.library.scripts["big"] = [[MANIFEST, HANG]]
        big, small = await house.pull("big"), await house.pull("small")
        await house.until(small, phase="waiting")
        await house.post(f"/api/pulls/{small}/cancel")
        assert [one["state"] for one in await house.list()] == ["running", "cancelled"]
        await house.post(f"/api/pulls/{big}/cancel")
        assert [one.body["model"] for one in house.fake.library.pulls] == ["big"]


@pytest.mark.gen_test
async def test_cancelling_twice_or_what_has_ended_changes_nothing() -> None:
    async with library() as house:
        pull = await house.pull("small")
        await house.until(pull, state="done")
        answer = await house.post(f"/api/pulls/{pull}/cancel")
        assert (answer.code, json.loads(answer.body)["state"]) == (200, "done")
        house.fake.library.scripts["big"] = [[MANIFEST, HANG]]
        pull = await house.pull("big")
        answers = await asyncio.gather(*(house.post(f"/api/pulls/{pull}/cancel") for _ in range(2)))
        assert [json.loads(one.body)["state"] for one in answers] == ["cancelled", "cancelled"]


@pytest.mark.gen_test
async def test_what_was_cancelled_is_resumed_where_it_stopped() -> None:
    async with library() as house:
        house.fake.library.step, house.fake.library.pace = 100_000, 0.02
        pull = await house.pull("big")
        await eventually(lambda: house.fake.library.have.get(A, 0) > 500_000)
        cancelled = json.loads((await house.post(f"/api/pulls/{pull}/cancel")).body)
        here, house.fake.library.pace = house.fake.library.have[A], 0
        answer = await house.post(f"/api/pulls/{pull}/resume")
        assert (answer.code, json.loads(answer.body)["error"]) == (202, None)
        assert json.loads(answer.body)["completed"] >= cancelled["completed"] > 0
        await house.until(pull, state="done")
        assert here > 0 and len(house.fake.library.pulls) == 2


@pytest.mark.gen_test
@pytest.mark.parametrize("end", [CUT, RESET, b'{"status":"pul'])
async def test_a_line_that_breaks_is_taken_up_again(end: Any) -> None:
    async with library() as house:
        house.fake.library.scripts["big"] = [
            [MANIFEST, layer(A, 1000, 300), end, CUT],
            [MANIFEST, end, CUT],
            [MANIFEST, layer(A, 1000, 310), VERIFYING, SUCCESS],
        ]
        done = await house.until(await house.pull("big"), state="done")
        assert done["completed"] == 1000
        assert len(house.fake.library.pulls) == 3


@pytest.mark.gen_test
async def test_one_that_joins_a_download_which_ollama_is_still_giving_up_is_tried_again() -> None:
    async with library() as house:
        ending = [MANIFEST, layer(A, 1000, 300), {"error": "context canceled"}]
        house.fake.library.scripts["big"] = [ending, [MANIFEST, layer(A, 1000, 300), VERIFYING, SUCCESS]]
        assert (await house.until(await house.pull("big"), state="done"))["completed"] == 1000


@pytest.mark.gen_test
async def test_an_ollama_that_is_started_again_in_the_middle_goes_on() -> None:
    fake = await FakeOllama().start()
    async with library(fake=fake, delays=(0.02,) * 100) as house:
        fake.library.step, fake.library.pace = 100_000, 0.02
        pull = await house.pull("big")
        await eventually(lambda: fake.library.have.get(A, 0) > 500_000)
        port = fake.port
        await fake.stop()
        retrying = await house.until(pull, phase="retrying")
        assert retrying["completed"] > 0 and retrying["error"]["code"] == "ollama_unreachable"
        fake.library.pace = 0
        await fake.start(port)
        await house.until(pull, state="done")
    await fake.stop()


@pytest.mark.gen_test
async def test_an_ollama_that_stays_away_fails_the_pull_in_words_and_resuming_helps() -> None:
    fake = await FakeOllama().start()
    port = fake.port
    async with library(fake=fake) as house:
        await fake.stop()
        pull = await house.pull("big")
        failed = await house.until(pull, state="failed")
        assert failed["error"]["code"] == "ollama_unreachable" and str(port) in failed["error"]["message"]
        await fake.start(port)
        await house.post(f"/api/pulls/{pull}/resume")
        assert (await house.until(pull, state="done"))["error"] is None
    await fake.stop()


@pytest.mark.gen_test
async def test_a_line_that_breaks_again_and_again_is_no_hindrance_as_long_as_bytes_come() -> None:
    async with library(delays=(0.01,)) as house:
        cuts = [[MANIFEST, layer(A, 1000, had), layer(A, 1000, had + 100), CUT] for had in range(0, 500, 100)]
        house.fake.library.scripts["big"] = [*cuts, [MANIFEST, layer(A, 1000, 500), SUCCESS]]
        await house.until(await house.pull("big"), state="done")
        assert len(house.fake.library.pulls) == 6


@pytest.mark.gen_test
async def test_one_that_breaks_at_the_same_place_for_ever_is_given_up() -> None:
    async with library(delays=(0.01, 0.01)) as house:
        house.fake.library.scripts["big"] = [[MANIFEST, layer(A, 1000, 0), layer(A, 1000, 200), CUT]]
        failed = await house.until(await house.pull("big"), state="failed")
        assert failed["error"]["code"] == "ollama_unreachable" and failed["completed"] == 200
        assert len(house.fake.library.pulls) == 3


@pytest.mark.gen_test
async def test_the_bar_does_not_go_back_when_it_is_tried_again() -> None:
    async with library() as house:
        begun, go = asyncio.Event(), asyncio.Event()
        first = [MANIFEST, layer(A, 1000, 900), layer(B, 100, 50), begun, CUT]
        again = [MANIFEST, layer(A, 1000), layer(A, 1000, 850), go, layer(A, 1000, 1000), layer(B, 100, 100), SUCCESS]
        house.fake.library.scripts["big"] = [first, again]
        pull = await house.pull("big")
        await house.until(pull, completed=950, total=1100)
        begun.set()
        await eventually(lambda: len(house.fake.library.pulls) == 2)
        await house.until(pull, phase="layers", completed=950, total=1100)
        go.set()
        assert (await house.until(pull, state="done"))["completed"] == 1100


@pytest.mark.gen_test
async def test_an_ollama_that_says_nothing_while_it_verifies_is_waited_for() -> None:
    async with library(limits=Limits(idle=0.05), delays=()) as house:
        house.fake.library.scripts["big"] = [[MANIFEST, layer(A, 1000, 100), VERIFYING, 0.2, SUCCESS]]
        await house.until(await house.pull("big"), state="done")


@pytest.mark.gen_test
async def test_an_ollama_that_falls_silent_for_good_is_given_up() -> None:
    async with library(limits=Limits(idle=0.002), delays=()) as house:
        house.fake.library.scripts["big"] = [[MANIFEST, HANG]]
        failed = await house.until(await house.pull("big"), state="failed")
        assert failed["error"]["code"] == "ollama_unreachable" and "silent" in failed["error"]["message"]


@pytest.mark.gen_test
@pytest.mark.parametrize(
    ("model", "code"), [("nosuch", "unknown_model"), ("offline", "no_network"), ("nospace", "no_space")]
)
async def test_what_does_not_pass_is_told_at_once_and_asked_once(model: str, code: str) -> None:
    async with library() as house:
        failed = await house.until(await house.pull(model), state="failed")
        assert failed["error"]["code"] == code and "/models/x" not in failed["error"]["message"]
        assert len(house.fake.library.pulls) == 1


@pytest.mark.gen_test
async def test_what_a_real_ollama_said_without_a_network_is_understood() -> None:
    async with library() as house:
        house.fake.library.scripts["smollm2:360m"] = [[(RECORDINGS / "pull-offline.body.ndjson").read_bytes(), CUT]]
        failed = await house.until(await house.pull("smollm2:360m"), state="failed")
        assert failed["error"]["code"] == "no_network" and "ollama.com" in failed["error"]["message"]


@pytest.mark.gen_test
async def test_a_network_that_went_away_in_the_middle_is_given_time() -> None:
    async with library() as house:
        away = {"error": "max retries exceeded: dial tcp 192.0.2.1:443: i/o timeout"}
        house.fake.library.scripts["big"] = [
            [MANIFEST, layer(A, 1000, 300), layer(A, 1000, 400), away],
            [MANIFEST, away],
            [MANIFEST, layer(A, 1000, 400), SUCCESS],
        ]
        await house.until(await house.pull("big"), state="done")


@pytest.mark.gen_test
async def test_an_error_before_the_first_line_is_told_in_ollamas_words() -> None:
    async with library() as house:
        body = b'{"error":"this server pulls nothing"}'
        head = b"HTTP/1.1 403 X\r\nContent-Length: %d\r\n\r\n"
        house.fake.answers["/api/pull"] = head % len(body) + body
        failed = await house.until(await house.pull("big"), state="failed")
        assert failed["error"] == {"code": "failed", "message": "Ollama says: this server pulls nothing"}


HOSTILE: list[Script] = [
    [layer(A, 10**40, 10**39), layer(A, -5, -7), layer(A, 2**63, 2**63)],
    [layer(A, "many", "few"), layer(A, [1], {"a": 2}), layer(A, True, True), layer(A, 1e300, 0.5), layer(A, None)],
    [{"status": "pulling x", "total": 5, "completed": 3}, {"digest": 5, "total": 5}, {"digest": "", "total": 5}],
    [{"status": 7}, {"status": None}, {}, {"status": ["pulling manifest"]}, {"more": "x" * 100_000}],
    [{"digest": "d" * 100_000, "total": 5}, {"status": "x" * 100_000}],
    [b"".join(b'{"digest":"%d","total":9}\n' % number for number in range(MOST_LAYERS + 500))],
    [b"\n\n  \n\r\n", b'{"status":"a\xff\xfeb"}\n', b'{"status":"\\ud800"}\n'],
]


@pytest.mark.gen_test
@pytest.mark.parametrize("lines", HOSTILE)
async def test_numbers_that_make_no_sense_are_passed_over(lines: Script, clean_log: None) -> None:
    async with library() as house:
        house.fake.library.scripts["big"] = [[MANIFEST, *lines, layer(B, 100, 50), SUCCESS]]
        done = await house.until(await house.pull("big"), state="done")
        assert 100 <= done["completed"] == done["total"] < 2**53


@pytest.mark.gen_test
@pytest.mark.parametrize(
    "line",
    [b"no JSON\n", b"[1,2]\n", b'"text"\n', b'{"a":' * 100_000, b"x" * (1 << 21)],
)
async def test_what_is_no_line_of_ollamas_fails_the_pull_in_words(line: bytes, clean_log: None) -> None:
    async with library(delays=()) as house:
        house.fake.library.scripts["big"] = [[MANIFEST, line, CUT]]
        failed = await house.until(await house.pull("big"), state="failed")
        assert 20 < len(failed["error"]["message"]) < 400


@pytest.mark.gen_test
@pytest.mark.parametrize(
    ("error", "words"),
    [
        ({"message": "it is full"}, "it is full"),
        ('{"error":{"message":"deep"}}', "deep"),
        (5, "5"),
        ([], "[]"),
        ("", ""),
    ],
)
async def test_an_error_of_any_shape_is_told_in_words(error: Any, words: str, clean_log: None) -> None:
    async with library() as house:
        house.fake.library.scripts["big"] = [[MANIFEST, {"error": error}]]
        failed = await house.until(await house.pull("big"), state="failed")
        assert failed["error"]["code"] == "failed" and words in failed["error"]["message"]


@pytest.mark.gen_test
async def test_ended_ones_stay_until_they_are_dismissed_and_running_ones_are_not() -> None:
    async with library() as house:
        house.fake.library.scripts["big"] = [[MANIFEST, HANG]]
        failed, running = await house.pull("nosuch"), await house.pull("big")
        await house.until(failed, state="failed")
        assert (await house.delete(f"/api/pulls/{failed}")).code == 204
        assert error_code(await house.delete(f"/api/pulls/{failed}")) == "not_found"
        assert error_code(await house.delete(f"/api/pulls/{running}")) == "bad_request"
        assert [one["id"] for one in await house.list()] == [running]
        for path in ("x/cancel", "x/resume"):
            assert error_code(await house.post(f"/api/pulls/{path}")) == "not_found"


@pytest.mark.gen_test
async def test_pulling_again_takes_the_place_of_what_ended() -> None:
    async with library() as house:
        failed = await house.pull("nosuch")
        await house.until(failed, state="failed")
        again = await house.pull("nosuch:latest")
        assert [one["id"] for one in await house.list()] == [again] and again != failed


async def _fail_many(house: Library) -> list[str]:
    ids = []
    for number in range(MOST_ENDED + 5):
        house.fake.library.scripts[f"no{number}"] = house.fake.library.scripts["nosuch"]
        ids.append(await house.pull(f"no{number}"))
    await house.until(ids[-1], state="failed")
    return ids


@pytest.mark.gen_test(timeout=20)
async def test_of_those_that_ended_the_latest_stay_listed() -> None:
    async with library() as house:
        ids = await _fail_many(house)

        async def listed() -> bool:
            return [one["id"] for one in await house.list()] == ids[-MOST_ENDED:]

        await eventually(listed)
