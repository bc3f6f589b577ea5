"""`{{…}}` in requests: what each stands for, put in its place, or shown before anything is sent.

One engine for the window and the command line. A request is walked twice: first to learn what it needs, so that all
missing names are told at once, before anybody is asked anything; then to put the values in. A variable is worked out
once in a sending, so `order = {{$uuid}}` is the same in the body and in a header.

How values are quoted where they go in: in a form they are URL-encoded; everywhere else, also in JSON, they go in as
they are, because only the author knows whether `{{count}}` is to be a number or text. `{{name | json}}` escapes.
"""

import asyncio
from dataclasses import dataclass, field
from shlex import quote as shell_word
from urllib.parse import quote_plus

from workbench.engine.dynamic_values import (
    PROMPT,
    RESPONSE,
    SECRET,
    Making,
    Question,
    Sources,
    Value,
    known_value,
)
from workbench.engine.hidden_errors import hiding
from workbench.engine.path_parameters import unfilled
from workbench.engine.request_texts import Place, changed
from workbench.engine.value_filters import Filter, as_text, filter_key, known_filter
from workbench.model.collection import SavedRequest
from workbench.model.errors import UsageError
from workbench.model.template import BracesError, Call, MissingVariables, Placeholder, placeholders, replaced
from workbench.model.variables import Known, Scope, ScopeKind, Scopes

VALUE_LIMIT_CHARACTERS = 32 * 1024 * 1024
PREVIEW_LIMIT_CHARACTERS = 10_000
DEPTH_LIMIT = 50

_ASKED = Scope(ScopeKind.LOCAL, "asked", {})


@dataclass(frozen=True, slots=True)
class Resolved:
    """A request with every value in its place."""

    request: SavedRequest = field(repr=False)
    used: tuple[Known, ...] = ()
    """The variables that were used, in order of their first use, with their values worked out."""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """Texts to be masked wherever the request shows: secret values, also as filters made them."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What one `{{…}}` at `text[start:end]` stands for."""

    start: int
    end: int
    value: str | None = field(repr=False)
    """None where something is missing. For a dynamic value an example of what will be made."""
    source: str
    """Whose word counts: `environment local`; `made when sent`; or what is wrong."""
    secret: bool = False


async def resolve(saved: SavedRequest, scopes: Scopes, sources: Sources) -> Resolved:
    """Return the request with all values in it.

    MissingVariables names everything that has no value, segments of the path included; UsageError says what else is
    wrong: a circle of variables, a filter nobody knows, a file that cannot be read, a question nobody answers.
    """
    needs = _Needs(scopes)
    await asyncio.to_thread(changed, saved, needs.read)
    needs.check(unfilled(saved))
    fetched = {call: await _fetch(call, sources) for call in needs.to_fetch}
    values = _Values(scopes, Making(sources), fetched)
    with hiding(values.secrets):
        request = await asyncio.to_thread(changed, saved, values.put)  # Files, large bodies, and Faker's 0.2 s.
        if empty := unfilled(request):
            raise MissingVariables((), empty)
    return Resolved(request, tuple(values.used.values()), frozenset(values.secrets - {""}))


async def resolve_text(text: str, scopes: Scopes, sources: Sources) -> str:
    """Return one text with all values in it; errors as `resolve`."""
    resolved = await resolve(SavedRequest(url=text), scopes, sources)
    return resolved.request.url


def preview(text: str, scopes: Scopes) -> list[Preview]:
    """Return what each `{{…}}` of a text stands for now. Nothing is made, asked, read or remembered."""
    return [_preview(placeholder, scopes) for placeholder in placeholders(text)]


def names_in(saved: SavedRequest, scopes: Scopes) -> frozenset[str]:
    """Return the variables that a request uses, also by way of others, whether they have values or not. Blocks.

    UsageError as `resolve`, but for those without a value.
    """
    needs = _Needs(scopes)
    changed(saved, needs.read)
    return needs.names


class _Needs:
    """The first walk: what a request needs that is not in it."""

    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes
        self._missing: dict[str, None] = {}
        self._seen: set[str] = set()
        self.to_fetch: dict[Call, None] = {}
        """Dynamic values that must be asked for or awaited, without their labels."""

    def read(self, text: str, _: Place) -> str:
        self._read(text, ())
        return text

    @property
    def names(self) -> frozenset[str]:
        return frozenset((*self._seen, *self._missing))

    def check(self, segments: tuple[str, ...]) -> None:
        if self._missing or segments:
            raise MissingVariables(tuple(self._missing), segments)

    def _read(self, text: str, inside: tuple[str, ...]) -> None:
        for placeholder in placeholders(text):
            self._need(placeholder.source, inside)
            for call in placeholder.filters:
                _known_filter(call)
                key = filter_key(call)
                if key is not None:
                    self._need(Call(key), inside)

    def _need(self, source: Call, inside: tuple[str, ...]) -> None:
        if source.is_dynamic:
            if known_value(source.name) is None:
                self._missing[source.name] = None
            elif source.name in (PROMPT, RESPONSE):
                self.to_fetch[_plain(source)] = None
            return
        if source.name in inside:
            circle = " → ".join((*inside[inside.index(source.name) :], source.name))
            raise UsageError(f"These variables are made of each other: {circle}.", "Give one of them a value.")
        if source.name in self._seen:
            return
        if len(inside) > DEPTH_LIMIT:
            raise UsageError(f"Variables hold variables more than {DEPTH_LIMIT} deep: {source.name} is one of them.")
        known = self._scopes.find(source.name)
        if known is None:
            self._missing[source.name] = None
            return
        if not known.scope.is_literal:
            self._read(known.value, (*inside, source.name))
        self._seen.add(source.name)


class _Values:
    """The second walk: values made, kept for one sending, and put in."""

    def __init__(self, scopes: Scopes, making: Making, fetched: dict[Call, str]) -> None:
        self._scopes = scopes
        self._making = making
        self._fetched = fetched
        self._known: dict[str, Known] = {}
        self.used: dict[str, Known] = {}
        self.secrets: set[str] = set()

    def put(self, text: str, place: Place) -> str:
        """Return the text with its values in place."""
        return self._put(text, place)[0]

    def _put(self, text: str, place: Place) -> tuple[str, bool]:
        """Return the text with its values, and whether any of them is secret."""
        size, hidden = len(text), False

        def value_of(placeholder: Placeholder) -> str:
            nonlocal size, hidden
            value, secret = self._value(placeholder)
            size, hidden = size + len(value), hidden or secret
            if size > VALUE_LIMIT_CHARACTERS:
                raise UsageError("The values of this request grow without bound.", "Look at what they are made of.")
            quoted = quote_plus(value) if place is Place.FORM else value
            if secret:
                self.secrets |= {value, quoted}
            return quoted

        return replaced(text, value_of), hidden

    def _value(self, placeholder: Placeholder) -> tuple[str, bool]:
        value, secret = self._source(placeholder.source)
        for call in placeholder.filters:
            found = _known_filter(call)
            value = found.apply(value, call.arguments, lambda name: self._variable(name).value)
            secret = secret and not found.hides
        return as_text(value), secret

    def _source(self, source: Call) -> tuple[Value, bool]:
        if not source.is_dynamic:
            known = self._variable(source.name)
            return known.value, known.secret
        if source.name in (PROMPT, RESPONSE):
            value = self._fetched[_plain(source)]
            if source.name == PROMPT:
                self._use(Known(source.arguments[0], value, _ASKED, _is_secret(source)))
            return value, _is_secret(source)
        return self._making.make(source.name, source.arguments, source.label), _is_secret(source)

    def _variable(self, name: str) -> Known:
        if name not in self._known:
            known = self._scopes.find(name)
            if known is None:
                raise MissingVariables((name,))
            value, secret = (known.value, False) if known.scope.is_literal else self._put(known.value, Place.TEXT)
            self._known[name] = Known(name, value, known.scope, known.secret or secret)
        self._use(self._known[name])
        return self._known[name]

    def _use(self, known: Known) -> None:
        self.used.setdefault(known.name, known)
        if known.secret:
            self.secrets.add(known.value)


def _is_secret(source: Call) -> bool:
    return source.name in (PROMPT, RESPONSE, "$env") and source.arguments[1:][-1:] == (SECRET,)


def _plain(source: Call) -> Call:
    return Call(source.name, source.arguments)


def _known_filter(call: Call) -> Filter:
    found = known_filter(call.name)
    if found is None:
        raise BracesError(f"There is no filter {call.name!r} for values.")
    return found


async def _fetch(call: Call, sources: Sources) -> str:
    if not call.arguments:
        what = "a label" if call.name == PROMPT else "a request's name"
        raise UsageError(f"{call.name} needs {what}.", f'For example {{{{{call.name} "…"}}}}.')
    return await (_asked(call, sources) if call.name == PROMPT else _answered(call, sources))


async def _asked(call: Call, sources: Sources) -> str:
    label = call.arguments[0]
    if sources.ask is None:
        raise UsageError(f"The request asks for {label!r}, and there is nobody to ask here.")
    answer = await sources.ask(Question(label, _is_secret(call)))
    if answer is None:
        raise UsageError(f"{label!r} was not given, so nothing was sent.")
    return answer


async def _answered(call: Call, sources: Sources) -> str:
    from workbench.engine.checking_answers import Answer, taken

    words = call.arguments[:-1] if _is_secret(call) else call.arguments
    name, expression = (*words, "body")[:2]
    attempt = await sources.answer_of(name) if sources.answer_of is not None else None
    if attempt is None and sources.contained and sources.folder is not None:
        raise UsageError(
            f"The request reads the answer to {name!r} in the history, and its collection is not trusted here.",
            f"Trust it with: workbench collections trust {shell_word(str(sources.folder))}",
        )
    if attempt is None or attempt.response is None:
        raise UsageError(f"The request {name!r} has no answer yet, which this one needs.", "Send it first.")
    return taken(Answer.of(attempt), expression)


def _preview(placeholder: Placeholder, scopes: Scopes) -> Preview:
    source = placeholder.source
    at = (placeholder.start, placeholder.end)
    if source.is_dynamic:
        entry = known_value(source.name)
        if entry is None:
            return Preview(*at, None, f"{source.name} is not known")
        return Preview(*at, entry.example, "made when sent")
    known = scopes.find(source.name)
    if known is None:
        return Preview(*at, None, "no value")
    try:
        value, secret = _Shown(scopes).value(placeholder)
    except UsageError as error:
        return Preview(*at, None, error.message)
    return Preview(*at, value, f"{known.scope.kind} {known.scope.name}".strip(), secret)


class _Shown:
    """Values as they are now, with examples for those that are made when sent; each worked out once."""

    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes
        self._known: dict[str, tuple[str, bool]] = {}
        self._inside: list[str] = []

    def value(self, placeholder: Placeholder) -> tuple[str, bool]:
        """Return what a placeholder stands for, and whether it is secret; UsageError where something is missing."""
        made, secret = self._source(placeholder.source)
        value: Value = made
        for call in placeholder.filters:
            value = _known_filter(call).apply(value, call.arguments, lambda name: self._source(Call(name))[0])
        return as_text(value), secret

    def _source(self, source: Call) -> tuple[str, bool]:
        name = source.name
        if source.is_dynamic:
            entry = known_value(name)
            if entry is None:
                raise MissingVariables((name,))
            return entry.example, False
        if name not in self._known:
            self._known[name] = self._variable(name)
        return self._known[name]

    def _variable(self, name: str) -> tuple[str, bool]:
        known = self._scopes.find(name)
        if known is None:
            raise MissingVariables((name,))
        if known.scope.is_literal:
            return known.value, known.secret
        if name in self._inside:
            raise UsageError(f"These variables are made of each other: {' → '.join((*self._inside, name))}.")
        if len(self._inside) > DEPTH_LIMIT:
            raise UsageError(f"Variables hold variables more than {DEPTH_LIMIT} deep.")
        self._inside.append(name)
        secret, size = known.secret, 0

        def value_of(inner: Placeholder) -> str:
            nonlocal secret, size
            value, hidden = self.value(inner)
            secret, size = secret or hidden, size + len(value)
            return value if size < PREVIEW_LIMIT_CHARACTERS else "…"

        shown = replaced(known.value, value_of)
        self._inside.pop()
        return shown, secret
