"""A generation is one person's: to anybody else it is as if there were none."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from chat.errors import NotFound
from chat.generation import State
from chat.generations import Generations
from chat.ids import new_id
from store import HOUSE, Run, SQLiteStore
from store.journal import Head, Journals

from .asking import frozen as frozen
from .asking import silence as silence
from .hearth import eventually
from .store_records import account, add, exchange
from .test_generation import Kept, answer, generations, go_on


async def is_nobody_elses(all_of_them: Generations, generation_id: str) -> bool:
    for person in ("bob", HOUSE, "", "ANNA"):
        assert await all_of_them.find(person, generation_id) is None
        with pytest.raises(NotFound):
            await all_of_them.get(person, generation_id)
        with pytest.raises(NotFound):
            await all_of_them.stop(person, generation_id)
    return True


@pytest.mark.usefixtures("silence")
@pytest.mark.gen_test
async def test_anothers_reply_is_not_found_and_not_stopped() -> None:
    async with generations() as all_of_them:
        at_work = all_of_them.begin("anna", "g", Head(conversation="c", message="m"), go_on, Kept().keep)
        await eventually(lambda: at_work.log.last)
        assert await is_nobody_elses(all_of_them, "g")
        assert at_work.log.ending is None
        assert await all_of_them.stop("anna", "g") is at_work
        await eventually(lambda: not all_of_them.at_work("c"))
        assert await is_nobody_elses(all_of_them, "g")


@pytest.mark.usefixtures("silence")
@pytest.mark.gen_test
async def test_who_is_not_let_in_any_more_has_nothing_written_and_others_go_on() -> None:
    async with generations() as all_of_them:
        hers = [all_of_them.begin("anna", name, Head(), go_on, Kept().keep) for name in ("a", "b")]
        his = all_of_them.begin("bob", "c", Head(), go_on, Kept().keep)
        await eventually(lambda: his.log.last and all(one.log.last for one in hers))
        all_of_them.stop_all("anna")
        await asyncio.gather(*(one.ended() for one in hers))
        assert [one.state for one in hers] == [State.STOPPED, State.STOPPED]
        assert his.log.ending is None


@pytest.mark.gen_test
@pytest.mark.parametrize("kept_as", ["plain question", "message"])
async def test_after_a_restart_a_reply_is_still_nobody_elses(tmp_path: Path, kept_as: str) -> None:
    store = await SQLiteStore.open(tmp_path)
    name, head = new_id(), Head()
    if kept_as == "message":
        await store.accounts.write([account("anna")])
        anna = store.of("anna")
        _, reply = await exchange(anna, await add(anna))
        assert reply.generation is not None
        name, head = new_id(), Head(reply.conversation, reply.id)
        await anna.begin_run(Run(name, reply.conversation, reply.id, "running"))
    journals = Journals(tmp_path / "generations")
    before = Generations(store, journals)
    generation = before.begin("anna", name, head, answer, Kept().keep)
    await generation.ended()
    await before.close(0, 0)
    after = Generations(store, journals)
    assert await is_nobody_elses(after, name)  # who asks first brings it into memory for nobody
    assert (await after.get("anna", name)).content == "Hello you"
    assert await is_nobody_elses(after, name)
    await store.close()
