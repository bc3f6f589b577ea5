"""Values that are made when a request is sent: `{{$uuid}}`, `{{$timestamp -5m}}`, `{{$randomFirstName}}`.

`DYNAMIC_VALUES` is the one catalogue: the picker, completion, the help of the command line and the engine itself
read it. All times of one sending are of one instant, and a value with a label (`{{$uuid:order}}`) is made once in
it. Values that must be asked for or awaited (`$prompt`, `$response`) are fetched by `engine.variables` beforehand.
"""

import os
import re
import shlex
import string
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from random import Random, SystemRandom

from workbench.engine.made_up_values import MADE_UP, MadeUpNames
from workbench.model.clock import Clock, as_datetime, rfc3339
from workbench.model.delivery import Attempt
from workbench.model.errors import NotTrusted, UsageError

Value = str | bytes
"""Bytes come from files and hashes; what stands in a text in the end must be UTF-8."""

FILE_LIMIT_BYTES = 16 * 1024 * 1024
LENGTH_LIMIT = 1024 * 1024

PROMPT, RESPONSE = "$prompt", "$response"
SECRET = "secret"
"""The last word of a value that is to be masked wherever it shows: `{{$env TOKEN secret}}`."""

_OFFSET = re.compile(r"([+-])(\d{1,9})(ms|s|m|h|d|w)")
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked before a request is sent."""

    label: str
    secret: bool = False
    """The answer is masked as it is typed, and wherever it shows later."""


Ask = Callable[[Question], Awaitable[str | None]]
"""Asks a person; None where they would rather not send."""
AnswerOf = Callable[[str], Awaitable[Attempt | None]]
"""Finds the newest answer of the request of that name; None where it was never answered."""


@dataclass(slots=True)
class Sources:
    """Where values come from that no variable holds; tests hand in a clock and a seeded `random`."""

    clock: Clock
    random: Random = field(default_factory=SystemRandom)
    folder: Path | None = None
    """Relative paths of files start here: the collection's folder."""
    contained: bool = False
    """Nothing from outside of `folder` is read: nobody here has said that they trust the collection."""
    ask: Ask | None = None
    answer_of: AnswerOf | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)


class Making:
    """The values of one sending: one instant, one value for each label."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.now_us = sources.clock.now_us()
        self.random = sources.random
        self.names = MadeUpNames(sources.random, self.now_us)
        self._labelled: dict[tuple[str, str], Value] = {}

    def make(self, name: str, arguments: tuple[str, ...], label: str) -> Value:
        """Return a dynamic value; UsageError says what is wrong with its words. The name must be known."""
        key = (name, label)
        if label and key in self._labelled:
            return self._labelled[key]
        made = _BY_NAME[name].make(self, arguments)
        if label:
            self._labelled[key] = made
        return made


Maker = Callable[[Making, tuple[str, ...]], Value]


@dataclass(frozen=True, slots=True)
class DynamicValue:
    """One entry of the catalogue."""

    name: str
    """With its `$`."""
    words: str
    """The arguments it takes, as shown in help: `[MIN MAX]`."""
    makes: str
    example: str
    make: Maker = field(repr=False, compare=False)
    group: str = "Values"


def known_value(name: str) -> DynamicValue | None:
    """Return the entry of a name with its `$`, None where there is none."""
    return _BY_NAME.get(name)


def file_path(name: str, folder: Path | None) -> Path:
    """Return where a file that a request names is: absolute, or from the collection's folder."""
    path = Path(name).expanduser()
    return path if path.is_absolute() or folder is None else folder / path


def contained_path(name: str, folder: Path | None, contained: bool) -> Path:
    """Return `file_path`; UsageError where it leads out of a collection that nobody trusts."""
    path = file_path(name, folder)
    if contained and folder is not None and not path.resolve().is_relative_to(folder.resolve()):
        raise _not_trusted(f"The file {path}", folder)
    return path


def _not_trusted(what: str, folder: Path) -> NotTrusted:
    return NotTrusted(
        f"{what} is outside the collection {folder.name}, which is not trusted on this machine, so it is not read.",
        f"If you know what its requests send: workbench collections trust {shlex.quote(str(folder.absolute()))}",
        str(folder.absolute()),
    )


def _uuid(making: Making, _: tuple[str, ...]) -> str:
    return str(uuid.UUID(int=making.random.getrandbits(128), version=4))


def _instant(making: Making, arguments: tuple[str, ...]) -> int:
    return making.now_us + (_offset(arguments[0]) // timedelta(microseconds=1) if arguments else 0)


def _offset(text: str) -> timedelta:
    match = _OFFSET.fullmatch(text)
    if match is None:
        raise UsageError(f"{text!r} is not a difference of time.", "Write it like +5m, -2h or +1d.")
    try:
        span = timedelta(**{_UNITS[match[3]]: int(match[2])})
    except OverflowError as error:
        raise UsageError(f"{text!r} is too far from now.") from error
    return span if match[1] == "+" else -span


def _iso(making: Making, arguments: tuple[str, ...]) -> str:
    return _text_of(_instant(making, arguments))[:-4] + "Z"


def _text_of(instant_us: int) -> str:
    try:
        return rfc3339(instant_us)
    except OverflowError as error:
        raise UsageError("This time is too far from now.") from error


def _date(making: Making, arguments: tuple[str, ...]) -> str:
    offsets = [word for word in arguments if _OFFSET.fullmatch(word)]
    formats = [word for word in arguments if word not in offsets]
    instant = _instant(making, tuple(offsets))
    _text_of(instant)
    moment = as_datetime(instant)
    match formats[0] if formats else "%Y-%m-%d":
        case "rfc1123":
            return format_datetime(moment, usegmt=True)
        case "rfc3339":
            return rfc3339(instant)
        case pattern:
            return moment.strftime(pattern)


def _whole(text: str, what: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is not a whole number, which {what} needs.") from error


def _random_int(making: Making, arguments: tuple[str, ...]) -> str:
    if len(arguments) not in (0, 2):
        raise UsageError("$randomInt needs two numbers, or none.", "For example {{$randomInt 1 6}}.")
    low, high = (_whole(text, "$randomInt") for text in arguments or ("0", "1000"))
    if low > high:
        raise UsageError(f"$randomInt {low} {high} has no number in it.", "Write the smaller one first.")
    return str(making.random.randint(low, high))


def _letters(alphabet: str, usual: int) -> Maker:
    def make(making: Making, arguments: tuple[str, ...]) -> str:
        length = _whole(arguments[0], "a length") if arguments else usual
        if not 0 <= length <= LENGTH_LIMIT:
            raise UsageError(f"A random text of {length} characters is not made.", f"Up to {LENGTH_LIMIT:,} are.")
        return "".join(making.random.choices(alphabet, k=length))

    return make


def _environment(making: Making, arguments: tuple[str, ...]) -> str:
    name = _one(arguments[:1] if arguments[1:] == (SECRET,) else arguments, "$env", "the variable's name")
    if making.sources.contained and making.sources.folder is not None:
        raise _not_trusted(f"The environment's variable {name}", making.sources.folder)
    if name not in making.sources.environment:
        raise UsageError(f"The environment has no variable {name}.", f"Set it: export {name}=…")
    return making.sources.environment[name]


def _file(making: Making, arguments: tuple[str, ...]) -> bytes:
    given = making.sources
    path = contained_path(_one(arguments, "$file", "a path"), given.folder, given.contained)
    try:
        if path.stat().st_size > FILE_LIMIT_BYTES:
            raise UsageError(f"The file {path} is too large for a value.", "Send it as a body or a part of a form.")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"The file {path} cannot be read: {error.strerror or error}.") from error


def _one(arguments: tuple[str, ...], name: str, what: str) -> str:
    if len(arguments) != 1:
        raise UsageError(f"{name} needs {what}, and nothing else.")
    return arguments[0]


def _fetched(_: Making, __: tuple[str, ...]) -> str:
    raise AssertionError("asked for and awaited before values are made")


def _made_up(name: str) -> Maker:
    return lambda making, _: making.names.make(name)


ALPHANUMERIC = string.ascii_letters + string.digits

DYNAMIC_VALUES: tuple[DynamicValue, ...] = (
    DynamicValue("$uuid", "", "a random UUID, version 4", "6f1c7f0e-2b0a-4d57-8a35-6a4f6a3b1a77", _uuid),
    DynamicValue("$guid", "", "the same as $uuid", "6f1c7f0e-2b0a-4d57-8a35-6a4f6a3b1a77", _uuid),
    DynamicValue("$randomUUID", "", "the same as $uuid", "6f1c7f0e-2b0a-4d57-8a35-6a4f6a3b1a77", _uuid),
    DynamicValue(
        "$timestamp",
        "[OFFSET]",
        "seconds since 1970; -5m is five minutes ago",
        "1795564800",
        lambda making, words: str(_instant(making, words) // 1_000_000),
        "Time",
    ),
    DynamicValue(
        "$timestampMs",
        "[OFFSET]",
        "milliseconds since 1970",
        "1795564800123",
        lambda making, words: str(_instant(making, words) // 1000),
        "Time",
    ),
    DynamicValue("$isoTimestamp", "[OFFSET]", "the time in UTC", "2026-11-25T12:00:00.123Z", _iso, "Time"),
    DynamicValue(
        "$date",
        "[FORMAT] [OFFSET]",
        "the date in UTC: strftime's words, rfc1123 or rfc3339",
        "2026-11-25",
        _date,
        "Time",
    ),
    DynamicValue("$randomInt", "[MIN MAX]", "a whole number, usually from 0 to 1000", "417", _random_int),
    DynamicValue("$randomString", "[LENGTH]", "letters and digits", "k3Vb9QwZ7pLm2XcA", _letters(ALPHANUMERIC, 16)),
    DynamicValue(
        "$randomHex", "[LENGTH]", "hexadecimal digits", "9f86d081884c7d65", _letters("0123456789abcdef", 16)
    ),
    DynamicValue(
        "$env", "NAME [secret]", "a variable of the system's environment", "value", _environment, "From outside"
    ),
    DynamicValue("$file", "PATH", "what is in a file", "text", _file, "From outside"),
    DynamicValue(
        PROMPT, "LABEL [secret]", "what you type when it is sent; asked once", "typed", _fetched, "From outside"
    ),
    DynamicValue(
        RESPONSE,
        '"REQUEST" [EXPRESSION] [secret]',
        "a part of another request's newest answer: $.token, header.ETag; usually its body",
        "abc",
        _fetched,
        "From outside",
    ),
    *(DynamicValue(entry.name, "", entry.makes, entry.example, _made_up(entry.name), "Made up") for entry in MADE_UP),
)

_BY_NAME = {value.name: value for value in DYNAMIC_VALUES}
