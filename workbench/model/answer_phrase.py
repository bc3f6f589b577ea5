"""Answer programs in a line, as a person says them.

    fail 3 then 200                 three times 500, then 200
    5 % 500 seed 42                 500 for one in twenty, the same ones each time
    429 Retry-After 2 then 200      once 429, then 200
    410 after 10                    ten times 200, then 410
    410 after 10 then 200           ten times 200, once 410, then 200
    drip 5 | hang | close | reset | truncated | wrong-length

A part before another counts once unless it says how often: `503 x3`, `fail 3`. The last one holds from there on.
"""

import re

from workbench.model.answer import CUT, DRIPPED, Answer, Program, Step, Way
from workbench.model.errors import UsageError

_SEED = re.compile(r"\bseed\s+(\d+)\s*$", re.IGNORECASE)
_PART = re.compile(
    r"(?:(?P<chance>\d+(?:\.\d+)?)\s*%\s*)?"
    r"(?:(?P<fail>fail)(?:\s+(?P<failures>\d+))?|(?P<status>\d{3})"
    r"|(?P<way>drip|hang|close|reset|truncated|wrong-length)(?:\s+(?P<over>\d+(?:\.\d+)?)\s*s?)?)"
    r"(?:\s*x\s*(?P<times>\d+)|\s+(?P<times_too>\d+)\s+times?)?"
    r"(?:\s+retry-after\s+(?P<retry>\d+))?"
    r"(?:\s+after\s+(?P<after>\d+))?",
    re.IGNORECASE,
)


def read_program(phrase: str) -> Program:
    """Return the program that a phrase says; UsageError names the part that is not understood."""
    text, seed = phrase.strip(), 0
    if (match := _SEED.search(text)) is not None:
        text, seed = text[: match.start()].strip(), int(match[1])
    steps: list[Step] = []
    parts = re.split(r"\s+then\s+|\s*,\s*", text, flags=re.IGNORECASE)
    for number, part in enumerate(parts, 1):
        steps += _steps(part.strip(), is_last=number == len(parts))
    return Program(tuple(steps), seed, phrase.strip())


def _steps(part: str, *, is_last: bool) -> list[Step]:
    match = _PART.fullmatch(part)
    if match is None:
        raise UsageError(
            f"{part!r} is no part of an answer program.",
            "Write for example: fail 3 then 200; 5 % 500 seed 42; 429 Retry-After 2 then 200; drip, hang, close.",
        )
    answer = _answer(match)
    if not 200 <= answer.status <= 599:
        raise UsageError(f"{answer.status} is not a status to answer with.", "Use 200 to 599.")
    count = match["failures"] or match["times"] or match["times_too"]
    times = int(count) if count else None
    if match["chance"] is not None:
        chance = float(match["chance"])
        if chance > 100:
            raise UsageError(f"{chance:g} % is more than all.", "Use 0 to 100.")
        return [Step(answer, times, chance_percent=chance)]
    step = Step(answer, times if times is not None or is_last else 1)
    return [step] if match["after"] is None else [Step(Answer(), int(match["after"])), step]


def _answer(match: re.Match[str]) -> Answer:
    headers = (("Retry-After", match["retry"]),) if match["retry"] else ()
    if match["way"] is None:
        return Answer(500 if match["fail"] else int(match["status"]), headers)
    way = Way(match["way"].lower())
    body = {Way.DRIP: DRIPPED, Way.TRUNCATED: CUT, Way.WRONG_LENGTH: CUT}.get(way, "")
    return Answer(200, headers, body, way=way, over_s=float(match["over"] or 5))
