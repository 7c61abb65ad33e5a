"""The model's chat template, and what is left out when a history is too long for it."""

from collections.abc import Sequence

from msgspec.structs import replace

from demo.request import Message


def render(messages: Sequence[Message]) -> str:
    """The model's own template puts a system prompt in front when there is none; without it, as in Ollama's, this
    model does better (with it, the capital of France is "L'Étoile, la Marseillaise, la femme"). An assistant
    message at the end stays open: the model goes on with it, as with most of Ollama's templates."""
    text = "".join(f"<|im_start|>{each.role}\n{each.content}<|im_end|>\n" for each in messages)
    return text.removesuffix("<|im_end|>\n") if messages[-1].role == "assistant" else f"{text}<|im_start|>assistant\n"


def droppable(messages: Sequence[Message]) -> int:
    return sum(each.role != "system" for each in messages[:-1])


def shorten(messages: Sequence[Message], share: float) -> list[Message]:
    """About `share` of the messages, by dropping the oldest: at least one, never the system's nor the last.
    When only those are left, the head of the last one goes. [] when there is nothing more to drop."""
    if not droppable(messages):
        return _behead(messages, share)
    excess = (1 - share) * sum(map(_size, messages))
    kept = []
    for each in messages[:-1]:
        if each.role == "system" or excess <= 0:
            kept.append(each)
        else:
            excess -= _size(each)
    return [*kept, messages[-1]]


def _size(message: Message) -> int:
    return len(message.content) + 16  # the template's marks count, too


def _behead(messages: Sequence[Message], share: float) -> list[Message]:
    *system, last = messages
    length = int(len(last.content) * share)
    return [*system, replace(last, content=last.content[-length:])] if length else []
