"""`/metrics`: figures for Prometheus, taken when they are asked for, from what is counted anyway."""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tornado.httputil import HTTPServerRequest

from chat.fleet import by_model
from chat.generation import State
from chat.generations import Generations
from chat.line import Line
from chat.tally import Histogram, Tally

from .answers import JSONHandler, Refusal
from .connections import Connections
from .websocket import Sockets

if TYPE_CHECKING:  # it takes 5 MB and a sixth of a second, which only who asks shall pay
    from prometheus_client.core import Metric

AT_WORK = (State.QUEUED, State.RUNNING)
ENDED = (State.DONE, State.STOPPED, State.INTERRUPTED, State.FAILED)
TRANSPORTS = ("sse", "websocket", "page")
TOKENS = ("prompt", "reply")
ERRORS = ("ollama_unreachable", "ollama_busy", "model_not_found", "model_failed", "broken_stream", "too_long")
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Figures:
    """Where they come from. Prometheus' own registry calls `collect`."""

    version: str
    generations: Generations
    line: Line
    tally: Tally
    sockets: Sockets
    connections: Connections

    def collect(self) -> Iterable[Metric]:
        yield _gauge("hearth_build_info", "Always 1; its label tells the version.", "version", {self.version: 1})
        yield from self._of_generations()
        yield from self._of_readers()
        yield _histogram("hearth_loop_lag_seconds", "How late the event loop was, at each look.", self.tally.lags)

    def _of_generations(self) -> Iterable[Metric]:
        states, lengths, tally = self.generations.states(), by_model(self.line.lengths()), self.tally
        running = {model: running for model, (running, _) in lengths.items()}
        waiting = {model: waiting for model, (_, waiting) in lengths.items()}
        yield _gauge("hearth_generations", "Replies at work.", "state", _all(AT_WORK, states))
        yield _counter("hearth_generations_ended", "Replies by how they ended.", "state", _all(ENDED, tally.ended))
        yield _gauge("hearth_line_running", "Requests that have their turn.", "model", running)
        yield _gauge("hearth_line_waiting", "Requests that wait: the place of the last in line.", "model", waiting)
        yield _histogram("hearth_line_wait_seconds", "From a question to its turn.", tally.waits)
        yield _histogram("hearth_model_load_seconds", "Bringing a model into memory.", tally.loads)
        yield _histogram("hearth_first_token_seconds", "From a turn to the first token.", tally.first_tokens)
        yield _histogram("hearth_tokens_per_second", "How fast a reply was written, by Ollama's counts.", tally.speeds)
        yield _counter("hearth_tokens", "Tokens by Ollama's counts.", "kind", _all(TOKENS, tally.tokens))
        errors = _all(ERRORS, tally.ollama_errors)
        yield _counter("hearth_ollama_errors", "Failed requests to Ollama.", "code", errors)

    def _of_readers(self) -> Iterable[Metric]:
        readers = _all(TRANSPORTS, self.generations.readers())
        yield _gauge("hearth_readers", "Who follows a reply.", "transport", readers)
        yield _gauge("hearth_websockets", "Open WebSockets.", "", {"": self.sockets.count})
        yield _gauge(
            "hearth_connections", "Open connections of browsers and proxies.", "", {"": self.connections.count}
        )
        yield _counter("hearth_sent_bytes", "Sent over all of them.", "", {"": self.connections.sent()})


class MetricsHandler(JSONHandler):
    def initialize(self, figures: Figures, networks: Sequence[Network]) -> None:
        self._figures = figures
        self._networks = networks

    async def get(self) -> None:
        if not may_read(self.request, self._networks):
            raise Refusal(403, "forbidden", "Only programs on this machine may read this; see --metrics-for")
        await asyncio.to_thread(import_module, "prometheus_client")  # replies go on meanwhile
        text, content_type = _page(self._figures, self.request.headers.get("Accept", ""))
        self.set_header("Content-Type", content_type)
        self.finish(text)


def may_read(request: HTTPServerRequest, networks: Sequence[Network]) -> bool:
    """Programs on this machine that ask it directly, and callers in `networks`."""
    caller = ipaddress.ip_address(request.remote_ip or "")
    if any(caller in network for network in networks):
        return True
    forwarded = any(name in request.headers for name in FORWARDED)
    return caller.is_loopback and not forwarded and _is_here(request.host_name)


def _is_here(host: str) -> bool:
    """A proxy that adds no header passes on its own name at least."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.removesuffix(".") == "localhost"


def _page(figures: Figures, accept: str) -> tuple[bytes, str]:
    from prometheus_client import CollectorRegistry, ProcessCollector
    from prometheus_client.exposition import choose_encoder

    registry = CollectorRegistry(auto_describe=False)
    registry.register(figures)
    ProcessCollector(registry=registry)
    encoder, content_type = choose_encoder(accept)
    return encoder(registry), content_type


def _all(labels: Iterable[str], values: Counter[Any]) -> dict[str, float]:
    """Also those that never were: a series that begins at 1 hides its first."""
    return {str(label): values[label] for label in labels}


def _gauge(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(name, words, labels=[label] if label else [])
    for value in values:
        family.add_metric([value] if label else [], values[value])
    return family


def _counter(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(name, words, labels=[label] if label else [])
    for value in values:
        family.add_metric([value] if label else [], values[value])
    return family


def _histogram(name: str, words: str, histogram: Histogram) -> Metric:
    from prometheus_client.core import HistogramMetricFamily

    bounds = [*(str(float(bound)) for bound in histogram.bounds), "+Inf"]
    buckets = [(bound, float(count)) for bound, count in zip(bounds, histogram.at_most(), strict=True)]
    return HistogramMetricFamily(name, words, buckets=buckets, sum_value=histogram.sum)
