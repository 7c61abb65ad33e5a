"""Whose turn is next: it goes round the people who wait, and within a person round their conversations."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush
from itertools import count
from operator import itemgetter

from .place import Place

Allowed = Callable[[str], int | None]
UNBOUNDED = float("inf")


class AtOnce:
    """How many requests each person has inside, all lines together, so that they are never more than allowed.

    A line that passed somebody over for this reason has the first claim on what they may next. Otherwise who keeps one
    line busy would wait in another for ever.
    """

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed
        self._inside: Counter[str] = Counter()
        self._claims: dict[str, dict[Turns, None]] = {}  # by person: the lines that passed them over, in this order

    def __repr__(self) -> str:
        return f"<AtOnce {dict(self._inside)}, passed over: {list(self._claims)}>"

    def allowed(self, person: str) -> float:
        allowed = self._allowed(person)
        return UNBOUNDED if allowed is None else allowed

    def admits(self, person: str, line: Turns) -> bool:
        """Whether one more may go in by this line, which has room; if not, it has a claim from now on."""
        allowed = self.allowed(person)
        if allowed == UNBOUNDED:
            return True
        claims = self._claims.setdefault(person, {})
        claims.setdefault(line)
        return self._inside[person] + list(claims).index(line) < allowed

    def enter(self, person: str, line: Turns) -> None:
        self.withdraw(person, line)
        self._inside[person] += 1

    def leave(self, person: str) -> None:
        self._inside[person] -= 1
        if not self._inside[person]:
            del self._inside[person]

    def withdraw(self, person: str, line: Turns) -> None:
        claims = self._claims.get(person, {})
        claims.pop(line, None)
        if not claims:
            self._claims.pop(person, None)


class Turns:
    """Those who wait for one model. Whoever may not have more at once keeps their turn, and others pass them."""

    def __init__(self, at_once: AtOnce) -> None:
        self._at_once = at_once
        self._people: dict[str, dict[str, deque[Place]]] = {}  # whose turn is next first, also among conversations

    def __repr__(self) -> str:
        return f"<Turns of {len(self)} from {len(self._people)}>"

    def __len__(self) -> int:
        return sum(len(places) for conversations in self._people.values() for places in conversations.values())

    def __bool__(self) -> bool:
        return bool(self._people)

    def join(self, place: Place) -> None:
        self._people.setdefault(place.person, {}).setdefault(place.conversation, deque()).append(place)

    def leave(self, place: Place) -> None:
        conversations = self._people[place.person]
        conversations[place.conversation].remove(place)
        if not conversations[place.conversation]:
            del conversations[place.conversation]
        if not conversations:
            del self._people[place.person]
            self._at_once.withdraw(place.person, self)

    def take(self) -> Place | None:
        """Whose turn it is, who is then inside; None if all who wait must wait for their own others to end."""
        person = next((person for person in self._people if self._at_once.admits(person, self)), None)
        return None if person is None else self._take(person)

    def _take(self, person: str) -> Place:
        """The first of the conversation that is next, which then is the last, as is the person."""
        conversations = self._people.pop(person)
        conversation = next(iter(conversations))
        places = conversations.pop(conversation)
        place = places.popleft()
        if places:
            conversations[conversation] = places
        if conversations:
            self._people[person] = conversations
        self._at_once.enter(person, self)
        return place

    def order(self, inside: Iterable[Place], seats: int) -> Iterator[Place]:
        """In which turns will come if nobody comes, nobody leaves, and who was let in first ends first.

        Where somebody may not have more at once, what they have inside other lines counts as ended by then: it may
        end at any time, and places that rise and fall with what happens elsewhere would tell nobody anything.
        """
        here = Counter(place.person for place in inside)
        waiting = {person: deque(_in_turns(places.values())) for person, places in self._people.items()}
        left = {person: self._at_once.allowed(person) - here[person] for person in waiting}
        return _played(waiting, left, deque(place.person for place in inside), seats)


def _played(
    waiting: dict[str, deque[Place]], left: dict[str, float], inside: deque[str], seats: int
) -> Iterator[Place]:
    """`take` and an end in turn, until nobody waits."""
    ready = list(enumerate(waiting))  # a heap: who had a turn has a later number
    numbers = count(len(ready))
    held: dict[str, int] = {}
    while ready or (held and inside):
        if not ready or len(inside) >= seats:
            ended = inside.popleft()
            left[ended] = left.get(ended, 0) + 1
            if ended in held:
                heappush(ready, (held.pop(ended), ended))
            continue
        number, person = heappop(ready)
        if left[person] <= 0:
            held[person] = number
            continue
        left[person] -= 1
        inside.append(person)
        yield waiting[person].popleft()
        if waiting[person]:
            heappush(ready, (next(numbers), person))
    yield from _in_turns(waiting[person] for person in held)  # who may have nothing at all


def _in_turns(queues: Iterable[Iterable[Place]]) -> Iterator[Place]:
    """The first of each, the second of each …"""
    numbered = (pair for places in queues for pair in enumerate(places))
    return (place for _, place in sorted(numbered, key=itemgetter(0)))
