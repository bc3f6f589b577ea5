"""An endpoint's fields as its file has them: read strictly, so that a misspelt guard guards nothing silently."""

import ipaddress
import re
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit

import msgspec

from workbench.model.answer import Answer, Condition, Program, Step, Way, checked
from workbench.model.answer_phrase import read_program
from workbench.model.endpoint import NO_GUARDS, PROVIDER, Endpoint, Forward, Guards, SecretUse
from workbench.model.errors import FormatError, UsageError
from workbench.storage.secrets import SecretError, SecretRef

LONGEST_TIMEOUT_S = 600
FIELDS = (
    "path",
    "provider",
    "public_url",
    "secrets",
    "settings",
    "handshakes",
    "answer",
    "program",
    "guards",
    "forward",
)


class _Table(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A mapping in the file."""


class SecretTable(_Table):
    """A secret that is for one provider's requests."""

    ref: str
    provider: str = ""


class AnswerTable(_Table):
    """An answer."""

    status: int = 200
    headers: dict[str, str | list[str]] = {}
    body: str = ""
    template: str = ""
    content_type: str = ""
    delay: float = 0.0
    way: Literal["whole", "drip", "hang", "close", "reset", "truncated", "wrong-length"] = "whole"
    over: float = 5.0


class WhenTable(_Table):
    """A step's condition."""

    method: str = ""
    path: str = ""
    event: str = ""
    headers: dict[str, str] = {}
    body: dict[str, str] = {}


class StepTable(AnswerTable):
    """A step of a program: an answer, and for which requests."""

    times: int | None = None
    chance: float | None = None
    when: WhenTable | None = None


class ProgramTable(_Table):
    """A program in full."""

    steps: list[StepTable]
    seed: int = 0


class HeaderTable(_Table):
    """A header that must have a secret's value."""

    name: str
    ref: str


class RateTable(_Table):
    """How many requests in how many seconds."""

    requests: int
    per: float = 1.0


class GuardsTable(_Table):
    """All guards."""

    allow: list[str] = []
    deny: list[str] = []
    trusted_proxies: list[str] = []
    methods: list[str] = []
    content_types: list[str] = []
    body_limit: int | None = None
    basic: str = ""
    bearer: str = ""
    header: HeaderTable | None = None
    rate: RateTable | None = None
    schema: str = ""
    signature: bool = False


class ForwardTable(_Table):
    """One target."""

    url: str
    events: list[str] = []
    relay: bool = False
    attempts: int = 4
    timeout: float = 30.0


class EndpointTable(_Table):
    """The whole file."""

    path: str = "/*"
    provider: str = ""
    public_url: str = ""
    secrets: list[str | SecretTable] | None = None
    settings: dict[str, str] | None = None
    handshakes: bool = True
    answer: int | AnswerTable | None = None
    program: str | ProgramTable = ""
    guards: GuardsTable | None = None
    forward: str | list[str | ForwardTable] = []


def read_document(name: str, data: dict[str, Any], path: Path) -> Endpoint:
    """Return the endpoint that a file's fields describe, numbers among them as text or as numbers.

    FormatError names the field that is wrong.
    """
    try:
        return _endpoint(name, msgspec.convert(data, EndpointTable, strict=False))
    except msgspec.ValidationError as error:
        raise FormatError(f"The endpoint {path} cannot be used: {_sentence(error)}.", _hint()) from error
    except UsageError as error:
        raise FormatError(f"The endpoint {path} cannot be used: {error.message}", error.hint) from error


def _hint() -> str:
    return f"Fields are {', '.join(FIELDS)}."


def _sentence(error: msgspec.ValidationError) -> str:
    text, _, place = str(error).partition(" - at `$.")
    text = text.replace("Object contains unknown field", "there is no field").replace("`", "'")
    return f"{place.rstrip('`')}: {text}" if place else text


def _endpoint(name: str, table: EndpointTable) -> Endpoint:
    if not table.path.startswith("/"):
        raise UsageError(f"path {table.path!r} does not begin with a slash.", "Write it like /stripe/*.")
    return Endpoint(
        name,
        table.path,
        table.provider.lower(),
        tuple(_secret(item) for item in table.secrets or []),
        _address("public_url", table.public_url) if table.public_url else "",
        tuple((key, str(value)) for key, value in (table.settings or {}).items()),
        _said_answer(table.answer),
        _program(table.program),
        NO_GUARDS if table.guards is None else _guards(table.guards),
        tuple(_forward(item) for item in ([table.forward] if isinstance(table.forward, str) else table.forward)),
        table.handshakes,
        table.answer is not None,
    )


def _address(field: str, text: str) -> str:
    if not re.match(r"https?://[^/\s]", text):
        raise UsageError(f"{field} {text!r} is no address.", "Write it like https://example.com.")
    return text


def _target(field: str, text: str) -> str:
    """Check an address that is to be sent to: a host that can be looked up, a port, and no password."""
    try:
        parts = urlsplit(_address(field, text))
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError as error:  # UnicodeError among them.
        reason = str(error).removeprefix("encoding with 'idna' codec failed ").strip("()")
        raise UsageError(
            f"{field} {text!r} is no address: {reason}.", "Write it like http://localhost:3000."
        ) from error
    if not host or port == 0:
        raise UsageError(f"{field} {text!r} is no address.", "Write it like http://localhost:3000.")
    if parts.username is not None:
        raise UsageError(
            f"{field} http{'s' if parts.scheme == 'https' else ''}://…@{host} holds a password; it would be in files,"
            " lists and the history.",
            "Leave it out: requests are forwarded with the headers they came with.",
        )
    return text


def _reference(text: str) -> str:
    try:
        if SecretRef.parse(text).kind == "text":
            raise UsageError(
                "An endpoint's file may be shared, so it holds no secret's value.",
                "Save it with `workbench secrets set NAME` and write keyring:NAME.",
            )
    except SecretError as error:
        raise UsageError("A secret is no reference.", error.hint) from error
    return text


def _secret(item: str | SecretTable) -> SecretUse:
    if isinstance(item, str):
        return SecretUse(_reference(item))
    return SecretUse(_reference(item.ref), item.provider)


def _said_answer(said: int | AnswerTable | None) -> Answer:
    if isinstance(said, AnswerTable):
        return _answer(said)
    return _answer(AnswerTable() if said is None else AnswerTable(said))


def _answer(table: AnswerTable) -> Answer:
    if not 200 <= table.status <= 599:
        raise UsageError(f"{table.status} is not a status to answer with.", "Use 200 to 599.")
    if table.body and table.template:
        raise UsageError("An answer has a body or a template, not both.")
    for field, seconds in (("delay", table.delay), ("over", table.over)):
        if not 0 <= seconds <= 3600:
            raise UsageError(f"{field} {seconds:g} is no time in seconds.", "Use 0 to 3600.")
    return checked(
        Answer(
            table.status,
            _headers(table.headers),
            table.body,
            table.template,
            table.content_type,
            table.delay,
            Way(table.way),
            table.over,
        )
    )


def _headers(headers: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, str]] = []
    for name, values in headers.items():
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
            raise UsageError(f"{name!r} is no name for a header.")
        for value in cast("list[object]", values) if isinstance(values, list) else [values]:
            if re.search(r"[\r\n\0]", str(value)):
                raise UsageError(f"The header {name} holds a line break.")
            pairs.append((name, str(value)))
    return tuple(pairs)


def _program(given: str | ProgramTable) -> Program:
    if isinstance(given, str):
        return read_program(given) if given.strip() else Program()
    return Program(tuple(_step(table) for table in given.steps), given.seed)


def _step(table: StepTable) -> Step:
    if table.chance is not None and not 0 <= table.chance <= 100:
        raise UsageError(f"chance {table.chance:g} is no percentage.", "Use 0 to 100.")
    if table.times is not None and table.times < 1:
        raise UsageError(f"times {table.times} is no number of requests.", "Use 1 or more.")
    when = None
    if table.when is not None:
        headers = tuple((name, str(value)) for name, value in table.when.headers.items())
        body = tuple((name, str(value)) for name, value in table.when.body.items())
        when = Condition(table.when.method.upper(), table.when.path, table.when.event, headers, body)
    return Step(_answer(table), table.times, table.chance, when)


def _guards(table: GuardsTable) -> Guards:
    for text in (*table.allow, *table.deny, *table.trusted_proxies):
        if text == PROVIDER and text not in (*table.deny, *table.trusted_proxies):
            continue
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError as error:
            raise UsageError(f"{text!r} is no network.", "Write it like 192.0.2.0/24 or 2001:db8::/32.") from error
    if table.rate is not None and (table.rate.requests < 1 or not 0 < table.rate.per <= 86400):
        raise UsageError("rate needs requests of 1 or more, and per in seconds, up to a day.")
    references = [_reference(text) if text else "" for text in (table.basic, table.bearer)]
    header = ("", "") if table.header is None else (table.header.name, _reference(table.header.ref))
    return Guards(
        tuple(table.allow),
        tuple(table.deny),
        tuple(method.upper() for method in table.methods),
        tuple(kind.lower() for kind in table.content_types),
        table.body_limit,
        references[0],
        references[1],
        header,
        table.rate.requests if table.rate else 0,
        table.rate.per if table.rate else 1.0,
        table.schema,
        table.signature,
        tuple(table.trusted_proxies),
    )


def _forward(item: str | ForwardTable) -> Forward:
    table = ForwardTable(item) if isinstance(item, str) else item
    if not 1 <= table.attempts <= 20:
        raise UsageError(f"attempts {table.attempts} is out of bounds.", "Use 1 to 20.")
    if not 0 < table.timeout <= LONGEST_TIMEOUT_S:
        raise UsageError(f"timeout {table.timeout:g} is no time to wait.", f"Use up to {LONGEST_TIMEOUT_S} seconds.")
    url = _target("forward", table.url)
    return Forward(url, tuple(table.events), table.relay, table.attempts, table.timeout)


def document_of(endpoint: Endpoint) -> dict[str, Any]:
    """Return an endpoint's fields as its file has them; an empty value is a field to leave out."""
    return {
        "path": endpoint.path,
        "provider": endpoint.provider,
        "public_url": endpoint.public_url,
        "secrets": [
            {"ref": use.reference, "provider": use.provider} if use.provider else use.reference
            for use in endpoint.secrets
        ],
        "settings": dict(endpoint.settings),
        "handshakes": None if endpoint.handshakes else False,
        "answer": _answer_fields(endpoint.answer) or (200 if endpoint.is_answer_said else None),
        "program": _program_fields(endpoint.program),
        "guards": _guards_fields(endpoint.guards),
        "forward": [_forward_fields(forward) for forward in endpoint.forwards],
    }


def _answer_table(answer: Answer, kind: type[AnswerTable] = AnswerTable) -> AnswerTable:
    headers: dict[str, Any] = {}
    for name, value in answer.headers:
        headers[name] = [*headers[name], value] if name in headers else [value]
    return kind(
        answer.status,
        {name: values[0] if len(values) == 1 else values for name, values in headers.items()},
        answer.body,
        answer.template,
        answer.content_type,
        answer.delay_s,
        answer.way.value,
        answer.over_s,
    )


def _answer_fields(answer: Answer) -> dict[str, Any]:
    return _plain(_answer_table(answer))


def _plain(table: AnswerTable) -> dict[str, Any]:
    # msgspec leaves out defaults that are the same object, which numbers with a point are not.
    usual = {"delay": 0.0, "over": 5.0}
    return {name: value for name, value in msgspec.to_builtins(table).items() if usual.get(name) != value}


def _program_fields(program: Program) -> Any:
    if program.phrase or not program.steps:
        return program.phrase
    steps: list[dict[str, Any]] = []
    for step in program.steps:
        table = _answer_table(step.answer, StepTable)
        assert isinstance(table, StepTable)
        table.times, table.chance = step.times, step.chance_percent
        if step.when is not None:
            when = step.when
            table.when = WhenTable(when.method, when.path, when.event, dict(when.headers), dict(when.body))
        steps.append(_plain(table))
    return {"steps": steps, **({"seed": program.seed} if program.seed else {})}


def _guards_fields(guards: Guards) -> dict[str, Any]:
    return msgspec.to_builtins(
        GuardsTable(
            list(guards.allow),
            list(guards.deny),
            list(guards.trusted_proxies),
            list(guards.methods),
            list(guards.content_types),
            guards.body_limit_bytes,
            guards.basic,
            guards.bearer,
            HeaderTable(*guards.header) if guards.header[0] else None,
            RateTable(guards.requests, guards.per_s) if guards.requests else None,
            guards.schema,
            guards.signature,
        )
    )


def _forward_fields(forward: Forward) -> Any:
    table = ForwardTable(forward.url, list(forward.events), forward.relay, forward.attempts, forward.timeout_s)
    return forward.url if forward == Forward(forward.url) else msgspec.to_builtins(table)
