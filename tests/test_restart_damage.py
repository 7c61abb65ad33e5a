"""Hearth comes up whatever a kill, a power cut or a person left in its folder, and says in one line what is lost."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from chat.events import Done, Ending
from chat.generation import Generation
from chat.generations import Generations
from store import HOUSE
from store.journal import Head, Journals

from . import fake_ollama
from .cut_models import CUT, WORDS
from .hearth import eventually
from .process import run
from .restarting import Restarting, joined, merged, restarting, set_back


@pytest.fixture(autouse=True)
def models(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, behaviour in CUT.items():
        monkeypatch.setitem(fake_ollama.BEHAVIOURS, name, behaviour)


async def killed(hearth: Restarting) -> tuple[dict[str, object], Path]:
    """A reply that was cut, its reader still waiting, and its file; Hearth is down."""
    reply = await hearth.ask("steady")
    await hearth.follow(reply["generation"]).has("word5 ")
    await hearth.kill()
    return reply, hearth.journal(reply["generation"])


@pytest.mark.gen_test(timeout=30)
async def test_half_a_line_at_the_end_of_a_file_does_no_harm(tmp_path: Path) -> None:
    async with restarting(tmp_path) as hearth:
        reply, file = await killed(hearth)
        with file.open("ab") as end:
            end.write(b'{"type":"content","text":"wo')
        await hearth.start()
        assert (await hearth.final(reply))["content"] == WORDS
        assert joined(await hearth.readers[0].ended()) == WORDS
        await hearth.restart()
        assert joined(await hearth.events(str(reply["generation"]))) == WORDS
        assert hearth.log == ""


def make_garbage(file: Path) -> None:
    file.write_bytes(bytes(range(256)) * 20)


def garble_a_line(file: Path) -> None:
    lines = file.read_bytes().split(b"\n")
    lines[3] = b"\0" * len(lines[3])
    file.write_bytes(b"\n".join(lines))


def write_another_event(file: Path) -> None:
    with file.open("ab") as end:
        end.write(b'{"type":"song","text":"la"}\n')


def name_an_unknown_option(file: Path) -> None:
    head, rest = file.read_bytes().split(b"\n", 1)
    file.write_bytes(json.dumps(json.loads(head) | {"choice": {"colour": "red"}}).encode() + b"\n" + rest)


def put_a_folder_there(file: Path) -> None:
    file.unlink()
    file.mkdir()


def empty_it(file: Path) -> None:
    file.write_bytes(b"")


DAMAGES = [
    make_garbage,
    garble_a_line,
    write_another_event,
    name_an_unknown_option,
    put_a_folder_there,
    empty_it,
    Path.unlink,
]


@pytest.mark.gen_test(timeout=30)
@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_file_that_cant_be_read_costs_its_reply_and_nothing_else(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    async with restarting(tmp_path, "--parallel=2") as hearth:
        other = await hearth.ask("steady")
        reply, file = await killed(hearth)
        hearth.readers[0].leave()
        damage(file)
        await hearth.start()
        message = await hearth.final(reply)
        assert message["state"] == "interrupted" and message["error"]["code"] == "interrupted"
        assert (await hearth.final(other))["content"] == WORDS
        [line] = hearth.log.splitlines()
        assert str(reply["generation"]) in line and "Traceback" not in line
        for _ in range(2):
            heard = await hearth.events(str(reply["generation"]))
            assert heard[-1]["code"] == "interrupted" and joined(heard) == message["content"]
            assert (await hearth.get(f"/api/generations/{reply['generation']}"))["state"] == "interrupted"
            await hearth.restart()
        assert await hearth.message(reply) == message and len(hearth.log.splitlines()) == 1


@pytest.mark.gen_test(timeout=30)
async def test_a_kill_between_the_store_and_the_last_event_loses_neither(tmp_path: Path) -> None:
    """The message is kept as done, and its readers had not been told yet."""
    async with restarting(tmp_path) as hearth:
        reply = await hearth.ask("quick")
        whole = await hearth.follow(reply["generation"]).ended()
        await hearth.kill()
        file = hearth.journal(reply["generation"])
        file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
        for _ in range(2):
            await hearth.start()
            heard = await hearth.events(reply["generation"], whole[-2]["id"])
            assert [(one["id"], one["type"]) for one in heard] == [(whole[-1]["id"], "done")]
            assert merged(await hearth.events(reply["generation"]))[:-1] == merged(whole)[:-1]
            assert (await hearth.get(f"/api/generations/{reply['generation']}"))["state"] == "done"
            await hearth.kill()


@pytest.mark.gen_test(timeout=30)
async def test_a_kill_between_the_last_event_and_the_store_loses_neither(tmp_path: Path) -> None:
    """As after a full disk: the readers had all of it, and the store has nothing."""
    async with restarting(tmp_path) as hearth:
        reply = await hearth.ask("quick")
        whole = await hearth.follow(reply["generation"]).ended()
        before = await hearth.message(reply)
        await hearth.kill()
        with closing(sqlite3.connect(hearth.data / "hearth.db")) as db, db:
            db.execute("UPDATE messages SET state = 'running', content = '', stats = NULL WHERE id = ?", (reply["id"],))
        await hearth.start()
        message = await hearth.final(reply)
        assert (message["state"], message["content"]) == ("done", "Hello, world!") and message == before
        assert merged(await hearth.events(reply["generation"])) == merged(whole)
        assert len(hearth.fake.chats) == 1 and hearth.log == ""


@pytest.mark.gen_test(timeout=30)
async def test_what_was_told_of_a_lost_reply_stays_true_when_another_goes_on_with_it(tmp_path: Path) -> None:
    async with restarting(tmp_path) as hearth:
        reply, file = await killed(hearth)
        hearth.readers[0].leave()
        file.unlink()
        await hearth.start()
        told = await hearth.events(str(reply["generation"]))
        again = json.loads((await hearth.send("POST", f"/api/messages/{reply['id']}/continue", {})).body)["reply"]
        assert joined(await hearth.events(again["generation"])) == WORDS
        await hearth.restart()
        assert await hearth.events(str(reply["generation"])) == told
        assert await hearth.events(str(reply["generation"]), told[-1]["id"]) == []


@pytest.mark.gen_test(timeout=30)
async def test_a_file_with_less_than_the_store_has_takes_nothing_away(tmp_path: Path) -> None:
    """A reply that was continued, whose new file ran out of room."""
    async with restarting(tmp_path) as hearth:
        reply, file = await killed(hearth)
        set_back(file, 3600)
        await hearth.start()
        before = await hearth.final(reply)
        again = json.loads((await hearth.send("POST", f"/api/messages/{reply['id']}/continue", {})).body)["reply"]
        await hearth.kill()
        file = hearth.journal(again["generation"])
        file.write_bytes(file.read_bytes().splitlines(keepends=True)[0])
        await hearth.start()
        message = await hearth.final(reply)
        assert message["state"] == "interrupted" and message["content"] == before["content"] != ""
        assert joined(await hearth.events(again["generation"])) == before["content"]


@pytest.mark.gen_test(timeout=30)
async def test_who_waits_in_silence_for_long_is_not_taken_for_cut_long_ago(tmp_path: Path) -> None:
    """Nothing may have been said for an hour, in a long line or by a slow model; the kill was a moment ago."""
    journals = Journals(tmp_path)
    generations = Generations(None, journals)  # type: ignore[arg-type]  # nothing is stored here

    async def write(generation: Generation) -> Done:
        generation.enter("queued", 7)
        await asyncio.Event().wait()
        raise AssertionError

    async def keep(generation: Generation, ending: Ending | None) -> None:
        pass

    waiting = generations.begin(HOUSE, "waiting", Head(), write, keep)
    await eventually(lambda: waiting.log.last == 1)
    set_back(tmp_path / "waiting.events", 3600)
    (tmp_path / "old.events").write_bytes(b"{}\n")
    set_back(tmp_path / "old.events", 25 * 3600)
    sweeping = asyncio.ensure_future(generations.sweep())
    await eventually(lambda: journals.age("waiting") < 60)
    await eventually(lambda: not (tmp_path / "old.events").exists())
    sweeping.cancel()
    await generations.close(0, 0)


# -- start-up, seen from outside


@pytest.mark.gen_test(timeout=30)
async def test_a_second_hearth_on_the_same_folder_is_refused_and_the_first_stays(tmp_path: Path) -> None:
    async with restarting(tmp_path) as hearth:
        ended = await run("--port=0", f"--data={hearth.data}", home=tmp_path)
        assert (ended.status, ended.out) == (1, "")
        [line] = ended.err.splitlines()
        assert "nother Hearth" in line and str(hearth.data) in line and "--data" in line
        assert (await hearth.final(await hearth.ask("quick")))["content"] == "Hello, world!"


@pytest.mark.gen_test(timeout=30)
@pytest.mark.parametrize("name", ["hearth.db", "generations"])
async def test_what_is_somebody_elses_is_left_alone(tmp_path: Path, name: str) -> None:
    home, letter = tmp_path / "data", b"this is no database, but somebody's letter\n" * 100
    home.mkdir()
    (home / name).write_bytes(letter)
    ended = await run("--port=0", f"--data={home}", home=tmp_path)
    assert (ended.status, ended.out) == (1, "")
    [line] = ended.err.splitlines()
    assert str(home / name) in line and "Traceback" not in line
    assert (home / name).read_bytes() == letter


@pytest.mark.gen_test(timeout=30)
async def test_a_backup_is_written_while_it_runs_and_while_it_does_not(tmp_path: Path) -> None:
    async with restarting(tmp_path) as hearth:
        reply = await hearth.ask("quick")
        await hearth.final(reply)
        first, second = tmp_path / "first.db", tmp_path / "second.db"
        assert (await run(f"--data={hearth.data}", f"--backup={first}", home=tmp_path)).status == 0
        await hearth.kill()
        ended = await run(f"--data={hearth.data}", f"--backup={second}", home=tmp_path)
        assert (ended.status, ended.out, ended.err) == (0, "", "")
        for copy in (first, second):
            with closing(sqlite3.connect(copy)) as db:
                assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                found = db.execute("SELECT content FROM messages WHERE id = ?", (reply["id"],)).fetchall()
                assert found == [("Hello, world!",)]
        before = first.read_bytes()
        ended = await run(f"--data={hearth.data}", f"--backup={first}", home=tmp_path)
        assert ended.status == 1 and str(first) in ended.err and len(ended.err.splitlines()) == 1
        assert first.read_bytes() == before


@pytest.mark.gen_test(timeout=30)
async def test_a_stop_in_the_very_moment_of_the_start_loses_nothing(tmp_path: Path) -> None:
    async with restarting(tmp_path, "--grace=0") as hearth:
        reply, _ = await killed(hearth)
        await hearth.start()
        assert await hearth.terminate() == 0
        await hearth.start()
        heard = await hearth.readers[0].ended()
        message = await hearth.final(reply)
        assert message["state"] == "done" and joined(heard) == message["content"] == WORDS
        await eventually(lambda: not hearth.fake.at_work)
        await asyncio.gather(*(hearth.get("/api/status") for _ in range(3)))


@pytest.mark.gen_test(timeout=30)
async def test_what_can_be_read_of_a_damaged_file_is_kept(tmp_path: Path) -> None:
    async with restarting(tmp_path) as hearth:
        reply, file = await killed(hearth)
        hearth.readers[0].leave()
        write_another_event(file)
        await hearth.start()
        message = await hearth.final(reply)
        assert message["content"] and WORDS.startswith(message["content"])


@pytest.mark.gen_test(timeout=30)
async def test_being_told_to_stop_again_and_again_is_no_crash(tmp_path: Path) -> None:
    async with restarting(tmp_path, "--grace=0") as hearth:
        reply, _ = await killed(hearth)
        for _ in range(3):
            await hearth.start()
            assert await hearth.terminate() == 0
        await hearth.start()
        assert (await hearth.final(reply))["content"] == WORDS
