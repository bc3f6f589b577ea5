"""What an endpoint answers: one answer, or a program of them that rehearses failure.

A program is deterministic: which step a request meets depends on how many came before it, on what it is and on the
seed, never on the clock.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from workbench.model.errors import UsageError


class Way(StrEnum):
    """How an answer goes out; all but the first are failures to rehearse."""

    WHOLE = "whole"
    DRIP = "drip"
    """A byte at a time, spread over `over_s`."""
    HANG = "hang"
    """Never; the sender has to give up."""
    CLOSE = "close"
    """The connection is closed without an answer."""
    RESET = "reset"
    """The connection is reset without an answer."""
    TRUNCATED = "truncated"
    """Half of the body, then the connection is closed."""
    WRONG_LENGTH = "wrong-length"
    """`Content-Length` says one byte less than comes."""


UNANSWERED = (Way.HANG, Way.CLOSE, Way.RESET)
BODILESS = (204, 304)
DRIPPED = "This answer comes a byte at a time.\n"
CUT = "This answer is cut off in the middle, as when a proxy gives up.\n"
"""What stands for an empty body where there must be something to cut."""

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_OURS = ("content-length", "transfer-encoding")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `template` is rendered with values of the request; it stands instead of `body`."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    template: str = ""
    content_type: str = ""
    delay_s: float = 0.0
    way: Way = Way.WHOLE
    over_s: float = 5.0


USUAL = Answer()


def checked(answer: Answer) -> Answer:
    """Return an answer that can be sent as it is; UsageError where it cannot."""
    for name, value in answer.headers:
        if name.lower() in _OURS:
            raise UsageError(f"The header {name} is not yours to say.", "For a wrong length, use way: wrong-length.")
        if _CONTROL.search(value):
            raise UsageError(f"The header {name} holds a control character.")
    if _CONTROL.search(answer.content_type):
        raise UsageError("content_type holds a control character.", "Write it like application/json.")
    texts = {"body": answer.body, "template": answer.template, "content_type": answer.content_type}
    for field_name, text in (*texts.items(), *answer.headers):
        if _SURROGATE.search(text):
            raise UsageError(f"{field_name} holds half a character, which no text may.", "Write it without \\ud...")
    if answer.status in BODILESS and answer.way in (Way.TRUNCATED, Way.WRONG_LENGTH):
        raise UsageError(f"An answer {answer.status} has no body that could be {answer.way.value}.")
    return answer


@dataclass(frozen=True, slots=True)
class Condition:
    """What a request must be for a step; everything given must hold. Texts are patterns: `*` stands for anything."""

    method: str = ""
    path: str = ""
    event: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: tuple[tuple[str, str], ...] = ()
    """Dotted paths into a JSON or form body."""


Holds = Callable[[Condition], bool]
"""Says whether a condition holds for the request at hand."""


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a program: for the next `times` requests, or whenever chance or a condition hits."""

    answer: Answer
    times: int | None = None
    """None: from there on; for a step by chance or condition: without end."""
    chance_percent: float | None = None
    when: Condition | None = None

    @property
    def in_order(self) -> bool:
        return self.chance_percent is None and self.when is None


@dataclass(frozen=True, slots=True)
class Program:
    """Steps in order or by chance and condition; where none hits, the endpoint's own answer is given."""

    steps: tuple[Step, ...] = ()
    seed: int = 0
    phrase: str = ""
    """As it was written in a line, see `answer_phrase`; empty where it was written in full."""

    def in_full(self, answer: Answer | None, own: Answer) -> Answer:
        """Return a step's answer as it is given: `then 200` in a line means the endpoint's own, with that status."""
        if answer is None:
            return own
        if self.phrase and 200 <= answer.status < 300 and answer == Answer(answer.status):
            return replace(own, status=answer.status)
        return answer

    def is_own(self, answer: Answer | None) -> bool:
        """Return whether a step leaves the answer to the endpoint: there is none, or it says `then 200` in a line."""
        return answer is None or (bool(self.phrase) and answer == USUAL)


NO_PROGRAM = Program()


@dataclass(slots=True)
class ProgramRun:
    """How far a program has come."""

    program: Program
    count: int = 0
    hits: dict[int, int] = field(default_factory=dict[int, int])
    """How often each step by chance or condition has hit."""

    def next(self, holds: Holds) -> tuple[Answer | None, str]:
        """Take the step for the next request; return its answer, None for the endpoint's own, and why in words."""
        index, self.count = self.count, self.count + 1
        for place, step in enumerate(self.program.steps):
            if not step.in_order and self._hits(place, step, index, holds):
                self.hits[place] = self.hits.get(place, 0) + 1
                return step.answer, f"request {index + 1}: {_cause(step)} (step {place + 1})"
        return self._ordered(index)

    def _hits(self, place: int, step: Step, index: int, holds: Holds) -> bool:
        if step.times is not None and self.hits.get(place, 0) >= step.times:
            return False
        if step.when is not None and not holds(step.when):
            return False
        if step.chance_percent is None:
            return True
        # Drawn from the place in the program, so that neither time nor other draws change it.
        drawn = random.Random(f"{self.program.seed}/{place}/{index}").random()
        return drawn * 100 < step.chance_percent

    def _ordered(self, index: int) -> tuple[Answer | None, str]:
        passed = index - sum(self.hits.values())
        before = 0
        for place, step in enumerate(self.program.steps):
            if not step.in_order:
                continue
            if step.times is None:
                return step.answer, f"request {index + 1}: step {place + 1}, from here on"
            if passed < before + step.times:
                nth = passed - before + 1
                return step.answer, f"request {index + 1}: step {place + 1}, {nth} of {step.times}"
            before += step.times
        return None, f"request {index + 1}: the program's steps are done" if before else ""


def _cause(step: Step) -> str:
    causes: list[str] = []
    if step.when is not None:
        causes.append("its condition holds")
    if step.chance_percent is not None:
        causes.append(f"one of {step.chance_percent:g} %")
    return " and ".join(causes)
