"""Whose request it is, and what it is about: by headers first, by the body only where they say nothing."""

import datetime
from collections.abc import Iterable

from workbench.model.signature import Detection
from workbench.providers.pack import DetectRule, EventRule, Provider
from workbench.providers.selectors import Selectors, first_text
from workbench.providers.subject import Subject, text_of

_EARLIEST_S = 315_532_800  # 1980: a smaller number is no time.
_MILLISECONDS_FROM = 100_000_000_000  # As seconds that is the year 5138.
VALUE_LIMIT = 200
"""Longest event type or delivery id that is kept."""


class Detector:
    """Rules of many packs, found by the header that a request must have."""

    def __init__(self, providers: Iterable[Provider]) -> None:
        self._by_header: dict[str, list[tuple[DetectRule, Provider]]] = {}
        self._others: list[tuple[DetectRule, Provider]] = []
        for provider in providers:
            for rule in provider.detect:
                if rule.headers:
                    self._by_header.setdefault(rule.headers[0], []).append((rule, provider))
                else:
                    self._others.append((rule, provider))
        self._names = frozenset(self._by_header)

    def providers(self, subject: Subject) -> list[Provider]:
        """Return the providers whose request this may be, the surest first."""
        names = subject.header_names
        found: dict[str, tuple[int, Provider]] = {}
        for name in names & self._names:
            _keep(found, self._by_header[name], names, subject)
        if not found:
            _keep(found, self._others, names, subject)
        if len(found) == 1:
            return [provider for _, provider in found.values()]
        ranked = sorted(found.values(), key=lambda item: (-item[0], item[1].id))
        return [provider for _, provider in ranked]

    def detect(self, subject: Subject) -> tuple[Provider | None, Detection]:
        """Return the provider and what it says of itself; a user's own pack wins where two are as sure."""
        candidates = self.providers(subject)
        if not candidates:
            return None, Detection()
        provider = candidates[0]
        others = tuple(other.id for other in candidates[1:])
        return provider, describe(provider, subject, others)


def _keep(
    found: dict[str, tuple[int, Provider]],
    rules: list[tuple[DetectRule, Provider]],
    names: set[str],
    subject: Subject,
) -> None:
    for rule, provider in rules:
        if _fits(rule, names, subject):
            weight = rule.weight * 2 + provider.is_own
            if weight > found.get(provider.id, (-1, provider))[0]:
                found[provider.id] = (weight, provider)


def _fits(rule: DetectRule, names: set[str], subject: Subject) -> bool:
    if any(name not in names for name in rule.headers) or any(name in names for name in rule.without):
        return False
    if rule.user_agent and not (subject.header("user-agent") or "").startswith(rule.user_agent):
        return False
    if any(name not in subject.query for name in rule.query):
        return False
    if any(selector.value(subject) is None for selector in rule.body):
        return False
    return all(selector.text(subject) == wanted for selector, wanted in rule.body_equals)


def describe(provider: Provider, subject: Subject, others: tuple[str, ...] = ()) -> Detection:
    """Return what a provider's request says of itself."""
    rule = provider.events
    return Detection(
        provider=provider.id,
        event=first_text(rule.type, subject)[:VALUE_LIMIT],
        delivery_id=first_text(rule.delivery_id, subject)[:VALUE_LIMIT],
        sent_at_us=_time(rule.timestamp, subject),
        attempt=_attempt(rule, subject),
        others=others,
    )


def _time(selectors: Selectors, subject: Subject) -> int | None:
    for selector in selectors:
        text = selector.text(subject)
        if text:
            moment = parse_time(text)
            if moment is not None:
                return moment
    return None


def parse_time(text: str) -> int | None:
    """Return microseconds since 1970 of a number (seconds or milliseconds, by its size) or of ISO 8601; or None."""
    try:
        number = float(text)
    except ValueError:
        return _iso_time(text)
    if not _EARLIEST_S <= number < 1e15:
        return None
    return int(number * 1000) if number >= _MILLISECONDS_FROM else int(number * 1_000_000)


def _iso_time(text: str) -> int | None:
    try:
        moment = datetime.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return int(moment.timestamp() * 1_000_000)


def _attempt(rule: EventRule, subject: Subject) -> int | None:
    if rule.attempt is None:
        return None
    text = text_of(rule.attempt.value(subject))
    if text is None or not text.isdecimal() or len(text) > 6:
        return None
    return int(text) + 1 - rule.attempt_counts_from
