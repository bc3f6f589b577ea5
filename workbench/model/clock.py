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


def elapsed_s() -> float:
    """Return seconds for measuring durations; only differences mean anything. Finer than the clock of some loops."""
    return time.perf_counter()


def as_datetime(instant_us: int) -> datetime:
    """Return an aware UTC datetime, exact to the microsecond."""
    return EPOCH + timedelta(microseconds=instant_us)


def rfc3339(instant_us: int) -> str:
    """Return `2026-11-23T12:03:11.204518Z`: always six digits of fraction, always UTC."""
    return as_datetime(instant_us).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


LATEST_S = 253_402_300_799
"""The end of the year 9999: no later time can be written down."""


def parse_instant(text: str) -> int | None:
    """Return microseconds of RFC 3339, or of seconds since 1970; None where the text is neither."""
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (moment - EPOCH) // timedelta(microseconds=1)
    return int(seconds * 1_000_000) if 0 <= seconds <= LATEST_S else None
