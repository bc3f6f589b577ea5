"""What goes into the log beside captures: changes of the configuration in words, and what the listener did."""

import json
import logging
from collections.abc import Iterator, Sequence

from workbench.engine.capturing import Refusal
from workbench.engine.configuration import Change
from workbench.engine.rules import Rules
from workbench.model.clock import Clock
from workbench.model.endpoint import Endpoint
from workbench.model.errors import WorkbenchError
from workbench.model.log_entry import LogEntry, LogKind
from workbench.storage.database import Database
from workbench.storage.endpoint_document import document_of
from workbench.storage.log import add_log_entries

log = logging.getLogger(__name__)

SHOWN_CHARACTERS = 160


class ChangeLog:
    """Writes to the log of one home."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def listens(self, url: str) -> None:
        """Note where the listener listens from now on."""
        self._add(LogKind.LISTENER, "", f"Listening on {url}.")

    def stopped(self) -> None:
        """Note the end."""
        self._add(LogKind.LISTENER, "", "Stopped listening.")

    def changed(self, change: Change) -> None:
        """Note what is in force now and was not before."""
        for subject, message in changes(change.before, change.after):
            self._add(LogKind.CHANGED, subject, message)

    def problems(self, sentences: Sequence[str]) -> None:
        """Note what of the configuration cannot be used."""
        for sentence in sentences:
            self._add(LogKind.CHANGED, "", sentence)

    def refused(self, refusal: Refusal) -> None:
        """Note a request that could not be stored, as far as this can be."""
        self._add(LogKind.REFUSED, "", f"Refused with 503: {refusal.error.message}")

    def _add(self, kind: LogKind, subject: str, message: str) -> None:
        entry = LogEntry(self._clock.now_us(), kind, subject, message)
        self._database.submit(add_log_entries, entry, _said)


def _said(_result: object, error: WorkbenchError | None) -> None:
    if error is not None:
        log.warning("the log was not written: %s", error.message)


def changes(before: Rules, after: Rules) -> Iterator[tuple[str, str]]:
    """Yield the endpoints that are not as before, each with what changed; values of secrets never stand there."""
    for name in sorted({endpoint.name for endpoint in (*before.endpoints.all, *after.endpoints.all)}):
        old, new = before.endpoints.get(name), after.endpoints.get(name)
        if new is None:
            yield name, "Removed."
        elif old is None:
            yield name, f"Added: {_differences(Endpoint(name), new)}."
        elif words := _differences(old, new):
            yield name, f"Changed: {words}."
        elif before.secrets_of(old) != after.secrets_of(new):
            yield name, "The values of its secrets changed."
        if new is not None and name in before.unusable and name not in after.unusable:
            yield name, "It can be used again."


def _differences(old: Endpoint, new: Endpoint) -> str:
    was, now = document_of(old), document_of(new)
    return ", ".join(
        f"{field} {_words(was[field])} → {_words(now[field])}" for field in now if was[field] != now[field]
    )


def _words(value: object) -> str:
    if value in (None, "", [], {}):
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"
