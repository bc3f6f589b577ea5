"""The one place that hands a request to the engine, to be sent or only to be made.

What this version of the engine does not do yet is refused here, in one list, and never left out in silence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.model.authentication import AuthKind
from workbench.model.collection import SavedRequest
from workbench.model.delivery import Delivery
from workbench.model.errors import UsageError
from workbench.model.message import Request
from workbench.model.send_settings import SendSettings
from workbench.storage.paths import Paths

if TYPE_CHECKING:
    from workbench.engine.signing import Signing


@dataclass(frozen=True, slots=True)
class Order:
    """A request to send, with what gives its variables their values."""

    saved: SavedRequest
    file: Path | None = None
    """The saved request's file: its folders and collection give defaults."""
    environment: str = ""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    is_streamed: bool = False
    """The answer's body is to be written while it arrives."""


def send(order: Order, paths: Paths) -> Delivery:
    """Send and return the stored delivery; UsageError where the words make no request."""
    from workbench.engine.serving import run
    from workbench.engine.workbench import open_workbench

    _refuse_what_is_missing(order)
    signing = _signing(order.saved, paths)
    timeout_s = 30.0 if order.saved.settings.timeout_s is None else order.saved.settings.timeout_s or None

    async def sending() -> Delivery:
        async with open_workbench(paths) as workbench:
            return await workbench.deliveries.send(order.saved, signing=signing, timeout_s=timeout_s)

    return run(sending())


def made(order: Order, paths: Paths) -> Request:
    """Return the exact request without sending it; UsageError where the words make none."""
    from workbench.engine.composing import compose

    _refuse_what_is_missing(order)
    target, request = compose(order.saved)
    signing = _signing(order.saved, paths)
    if signing is None:
        return request
    from workbench.engine.signing import signed
    from workbench.model.clock import SystemClock

    return signed(request, target.url, signing, SystemClock().now_us())


def _signing(saved: SavedRequest, paths: Paths) -> "Signing | None":
    choice = saved.signing
    if not choice.provider:
        return None
    from workbench.engine.signing import Signing
    from workbench.storage.packs import load_packs
    from workbench.storage.secrets import Secrets

    return Signing(
        load_packs(paths).require(choice.provider),
        Secrets(paths).resolve(choice.secret).value,
        choice.mode,
        scheme=choice.scheme,
        public_url=choice.public_url,
        settings=dict(choice.settings),
    )


def _refuse_what_is_missing(order: Order) -> None:
    saved = order.saved
    told = SendSettings(timeout_s=saved.settings.timeout_s)
    wanted = {
        "Authentication": saved.auth.kind not in (AuthKind.INHERIT, AuthKind.NONE),
        "A setting such as --follow, --verify, --proxy or --compress": saved.settings != told,
        "--env": bool(order.environment),
        "--var": bool(order.variables),
        "--stream": order.is_streamed,
    }
    for what, is_wanted in wanted.items():
        if is_wanted:
            raise UsageError(f"{what} is not offered yet, so nothing was sent.")
