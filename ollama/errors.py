"""What can go wrong between Hearth and Ollama.

OllamaError
├── Unreachable      no connection: not running, name not found, port filtered
├── BrokenStream     the connection broke, fell silent, or carried what is no answer of Ollama's
│   └── NoAnswer        it did so before the first byte
├── Refused          Ollama answered with an error
│   ├── ModelNotFound   it has no model of that name
│   ├── Busy            its own queue is full
│   └── TooLong         the prompt does not fit into the model's context
└── ModelFailed      the model broke down while it was writing
"""


class OllamaError(Exception):
    """One line for people; it holds Ollama's own words where there are any."""


class Unreachable(OllamaError):
    pass


class BrokenStream(OllamaError):
    pass


class NoAnswer(BrokenStream):
    pass


class Refused(OllamaError):
    pass


class ModelNotFound(Refused):
    pass


class Busy(Refused):
    pass


class TooLong(Refused):
    """`tokens` is how long the prompt is, `size` how much there is room for; None where Ollama didn't tell."""

    def __init__(self, words: str, tokens: int | None = None, size: int | None = None) -> None:
        super().__init__(words)
        self.tokens = tokens
        self.size = size


class ModelFailed(OllamaError):
    pass
