"""`workbench tunnel check NAME`: what the way through a tunnel does to requests."""

import argparse
from typing import Any

from workbench.cli.console import Console
from workbench.model.clock import SystemClock
from workbench.model.errors import UsageError
from workbench.model.round_trip import Aspect, Difference, RoundTrip
from workbench.model.tunnel import Tunnel, TunnelKind
from workbench.storage.paths import Paths
from workbench.storage.tunnel_board import TunnelBoard
from workbench.storage.tunnels import find_tunnel

_SHOWN = 160


def run_check(arguments: argparse.Namespace, console: Console) -> int:
    """Send, compare, and say: 0 where all arrived as it was sent, 1 where not, 3 where nothing arrived."""
    from workbench.engine.serving import run

    paths = Paths.of_home(arguments.home)
    tunnel = find_tunnel(paths, arguments.name)
    running = {str(item["name"]): str(item["url"] or "") for item in TunnelBoard(paths).running()}
    url = running.get(tunnel.name) or (tunnel.url if tunnel.kind is TunnelKind.OWN_URL else "")
    if not url:
        raise UsageError(
            f"The tunnel {tunnel.name} is not running.", f"Start it: workbench tunnel start {tunnel.name}"
        )
    result = run(_check(paths, tunnel, url))
    if arguments.json:
        console.json(round_trip_json(result))
    else:
        _show(result, console)
    if all(trip.failure for trip in result.trips):
        return 3
    return 0 if result.is_exact else 1


async def _check(paths: Paths, tunnel: Tunnel, url: str) -> RoundTrip:
    from workbench.engine.tunnels.checking import check_tunnel

    return await check_tunnel(paths, tunnel, url, SystemClock())


def round_trip_json(result: RoundTrip) -> dict[str, Any]:
    """Return the outcome as one object."""
    return {
        "url": result.url,
        "exact": result.is_exact,
        "requests": [
            {
                "title": trip.title,
                "failure": trip.failure or None,
                "differences": [
                    {"what": str(item.aspect), "name": item.name or None, "sent": item.sent, "arrived": item.arrived}
                    for item in trip.differences
                ],
            }
            for trip in result.trips
        ],
        "broken_signatures": [{"provider": item.provider, "reason": item.reason} for item in result.broken],
    }


def _show(result: RoundTrip, console: Console) -> None:
    from workbench.cli.render import printable

    for trip in result.trips:
        weighty = [item for item in trip.differences if not item.is_harmless]
        console.line(f"{'✗' if trip.failure or weighty else '✓'} {trip.title}  {printable(trip.failure)}".rstrip())
        for item in weighty:
            console.line(f"    {printable(difference_told(item))}")
    for line in harmless_told(result):
        console.line(printable(line))
    if result.broken:
        console.line("Signatures that do not verify after this way:")
        for item in result.broken:
            console.line(f"    {item.name}: {item.reason}")
    elif result.is_exact:
        console.line("Everything arrived to the byte; all providers' signatures stay valid.")


def harmless_told(result: RoundTrip) -> list[str]:
    """Return a line for each kind of change that does no harm, with the headers it was seen at."""
    found: dict[Aspect, dict[str, None]] = {}
    for trip in result.trips:
        for item in trip.differences:
            if item.is_harmless:
                found.setdefault(item.aspect, {})[item.name] = None
    return [f"  {aspect}, which is harmless: {_names(list(names))}" for aspect, names in found.items()]


def _names(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"{', '.join(names[:5])}{more}."


def difference_told(item: Difference) -> str:
    """Return one difference as a line."""
    what = f"{item.aspect} {item.name}".strip()
    if item.aspect is Aspect.HEADER_LOST:
        return f"{what}: {item.sent[:_SHOWN]}"
    return f"{what}: sent {item.sent[:_SHOWN]}, arrived {item.arrived[:_SHOWN]}"
