"""The listener under the window: what it tells, and the orders that it takes."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from workbench.cli.console import Console
from workbench.cli.control import Control
from workbench.engine.capturing import Refusal
from workbench.engine.rules import Rules
from workbench.engine.serving import Serving
from workbench.model.errors import ListenError, WorkbenchError
from workbench.storage.certificates import CertificateFiles

ANNOUNCE_EVERY_S = 1 / 30
Secure = Callable[[int | None], tuple[int, CertificateFiles | None]]
"""Returns the port for https and the certificate for it, None for no https, for a port or that of the settings."""


def failure_json(error: WorkbenchError) -> dict[str, Any]:
    """Return an error for the window, which shows it and may offer a way out."""
    return {
        "kind": type(error).__name__,
        "message": error.message,
        "hint": error.hint,
        "free_port": error.free_port if isinstance(error, ListenError) else None,
    }


async def run_controlled(served: Serving, console: Console, stop: asyncio.Event, secure: Secure) -> None:
    """Listen for the window, orders in, news out, until told to stop."""
    control = Control(console)
    stored = served.ledger.last_number
    waiting = False
    last = 0.0

    def announce() -> None:
        nonlocal waiting, last
        waiting, last = False, time.monotonic()
        control.report({"stored": stored, "refused": served.captures.refused_count})

    def on_stored(number: int) -> None:
        nonlocal stored, waiting
        stored = max(stored, number)
        if not waiting:
            waiting = True
            delay = max(0.0, last + ANNOUNCE_EVERY_S - time.monotonic())
            asyncio.get_running_loop().call_later(delay, announce)

    def on_refused(refusal: Refusal) -> None:
        control.report({"refused": refusal.count, "notice": failure_json(refusal.error)})

    def on_problems(problems: Sequence[str]) -> None:
        for problem in problems:
            control.say({"notice": {"message": problem, "hint": None}})

    served.captures.stored.subscribe(on_stored)
    served.judging.judged.subscribe(lambda up_to: control.report({"judged": up_to}))
    served.configuration.taken_up.subscribe(lambda rules: control.say({"endpoints": _endpoints_json(rules)}))
    served.captures.relayed.subscribe(lambda _: control.report({"judged": served.judging.up_to}))
    served.forwarding.finished.subscribe(lambda item: control.report({"forwarded": item.capture_number}))
    served.configuration.problems.subscribe(on_problems)
    served.forwarding.targets.changed.subscribe(
        lambda health: control.say({"target": {"url": health.url, "up": health.is_up, "reason": health.reason}})
    )
    served.captures.refused.subscribe(on_refused)
    served.captures.to_confirm.subscribe(
        lambda asked: control.say({"to_confirm": asked.number, "reason": asked.reason})
    )
    control.say({"listening": served.listener.url, "port": served.listener.port, "stored": stored})
    served.configuration.watch()
    await _secure(None, secure, served, control)
    control.start(asyncio.get_running_loop(), lambda order: _obey(order, served, control, stop, secure))
    await stop.wait()
    await served.listener.stop()
    announce()
    control.close()


def _endpoints_json(rules: Rules) -> list[dict[str, Any]]:
    """Return for the window what each endpoint in force is, and why one lets nobody in."""
    return [
        {
            "name": endpoint.name,
            "path": endpoint.path,
            "provider": endpoint.provider,
            "targets": [forward.url for forward in endpoint.forwards],
            "problem": rules.unusable.get(endpoint.name, ""),
        }
        for endpoint in rules.endpoints.all
    ]


def _obey(order: dict[str, Any], served: Serving, control: Control, stop: asyncio.Event, secure: Secure) -> None:
    match order:
        case {"stop": True}:
            stop.set()
        case {"unlock": str(passphrase)}:
            served.configuration.passphrase = passphrase
            control.tasks.start(served.configuration.reload(), "open the secrets")
        case {"reload": True}:
            control.tasks.start(served.configuration.reload(), "read the configuration anew")
        case {"https": int(port)}:
            control.tasks.start(_secure(port, secure, served, control), "listen for https")
        case {"port": int(port)}:
            control.tasks.start(_move(port, served, control), "move to another port")
        case _:
            control.say(
                {"notice": {"message": f"The listener does not know this order: {sorted(order)}", "hint": None}}
            )


async def _move(port: int, served: Serving, control: Control) -> None:
    try:
        await served.listener.move(port)
    except ListenError as error:
        control.say({"not_moved": failure_json(error)})
        return
    control.say({"listening": served.listener.url, "port": served.listener.port})


async def _secure(port: int | None, secure: Secure, served: Serving, control: Control) -> None:
    """Listen for https on a port, 0 for no more, None for the settings' own; what cannot be is said."""
    listener = served.listener
    try:
        wanted, files = await asyncio.to_thread(secure, port)
        if files is not None:
            await listener.listen_for_https(wanted, files)
        elif listener.https_port is not None:
            await listener.stop_https()
        elif port is None:
            return
    except WorkbenchError as error:
        control.say({"no_https": failure_json(error)})
        return
    authority = str(files.authority) if files is not None and files.authority is not None else ""
    control.say({"https": listener.https_url or "", "https_port": listener.https_port or 0, "authority": authority})
