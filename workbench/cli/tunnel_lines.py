"""What is said of a tunnel while it runs, and the orders that its process takes."""

import asyncio
from typing import Any

from workbench.cli.console import Console
from workbench.cli.control import Control
from workbench.engine.tunnels.opening import local_of
from workbench.engine.tunnels.service import TunnelService
from workbench.model.clock import SystemClock
from workbench.model.errors import UsageError
from workbench.model.tunnel import RELAYED, TunnelState, TunnelStatus, told
from workbench.model.tunnel_json import status_json


class TunnelLines:
    """Says each change of a tunnel: `{"tunnel": {...}}` as JSON, a sentence for people.

    A proof that only is newer is no change for people, and is one for programs.
    """

    def __init__(self, console: Console, service: TunnelService, *, as_json: bool, with_output: bool) -> None:
        self.last = service.status
        self._console = console
        self._as_json = as_json
        self._told: tuple[object, ...] = ()
        service.changed.subscribe(self._say)
        if with_output:
            service.said.subscribe(self._say_output)
        if not service.tunnel.is_exact and not as_json:
            console.note(f"workbench: {RELAYED}")

    def _say(self, status: TunnelStatus) -> None:
        self.last = status
        if self._as_json:
            self._console.json({"tunnel": status_json(status)})
        elif _words(status) != self._told and not (status.state is TunnelState.STARTING and status.starts > 1):
            self._told = _words(status)
            self._console.note(f"tunnel {told(status, SystemClock().now_us())}")
            if status.hint:
                self._console.note(f"  {status.hint}")

    def _say_output(self, line: str) -> None:
        if self._as_json:
            self._console.json({"output": line})
        else:
            self._console.note(f"  {line}")


def _words(status: TunnelStatus) -> tuple[object, ...]:
    return status.state, status.url, status.reason, status.proof.state, status.proof.part, status.proof.reason


def obey_control(console: Console, service: TunnelService, stop: asyncio.Event) -> None:
    """Take orders on standard input: `{"check": true}`, `{"again": true}`, `{"local": URL}`, `{"stop": true}`."""

    def obey(order: dict[str, Any]) -> None:
        match order:
            case {"stop": True}:
                stop.set()
            case {"check": True}:
                service.check_now()
            case {"again": True}:
                service.start_again()
            case {"local": str(url)}:
                try:
                    service.lead_to(local_of(url))
                except UsageError as error:
                    console.note(f"workbench: {error.message}")
            case _:
                console.note(f"workbench: the tunnel does not know this order: {sorted(order)}")

    Control(console).start(asyncio.get_running_loop(), obey)
