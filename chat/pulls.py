"""The pulls of models: they belong to the application, so they outlive the page that began them, and Hearth itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime

from ollama.care import Care
from ollama.servers import Servers
from store import KeptPulls, PullRecord, StoreError

from .asked import asked, lists
from .errors import BadName, Closing, Invalid, NotFound
from .ids import new_id
from .made import fetched
from .messages import now
from .names import canonical, checked
from .pulling import DELAYS, Pulling, PullView, State
from .shelf import Shelf
from .trouble import Trouble

MOST = 1000  # that run or wait
MOST_ENDED = 50  # that stay in the list
KEPT = 5.0  # seconds after which the bytes of a running one are kept anew

CANCELLED = Trouble("cancelled", "Cancelled. What came so far is kept there: resume to fetch the rest")

log = logging.getLogger("hearth.pulls")


class Pulls:
    """One at once for each Ollama, the others in line; one for each model of it."""

    def __init__(
        self,
        kept: KeptPulls,
        servers: Servers,
        shelf: Shelf,
        delays: Sequence[float] = DELAYS,
        keep_every: float = KEPT,
    ) -> None:
        self._kept = kept
        self._servers = servers
        self._shelf = shelf
        self._delays = delays
        self._keep_every = keep_every
        self._pulls: dict[str, Pulling] = {}  # in the order of their making
        self._turns: dict[str, asyncio.Lock] = {}  # by the server's URL
        self._tasks: set[asyncio.Task[None]] = set()
        self._updates: set[str] = set()  # ids of those that look for a newer version of what is there
        self._closing = False

    def __repr__(self) -> str:
        running = sum(one.is_running for one in self._pulls.values())
        return f"<Pulls {running} running of {len(self._pulls)}>"

    def __len__(self) -> int:
        return len(self._pulls)

    async def recover(self) -> None:
        """What ran when Hearth ended goes on."""
        for record in await self._kept.all():
            pull = self._pulls[record.id] = self._pulling(record)
            if pull.is_running:
                self._start(pull)

    async def close(self) -> None:
        """Those that run go on after the next start."""
        self._closing = True
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        for pull in self._running():
            await self._keep(pull)

    def all(self) -> list[PullView]:
        """The oldest first."""
        return [pull.view() for pull in self._pulls.values()]

    def is_pulled(self, server: str, model: str) -> bool:
        """Whether this model is being fetched there, right now or as soon as it is its turn."""
        return self._find(server, model, self._running()) is not None

    async def begin(self, model: str, server: str | None, person: str) -> PullView:
        """Where this model is being pulled there already, that is the one."""
        return (await self._begin(checked(model), str(asked(self._servers, server).address), person)).view()

    async def begin_all(self, server: str | None, person: str) -> list[PullView]:
        """What is newer of all that was fetched, of one Ollama or of each that answers. Copies stay as they are."""
        begun: list[Pulling] = []
        for ollama, models in await lists(self._servers, server):
            for model in await fetched(ollama, models):
                with suppress(BadName):
                    begun.append(await self._begin(checked(model.name), str(ollama.address), person, updates=True))
        return [pull.view() for pull in begun]

    async def cancel(self, pull_id: str) -> PullView:
        """The connection to Ollama is closed before this returns."""
        pull = self._get(pull_id)
        if pull.task is not None and pull.is_running:
            pull.task.cancel()
            await asyncio.wait([pull.task])
        self._updates.discard(pull.id)
        if pull.is_running:
            pull.end(State.CANCELLED, CANCELLED)
        await self._keep(pull)
        return pull.view()

    async def resume(self, pull_id: str) -> PullView:
        """Ollama kept what it got, and fetches the rest; of one that is done, what is newer."""
        pull = self._get(pull_id)
        asked(self._servers, pull.server)
        if not pull.is_running:
            self._check_room()
            other = self._find(pull.server, pull.model, self._running())
            if other is not None:
                return other.view()
            pull.begin()
            self._start(pull)
            await self._keep(pull)
        return pull.view()

    async def dismiss(self, pull_id: str) -> None:
        pull = self._get(pull_id)
        if pull.is_running:
            raise Invalid(f"“{pull.model}” is still being pulled: cancel that first")
        await self._forget(pull)

    # -- one of them

    async def _begin(self, model: str, server: str, person: str, updates: bool = False) -> Pulling:
        if (there := self._find(server, model, self._running())) is not None:
            return there
        self._check_room()
        moment = now()
        pull = self._pulling(PullRecord(new_id(), person, model, server, State.RUNNING, None, 0, 0, moment, moment))
        before = [one for one in self._ended() if self._find(server, model, [one])]
        self._pulls[pull.id] = pull
        try:
            await self._kept.add(pull.record())
        except BaseException:
            del self._pulls[pull.id]
            raise
        if updates:
            self._updates.add(pull.id)
        if pull.is_running:  # else it was cancelled meanwhile
            self._start(pull)
        for one in before:
            await self._forget(one)
        self._shelf.tell_of_pulls()
        return pull

    def _start(self, pull: Pulling) -> None:
        pull.task = asyncio.get_running_loop().create_task(self._run(pull))
        self._tasks.add(pull.task)
        pull.task.add_done_callback(self._tasks.discard)

    async def _run(self, pull: Pulling) -> None:
        try:
            met = await self._pull(pull)
        except Exception as error:
            log.error("a pull failed", exc_info=error)
            met = Trouble("failed", "Hearth failed; its log says how")
        pull.end(State.DONE if met is None else State.FAILED, met)
        if met is None:
            self._shelf.tell_of_models()
        await self._keep(pull)
        if met is not None and met.code == "unknown_model" and pull.id in self._updates:
            await self._forget(pull)  # it was made here, and nobody has anything newer
        self._updates.discard(pull.id)
        for old in self._ended()[:-MOST_ENDED]:
            await self._forget(old)

    async def _pull(self, pull: Pulling) -> Trouble | None:
        ollama = self._servers.by_url(pull.server)
        if ollama is None:
            return Trouble("ollama_unreachable", f"Hearth no longer knows the Ollama at {pull.server}: pull elsewhere")
        async with self._turn(pull.server):
            with self._kept_now_and_then(pull):
                return await pull.run(Care(ollama))

    def _turn(self, server: str) -> asyncio.Lock:
        return self._turns.setdefault(server, asyncio.Lock())

    # -- keeping: what fails is not lost, as it is tried again with the next change

    @contextmanager
    def _kept_now_and_then(self, pull: Pulling) -> Iterator[None]:
        task = asyncio.get_running_loop().create_task(self._keep_going(pull))
        try:
            yield
        finally:
            task.cancel()

    async def _keep_going(self, pull: Pulling) -> None:
        while True:
            await asyncio.sleep(self._keep_every)
            await self._keep(pull)
            self._shelf.tell_of_pulls()  # that nothing comes any more is also to be seen

    async def _keep(self, pull: Pulling) -> None:
        try:
            await self._kept.change(pull.record())
        except StoreError as error:
            log.warning("how far a pull is could not be kept (%s)", type(error).__name__)

    async def _forget(self, pull: Pulling) -> None:
        if self._pulls.pop(pull.id, None) is not None:
            self._shelf.tell_of_pulls()
            with suppress(StoreError):
                await self._kept.delete(pull.id)

    # -- finding

    def _pulling(self, record: PullRecord) -> Pulling:
        return Pulling(record, self._shelf.tell_of_pulls, self._delays)

    def _running(self) -> list[Pulling]:
        return [pull for pull in self._pulls.values() if pull.is_running]

    def _ended(self) -> list[Pulling]:
        """The first that ended first."""
        return sorted((pull for pull in self._pulls.values() if not pull.is_running), key=_ended_at)

    def _find(self, server: str, model: str, among: Sequence[Pulling]) -> Pulling | None:
        wanted = canonical(model)
        return next((one for one in among if one.server == server and canonical(one.model) == wanted), None)

    def _get(self, pull_id: str) -> Pulling:
        pull = self._pulls.get(pull_id)
        if pull is None:
            raise NotFound("There is no such pull")
        return pull

    def _check_room(self) -> None:
        if self._closing:
            raise Closing("Hearth is going down: pull the model when it is back")
        if len(self._running()) >= MOST:
            raise Invalid(f"{MOST} pulls wait already: let some of them end first")


def _ended_at(pull: Pulling) -> datetime:
    return pull.view().updated_at
