"""What the headers of a request say of the answer: Accept-Language, Accept-Encoding."""

from __future__ import annotations

from tornado.httputil import HTTPServerRequest

LONGEST = 1000  # characters of a header that are looked at


def weighed(header: str) -> list[tuple[str, float]]:
    """What it names, in lower case and in its order, with how much each is wanted: 0 is not at all."""
    named = [one.partition(";") for one in header[:LONGEST].lower().split(",")]
    return [(name.strip(), _weight(rest)) for name, _, rest in named]


def takes_gzip(request: HTTPServerRequest) -> bool:
    return any(name == "gzip" and weight > 0 for name, weight in weighed(request.headers.get("Accept-Encoding", "")))


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
