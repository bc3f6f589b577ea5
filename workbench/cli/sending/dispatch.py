"""The one place that hands a request to the engine, to be sent or only to be made."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.collection_names import environment_root
from workbench.model.collection import SavedRequest
from workbench.model.message import Request
from workbench.storage.paths import Paths

if TYPE_CHECKING:
    from workbench.engine.body_sink import BodySink
    from workbench.engine.delivering import Sent
    from workbench.engine.dynamic_values import Sources
    from workbench.engine.preparing import Prepared
    from workbench.engine.sending_context import SendingContext
    from workbench.engine.workbench import Workbench

Warn = Callable[[str], None]
"""Tells the user, who may go on."""


@dataclass(frozen=True, slots=True)
class Order:
    """A request to send, with what gives its variables their values."""

    saved: SavedRequest
    file: Path | None = None
    """The saved request's file: its folders and collection give defaults."""
    environment: str = ""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    may_ask: bool = True
    """Whether a person is there to answer what `{{$prompt}}` asks."""


def send(order: Order, paths: Paths, warn: Warn, sink: "BodySink | None" = None) -> "Sent":
    """Send, store and check; UsageError where the words make no request. A sink takes the answer's body."""
    from workbench.engine.workbench import open_workbench

    async def sending() -> "Sent":
        async with open_workbench(paths) as workbench:
            around = await asyncio.to_thread(_around, order, paths, workbench, warn)
            return await workbench.deliveries.send_and_check(order.saved, sink=sink, **around)

    # Not on uvloop: loading what serves costs more than it gains here, and its clock counts in milliseconds.
    return asyncio.run(sending())


def made(order: Order, paths: Paths, warn: Warn) -> Request:
    """Return the exact request without sending it; UsageError where the words make none."""
    from workbench.engine.workbench import open_workbench

    async def making() -> Request:
        async with open_workbench(paths) as workbench:
            around = await asyncio.to_thread(_around, order, paths, workbench, warn)
            return (await workbench.deliveries.prepare(order.saved, **around)).request

    return asyncio.run(making())


def shown(order: Order, paths: Paths, warn: Warn) -> "Prepared":
    """Return the request as `made` does, not signed, with a word for each secret that the user did not type."""
    from workbench.engine.request_programs import prepare_for_program
    from workbench.engine.workbench import open_workbench

    async def making() -> "Prepared":
        async with open_workbench(paths) as workbench:
            context = await asyncio.to_thread(_context, order, paths, warn)
            scopes = context.scopes_for(order.saved, order.variables)
            sources = _sources(order, workbench, context)
            return await prepare_for_program(workbench.deliveries, order.saved, context, scopes, sources)

    return asyncio.run(making())


def _around(order: Order, paths: Paths, workbench: "Workbench", warn: Warn) -> dict[str, Any]:
    """Return what `DeliveryService.prepare` takes beside the request. Blocks: files and secrets are read."""
    from workbench.engine.unlocking import refuse_locked

    context = _context(order, paths, warn)
    refuse_locked(order.saved, context, order.variables)
    return {
        "scopes": context.scopes_for(order.saved, order.variables),
        "inherited": context.inherited,
        "signing": workbench.signatures.signing_of,
        "sources": _sources(order, workbench, context),
    }


def _context(order: Order, paths: Paths, warn: Warn) -> "SendingContext":
    from workbench.engine.sending_context import sending_context
    from workbench.storage.secrets import Secrets

    root = environment_root(paths, order.environment) if order.file is None and order.environment else None
    context = sending_context(order.file, order.environment, Secrets(paths), root=root)
    for problem in context.problems:
        warn(f"workbench: {problem}")
    # Words that were typed take values from a collection, and nothing else of it.
    return context if order.file is not None else replace(context, inherited=())


def _sources(order: Order, workbench: "Workbench", context: "SendingContext") -> "Sources":
    from workbench.cli.sending.authentication import answered
    from workbench.engine.dynamic_values import Sources

    return Sources(workbench.clock, folder=context.folder, ask=answered if order.may_ask else None)
