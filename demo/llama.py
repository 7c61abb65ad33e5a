"""llama.cpp in this process: one thread computes, the event loop reads what it computed."""

import asyncio
import importlib
import os
import secrets
import sys
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from pathlib import Path
from typing import Any, Protocol

import msgspec

from demo import prompt
from demo.request import CONTEXT, ApiError, Message, wrapped

# A history is shortened to this, so that a reply fits behind it.
HISTORY = CONTEXT * 7 // 8
# Tokens of a prompt computed in one go: llama.cpp can only be stopped between two batches (a quarter of a second).
BATCH = 64
# More threads than this cost such a small model more than they give.
MAX_THREADS = 8


class Engine(Protocol):
    """What we use of xllamacpp.Server. The callback gets the bytes of one JSON object, on the calling thread,
    after each batch of the prompt and each token; when it returns True, llama.cpp stops computing."""

    def handle_completions(self, request: bytes, callback: Callable[[bytes], bool], /) -> None: ...


class Choice(msgspec.Struct, frozen=True):
    text: str
    finish_reason: str | None = None


class Progress(msgspec.Struct, frozen=True):
    total: int


class Usage(msgspec.Struct, frozen=True):
    prompt_tokens: int
    completion_tokens: int


class Timings(msgspec.Struct, frozen=True):
    prompt_ms: float
    predicted_ms: float


class Chunk(msgspec.Struct, frozen=True):
    choices: list[Choice] = []
    prompt_progress: Progress | None = None
    usage: Usage | None = None
    timings: Timings | None = None
    error: dict[str, Any] | None = None

    @property
    def prompt_tokens(self) -> int:
        """Known from the first chunk on, before anything is computed."""
        if self.error:
            return int(self.error.get("n_prompt_tokens", 0))
        return self.prompt_progress.total if self.prompt_progress else 0

    @property
    def text(self) -> str:
        return "".join(choice.text for choice in self.choices)


class Final(msgspec.Struct, frozen=True):
    """The end of a reply, under Ollama's names and in its nanoseconds."""

    done_reason: str
    total_duration: int
    load_duration: int
    prompt_eval_count: int
    prompt_eval_duration: int
    eval_count: int
    eval_duration: int


class Run:
    """One call of llama.cpp, between its thread and the loop. What waits here is bounded by the context:
    no reply has more chunks than that."""

    def __init__(self) -> None:
        self.abandoned = False
        self._loop = asyncio.get_running_loop()
        self._chunks: asyncio.Queue[bytes | None] = asyncio.Queue()

    def take(self, chunk: bytes) -> bool:
        """On llama.cpp's thread."""
        if self.abandoned:
            return True
        self._loop.call_soon_threadsafe(self._chunks.put_nowait, chunk)
        return False

    def end(self, call: asyncio.Future[None]) -> None:
        self._chunks.put_nowait(None)

    async def next(self) -> Chunk | None:
        chunk = await self._chunks.get()
        return None if chunk is None else msgspec.json.decode(chunk, type=Chunk)


class Model:
    """SmolLM2, one reply at a time; further callers wait in line, and leave it when they are cancelled."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine: Engine | None = None
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "llama")

    def __repr__(self) -> str:
        state = "loaded" if self.loaded else "not loaded"
        return f"<Model {self.path.name} {state}{' at work' if self._turn.locked() else ''}>"

    @property
    def loaded(self) -> bool:
        return self._engine is not None

    async def load(self) -> None:
        async with self._turn:
            await self._load()

    async def unload(self) -> None:
        async with self._turn:
            self._engine = None  # its memory goes with the last reference, which an abandoned call may hold

    async def reply(
        self, messages: Sequence[Message], options: Mapping[str, Any], *, truncate: bool = True
    ) -> AsyncGenerator[str | Final, None]:
        """Pieces of text, then one Final. Closing the generator, or cancelling its reader, ends the computing."""
        asked = time.monotonic_ns()
        async with self._turn:
            await self._load()
            loaded = time.monotonic_ns()
            async with aclosing(self._fitting(messages, options, truncate)) as chunks:
                async for chunk in chunks:
                    if chunk.text:
                        yield chunk.text
                    if chunk.usage and chunk.timings:
                        yield final(chunk, chunk.usage, chunk.timings, asked, loaded)

    async def _load(self) -> None:
        if self._engine is None:
            loop = asyncio.get_running_loop()
            self._engine = await loop.run_in_executor(self._thread, load, self.path)

    async def _fitting(
        self, messages: Sequence[Message], options: Mapping[str, Any], truncate: bool
    ) -> AsyncGenerator[Chunk, None]:
        """llama.cpp itself counts the tokens: each try ends at the first chunk if there are too many."""
        while True:
            limit = HISTORY if truncate and prompt.droppable(messages) else CONTEXT
            async with aclosing(self._run(messages, options)) as chunks:
                first = await anext(chunks)
                if first.prompt_tokens < limit:
                    check(first)
                    async for chunk in chunks:
                        yield check(chunk)
                    return
            messages = prompt.shorten(messages, 0.98 * HISTORY / first.prompt_tokens) if truncate else []
            if not messages:
                raise refusal(first.error or {})

    async def _run(self, messages: Sequence[Message], options: Mapping[str, Any]) -> AsyncGenerator[Chunk, None]:
        assert self._engine  # no name of its own here: a traceback that keeps this frame would keep the model
        run = Run()
        request = {"prompt": prompt.render(messages), "stream": True, "return_progress": True, **options}
        request["stream_options"] = {"include_usage": True}
        loop = asyncio.get_running_loop()
        call = loop.run_in_executor(
            self._thread, self._engine.handle_completions, msgspec.json.encode(request), run.take
        )
        call.add_done_callback(run.end)
        try:
            while (chunk := await run.next()) is not None:
                yield chunk
            await call
        finally:
            run.abandoned = True
            call.cancel()


def load(path: Path) -> Engine:
    xllamacpp: Any = importlib.import_module("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.verbosity = -1
    _size(params, xllamacpp)
    _lock(params)
    engine: Engine = xllamacpp.Server(params)
    return engine


def _size(params: Any, xllamacpp: Any) -> None:
    """Keys in 8 bits save 20 MB and cost no speed; values in 8 bits would need flash attention, and together
    with that halve the speed of reading a prompt (measured on two cores)."""
    params.n_ctx, params.n_parallel = CONTEXT, 1
    params.n_batch = params.n_ubatch = BATCH
    params.cache_type_k = xllamacpp.ggml_type.GGML_TYPE_Q8_0
    params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    params.cache_ram_mib = params.n_ctx_checkpoints = 0
    params.fit_params = False
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = min(cores(), MAX_THREADS)


def _lock(params: Any) -> None:
    """xllamacpp always opens llama.cpp's own HTTP server too: a free port of loopback, and a key nobody knows."""
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.api_keys = [secrets.token_hex()]
    params.n_threads_http, params.sse_ping_interval = 1, -1
    params.ui = params.endpoint_slots = False


def cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def check(chunk: Chunk) -> Chunk:
    if chunk.error:
        raise refusal(chunk.error)
    return chunk


def refusal(error: Mapping[str, Any]) -> ApiError:
    return ApiError(int(error.get("code", 500)), wrapped(error))


def final(chunk: Chunk, usage: Usage, timings: Timings, asked: int, loaded: int) -> Final:
    return Final(
        done_reason=next((each.finish_reason for each in chunk.choices if each.finish_reason), "stop"),
        total_duration=time.monotonic_ns() - asked,
        load_duration=loaded - asked,
        prompt_eval_count=usage.prompt_tokens,
        prompt_eval_duration=int(timings.prompt_ms * 1_000_000),
        eval_count=usage.completion_tokens,
        eval_duration=int(timings.predicted_ms * 1_000_000),
    )
