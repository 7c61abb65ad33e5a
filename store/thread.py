"""The one thread that touches the database, and the one transaction for all who wait.

While a commit waits for the disk, others come and wait too: then theirs is made as one, and only behind it is anyone
told. So fifty who ask at once cost one wait for the disk, not fifty. Everyone waits for an answer of their own: that is
what keeps the queue short.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeVar

from .errors import StoreError, told
from .forgetting import Forgetting

MOST = 200  # changes in one transaction

T = TypeVar("T")


class Opened(Protocol):
    db: sqlite3.Connection

    def close(self) -> None: ...


class Job:
    """Something to do with the database, perhaps a second time where the first was undone."""

    def __init__(self, work: Callable[[sqlite3.Connection], Any], writes: bool, answer: asyncio.Future[Any]) -> None:
        self.work = work
        self.writes = writes
        self.answer = answer
        self.result: Any = None
        self.error: Exception | None = None

    def do(self, db: sqlite3.Connection) -> None:
        self.result, self.error = None, None
        try:
            self.result = self.work(db)
        except Exception as error:
            self.error = told(error)

    def tell(self) -> None:
        if self.answer.done():  # given up
            return
        if self.error is not None:
            self.answer.set_exception(self.error)
        else:
            self.answer.set_result(self.result)


class DatabaseThread:
    def __init__(self, forgetting: Forgetting | None = None) -> None:
        self._forgetting = forgetting or Forgetting()
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._opened: asyncio.Future[None] = self._loop.create_future()
        self._ended = asyncio.Event()
        self._closing = False
        self.commits = 0

    def __repr__(self) -> str:
        state = "ended" if self._ended.is_set() else "closing" if self._closing else "open"
        return f"<DatabaseThread {state}, {self._jobs.qsize()} waiting, {self.commits} commits>"

    async def open(self, opening: Callable[[], Opened]) -> None:
        threading.Thread(target=self._run, args=(opening,), name="store", daemon=True).start()
        await asyncio.shield(self._opened)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self._asked(work, writes=False)

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Returns when it is on the disk. Once asked for it is done, also where the one who asked gives up."""
        return await self._asked(work, writes=True)

    async def close(self) -> None:
        """Behind all that was asked before."""
        if not self._closing:
            self._closing = True
            self._jobs.put(None)
        await self._ended.wait()

    async def _asked(self, work: Callable[[sqlite3.Connection], T], writes: bool) -> T:
        if self._closing:
            raise StoreError("The store is closed")
        answer: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put(Job(work, writes, answer))
        return await answer

    # what follows runs in the thread

    def _run(self, opening: Callable[[], Opened]) -> None:
        try:
            opened = opening()
        except BaseException as error:
            self._call(self._ended.set)
            self._call(_set_exception, self._opened, error)
            return
        self._call(_set_result, self._opened)
        try:
            while self._serve(opened.db, self._waiting(opened.db)):
                pass
        finally:
            with suppress(sqlite3.Error, OSError):
                opened.close()
            self._call(self._ended.set)

    def _waiting(self, db: sqlite3.Connection) -> list[Job | None]:
        jobs = [self._first(db)]
        with suppress(Empty):
            while len(jobs) < MOST:
                jobs.append(self._jobs.get_nowait())
        return jobs

    def _first(self, db: sqlite3.Connection) -> Job | None:
        """While there is none, what was deleted is forgotten."""
        while True:
            with suppress(Empty):
                return self._jobs.get(timeout=self._forgetting.wait(db))
            self._forgetting.step(db)

    def _serve(self, db: sqlite3.Connection, waiting: list[Job | None]) -> bool:
        """False at the end. Reading goes first: so it sees nothing that might yet be undone."""
        jobs = [job for job in waiting if job is not None]
        for job in jobs:
            if not job.writes:
                job.do(db)
                self._call(job.tell)
        writing = [job for job in jobs if job.writes]
        if writing:
            self._write(db, writing)
            self._call(_tell_all, writing)
        return None not in waiting

    def _write(self, db: sqlite3.Connection, jobs: list[Job]) -> None:
        """Where all fail because of one (it is too large for the disk), each is tried alone."""
        if not self._commit(db, jobs) and len(jobs) > 1:
            for job in jobs:
                self._commit(db, [job])

    def _commit(self, db: sqlite3.Connection, jobs: list[Job]) -> bool:
        try:
            _roll_back(db)
            db.execute("BEGIN IMMEDIATE")
        except Exception as error:
            for job in jobs:
                job.error = told(error)
            return True  # another try would fare no better
        try:
            for job in jobs:
                _do_or_undo(db, job)
            db.execute("COMMIT")
            self.commits += 1
            return True
        except Exception as error:
            with suppress(sqlite3.Error):
                _roll_back(db)
            for job in jobs:
                job.error = job.error or told(error)
            return False

    def _call(self, function: Callable[..., object], *arguments: Any) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(function, *arguments)


def _do_or_undo(db: sqlite3.Connection, job: Job) -> None:
    db.execute("SAVEPOINT job")
    job.do(db)
    if job.error is not None:
        db.execute("ROLLBACK TO job")  # fails where SQLite has rolled back everything, as it may on a full disk
    db.execute("RELEASE job")


def _roll_back(db: sqlite3.Connection) -> None:
    if db.in_transaction:
        db.execute("ROLLBACK")


def _tell_all(jobs: list[Job]) -> None:
    for job in jobs:
        job.tell()


def _set_result(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _set_exception(future: asyncio.Future[None], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
