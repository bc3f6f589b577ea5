"""`workbench tunnel`: ways for the world to reach the listener, started, proven and stopped.

`start` runs until it is stopped: Ctrl+C, `workbench tunnel stop`, or with `--control` the end of standard input.
"""

import argparse
import asyncio
from typing import Any

from workbench.cli.console import Console
from workbench.model.clock import SystemClock
from workbench.model.errors import UsageError
from workbench.model.tunnel import Tunnel, TunnelState, told
from workbench.model.tunnel_json import status_of_json
from workbench.storage.paths import Paths

STOP_TIMEOUT_S = 10.0
LOOK_EVERY_S = 0.1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `tunnel`."""
    actions: Any = parser.add_subparsers(metavar="ACTION", required=True)
    listed = actions.add_parser("list", help="the tunnels there are, and whether they can be started here")
    listed.add_argument("--json", action="store_true")
    listed.set_defaults(run=_list)
    start = actions.add_parser("start", help="start a tunnel to the listener and prove that it works")
    start.add_argument("name", help="a tunnel's name, or your own public address")
    start.add_argument("--to", metavar="URL", help="where it leads to (default: the listener of this home)")
    start.add_argument("--once", action="store_true", help="stop as soon as it is proven; 3 where it is not in 30 s")
    start.add_argument("--output", action="store_true", help="show what the tunnel's program says")
    start.add_argument("--json", action="store_true", help="one JSON object a line: how it stands, at each change")
    start.add_argument("--control", action="store_true", help="take orders on standard input; its end means stop")
    start.set_defaults(run=_start)
    status = actions.add_parser("status", help="how running tunnels stand; 1 where none works, or one does not")
    status.add_argument("name", nargs="?", help="only this one")
    status.add_argument("--json", action="store_true")
    status.set_defaults(run=_status)
    stop = actions.add_parser("stop", help="stop a tunnel, whichever process runs it")
    stop.add_argument("name", nargs="?", help="which one (default: all)")
    stop.set_defaults(run=_stop)
    change = actions.add_parser("set", help="write down a tunnel of your own, or change one")
    change.add_argument("name")
    change.add_argument("fields", nargs="+", metavar="FIELD=VALUE", help="kind, host, port, url, token …")
    change.set_defaults(run=_set)
    remove = actions.add_parser("remove", help="forget what was written down of a tunnel")
    remove.add_argument("name")
    remove.set_defaults(run=_remove)
    check = actions.add_parser("check", help="send hard requests through the public address, compare what arrives")
    check.add_argument("name", help="a running tunnel, or your own public address")
    check.add_argument("--json", action="store_true")
    check.set_defaults(run=_check)


def _list(arguments: argparse.Namespace, console: Console) -> int:
    from workbench.engine.tunnels.finding import find_program
    from workbench.storage.tunnels import load_tunnels

    for tunnel in load_tunnels(Paths.of_home(arguments.home)):
        found = find_program(tunnel)
        if arguments.json:
            console.json(
                {
                    "name": tunnel.name,
                    "kind": str(tunnel.kind),
                    "about": tunnel.about,
                    "found": found.is_there,
                    "program": found.program or None,
                    "install": found.install or None,
                    "exact": tunnel.is_exact,
                }
            )
            continue
        console.line(f"{'●' if found.is_there else '○'} {tunnel.name:14} {tunnel.about or tunnel.host or tunnel.url}")
        if not found.is_there:
            console.line(f"  {'':14} not found. {found.install}")
    return 0


def _start(arguments: argparse.Namespace, console: Console) -> int:
    from workbench.engine.serving import run
    from workbench.storage.tunnels import find_tunnel

    tunnel = find_tunnel(Paths.of_home(arguments.home), arguments.name)
    return run(_run(tunnel, arguments, console))


async def _run(tunnel: Tunnel, arguments: argparse.Namespace, console: Console) -> int:
    from workbench.cli.signals import stop_on_signals
    from workbench.cli.tunnel_lines import TunnelLines, obey_control
    from workbench.engine.tunnels.opening import listener_of, local_of, open_tunnel

    paths = Paths.of_home(arguments.home)
    local = local_of(arguments.to) if arguments.to else listener_of(paths)
    stop = asyncio.Event()
    stop_on_signals(stop)
    async with open_tunnel(paths, tunnel, local, stop, follows=not arguments.to) as service:
        lines = TunnelLines(
            console, service, as_json=arguments.json, with_output=arguments.output or arguments.control
        )
        if arguments.control:
            obey_control(console, service, stop)
        if not arguments.once:
            await stop.wait()
            return 0
        service.changed.subscribe(lambda status: stop.set() if status.is_working else None)
        service.changed.subscribe(lambda status: stop.set() if status.state is TunnelState.FAILED else None)
        try:
            async with asyncio.timeout(30):
                await stop.wait()
        except TimeoutError:
            pass
        return 0 if lines.last.is_working else 3


def _status(arguments: argparse.Namespace, console: Console) -> int:
    from workbench.storage.tunnel_board import TunnelBoard

    found = [
        item
        for item in TunnelBoard(Paths.of_home(arguments.home)).running()
        if arguments.name in (None, item.get("name"))
    ]
    statuses = [status_of_json(item) for item in found]
    if arguments.json:
        for item in found:
            console.json(item)
    elif not found:
        console.note("No tunnel is running." if arguments.name is None else f"{arguments.name} is not running.")
    else:
        now_us = SystemClock().now_us()
        for status in statuses:
            console.line(told(status, now_us))
    return 0 if statuses and all(status.is_working for status in statuses) else 1


def _stop(arguments: argparse.Namespace, console: Console) -> int:
    from workbench.storage.tunnel_board import TunnelBoard

    board = TunnelBoard(Paths.of_home(arguments.home))
    names = [arguments.name] if arguments.name else [str(item["name"]) for item in board.running()]
    if not names:
        console.note("No tunnel is running.")
        return 0
    for name in names:
        board.ask_to_stop(name)
    if not asyncio.run(_gone(board, names)):
        console.note("workbench: a tunnel did not stop in time.")
        return 1
    console.note(f"Stopped: {', '.join(names)}.")
    return 0


async def _gone(board: Any, names: list[str]) -> bool:
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            while any(board.is_running(name) for name in names):  # noqa: ASYNC110  # Other processes.
                await asyncio.sleep(LOOK_EVERY_S)
    except TimeoutError:
        return False
    return True


def _set(arguments: argparse.Namespace, console: Console) -> int:
    from workbench.storage.tunnels import load_tunnels, read_tunnel, save_tunnel

    paths = Paths.of_home(arguments.home)
    known = {tunnel.name: tunnel for tunnel in load_tunnels(paths)}
    fields = dict(_field(text) for text in arguments.fields)
    save_tunnel(paths, read_tunnel(arguments.name, fields, known.get(arguments.name)))
    console.note(f"Tunnel {arguments.name} is written down.")
    return 0


def _field(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{text!r} sets nothing.", "Write FIELD=VALUE, such as host=me@example.com.")
    name = name.strip().replace("-", "_")
    if name in ("port", "remote_port") and value.isdecimal():
        return name, int(value)
    if name == "probe_every_s":
        try:
            return name, float(value)
        except ValueError:
            return name, value
    return name, value.split() if name == "words" else value


def _remove(arguments: argparse.Namespace, console: Console) -> int:
    from workbench.storage.tunnels import remove_tunnel

    remove_tunnel(Paths.of_home(arguments.home), arguments.name)
    console.note(f"Tunnel {arguments.name} is forgotten.")
    return 0


def _check(arguments: argparse.Namespace, console: Console) -> int:
    from workbench.cli.round_trip import run_check

    return run_check(arguments, console)
