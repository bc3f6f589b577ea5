"""The time, handed in: the only module that reads it.

Instants travel as integer microseconds since the epoch (the form on disk); `as_datetime` and `rfc3339` are for
people. Durations are integer microseconds (`..._us`) or seconds as float (`..._s`).
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """What tells the time; tests hand in their own."""

    def now_us(self) -> int:
        """Return microseconds since the epoch."""
        ...


class SystemClock:
    """The machine's wall clock."""

    def now_us(self) -> int:
        return time.time_ns() // 1000


def as_datetime(instant_us: int) -> datetime:
    """Return an aware UTC datetime, exact to the microsecond."""
    return EPOCH + timedelta(microseconds=instant_us)


def rfc3339(instant_us: int) -> str:
    """Return `2026-11-23T12:03:11.204518Z`: always six digits of fraction, always UTC."""
    return as_datetime(instant_us).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
