"""The cause of a signature that does not fit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """A mistake that explains what came; `id` is stable, for programs."""

    id: str
    sentence: str
    advice: str
