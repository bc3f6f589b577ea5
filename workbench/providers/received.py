"""The signature that came with a request: found, split and stripped of its prefix, not yet decoded."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.providers.encodings import SIGNATURE_LIMIT
from workbench.providers.pack import Scheme, SignaturePlace
from workbench.providers.subject import Subject, text_of, value_at

_NUMBER = re.compile(r"\d{1,3}")
CANDIDATES_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Received:
    """What stands in a signature's place: the whole text, the signatures in it, and its other members."""

    raw: str
    candidates: tuple[str, ...]
    members: Mapping[str, str] = field(default_factory=dict[str, str])
    fault: str = ""
    """Why nothing in it is a signature of this scheme, as a sentence."""


def read_signature(scheme: Scheme, subject: Subject) -> Received | None:
    """Return what stands in the scheme's place, or None where nothing does."""
    place = scheme.place
    texts = _texts(place, subject)
    if not texts:
        return None
    if any(len(text) > SIGNATURE_LIMIT for text in texts):
        longest = max(len(text) for text in texts)
        fault = f"The {place.described} holds {longest:,} characters, which is no signature."
        return Received(texts[0][:200], (), fault=fault)
    if place.headers:
        return _stripped(place, ", ".join(texts), texts, {})
    if place.pairs:
        return _pairs(place, texts[0])
    if place.list:
        return _list(place, texts[0])
    return _stripped(place, texts[0], texts[:1], {})


def _texts(place: SignaturePlace, subject: Subject) -> list[str]:
    if place.header:
        value = subject.header(place.header.lower())
    elif place.headers:
        return _numbered(place.headers.lower(), subject)
    elif place.query:
        value = subject.query.get(place.query)
    else:
        value = text_of(value_at(subject.tree, place.body))
    return [] if value is None else [value]


def _numbered(prefix: str, subject: Subject) -> list[str]:
    return [
        value
        for name, value in subject.headers
        if name.lower().startswith(prefix) and _NUMBER.fullmatch(name[len(prefix) :])
    ][:CANDIDATES_LIMIT]


def _pairs(place: SignaturePlace, text: str) -> Received:
    pairs = [item.strip().partition("=") for item in text.split(place.pairs, CANDIDATES_LIMIT)]
    members = {name: value for name, _, value in reversed(pairs)}
    candidates = [value for name, equals, value in pairs if equals and name == place.pick]
    if not candidates:
        fault = f"The {place.described} has no {place.pick}=…, which is the only member that counts."
        return Received(text, (), members, fault)
    return _stripped(place, text, candidates, members)


def _list(place: SignaturePlace, text: str) -> Received:
    items = [item.strip() for item in text.split(place.list, CANDIDATES_LIMIT)]
    candidates = [item[len(place.pick) :] for item in items if item.startswith(place.pick)]
    if not candidates:
        return Received(text, (), fault=f"The {place.described} has no signature that begins with {place.pick!r}.")
    return _stripped(place, text, candidates, {})


def _stripped(place: SignaturePlace, raw: str, texts: list[str], members: Mapping[str, str]) -> Received:
    if not place.prefix:
        return Received(raw, tuple(texts), members)
    kept = tuple(text[len(place.prefix) :] for text in texts if text.startswith(place.prefix))
    fault = "" if kept else f"The {place.described} does not begin with {place.prefix!r}."
    return Received(raw, kept, members, fault)


def write_signature(place: SignaturePlace, signature: str, members: Mapping[str, str]) -> str:
    """Return the text for a signature's place; `members` stand before it where the place is made of pairs."""
    text = f"{place.prefix}{signature}"
    if place.pairs:
        return place.pairs.join(f"{name}={value}" for name, value in {**members, place.pick: text}.items())
    return f"{place.pick}{text}" if place.list else text
