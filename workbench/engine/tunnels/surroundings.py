"""Notices that the machine slept or changed its network: then everything that was proven is to be proven again."""

import socket
from collections.abc import Callable

from workbench.model.clock import Clock, elapsed_s

SLEPT_S = 3.0
"""A tick so late, or clocks so far apart, mean that the machine stood still."""


def network_mark() -> tuple[str, ...]:
    """Return the addresses that we would send from; differs after a change of network. Sends nothing."""
    return tuple(
        _source(family, far) for family, far in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
    )


def _source(family: socket.AddressFamily, far: str) -> str:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((far, 9))
            return str(probe.getsockname()[0])
    except OSError:
        return ""


class Surroundings:
    """Looked at every half second or so; says what happened since."""

    def __init__(
        self,
        clock: Clock,
        mark: Callable[[], tuple[str, ...]] = network_mark,
        elapsed: Callable[[], float] = elapsed_s,
    ) -> None:
        self._clock = clock
        self._mark_of = mark
        self._elapsed = elapsed
        self._mark = mark()
        self._wall_s, self._steady_s = clock.now_us() / 1e6, elapsed()

    def look(self, expected_s: float) -> str:
        """Return what happened since the last look, which was due `expected_s` ago; empty where nothing did."""
        wall_s, steady_s, mark = self._clock.now_us() / 1e6, self._elapsed(), self._mark_of()
        wall, steady = wall_s - self._wall_s, steady_s - self._steady_s
        changed = mark != self._mark
        self._wall_s, self._steady_s, self._mark = wall_s, steady_s, mark
        if wall - steady > SLEPT_S or steady - expected_s > SLEPT_S:
            return "The machine slept."
        return "The network changed." if changed else ""
