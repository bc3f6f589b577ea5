"""What checking a signature may need beside the request and the secrets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

KeySource = Callable[[str], str | None]
"""Gives a certificate or key (PEM, or a JSON key set) by its address, from what was fetched and kept; None where it
is not there. It never fetches: that is asked for by the user and done by the engine."""


def no_keys(_url: str) -> str | None:
    """A source without keys."""
    return None


@dataclass(frozen=True, slots=True)
class Context:
    """Settings that are no secrets (`webhook_id`, `audience`), and keys that were fetched before."""

    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    keys: KeySource = no_keys


PLAIN = Context()
