"""`workbench doctor URL`: what a provider would meet at an address, and what to mend.

Exit codes: 0 nothing is bad, 1 something is, 3 it cannot be reached.
"""

import argparse
from typing import Any

from workbench.cli.console import Console
from workbench.model.clock import SystemClock
from workbench.model.errors import UsageError
from workbench.model.examination import Check, Outcome, exit_code_of
from workbench.storage.paths import Paths

_MARKS = {Outcome.GOOD: "✓", Outcome.WARNING: "!", Outcome.BAD: "✗", Outcome.SKIPPED: "-"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `doctor`."""
    add = parser.add_argument
    add("url", metavar="URL", help="the receiver's address, as a provider would call it")
    add(
        "--provider",
        metavar="NAME",
        help="send its sample event, signed rightly and wrongly; see: workbench providers list",
    )
    add("--secret", metavar="REF", help="what to sign with: keyring:NAME, env:NAME or file:PATH")
    add("--event", default="", metavar="EVENT", help="which sample (default: the first)")
    add("--public-url", default="", metavar="URL", help="what the receiver believes its address to be")
    add("--ca", metavar="FILE", help="PEM file of an authority to trust beside the system's")
    add("--json", action="store_true", help="one JSON object a line: a check each, the summary last")
    parser.set_defaults(run=run_doctor)


def run_doctor(arguments: argparse.Namespace, console: Console) -> int:
    """Examine, and say each finding as it comes."""
    from workbench.engine.serving import run

    if bool(arguments.provider) != bool(arguments.secret):
        raise UsageError("To try signatures, provider and secret are needed.", "Say --provider NAME --secret REF.")
    return run(_examine(arguments, console))


async def _examine(arguments: argparse.Namespace, console: Console) -> int:
    from workbench.engine.doctor_opening import open_doctor

    if (arguments.secret or "").startswith("text:"):
        console.note("workbench: text: shows the secret to everyone who can list processes; env: or file: do not.")
    doctor = await open_doctor(
        Paths.of_home(arguments.home),
        arguments.url,
        SystemClock(),
        provider=arguments.provider or "",
        secret=arguments.secret or "",
        event=arguments.event,
        public_url=arguments.public_url,
        authority=arguments.ca or "",
    )
    checks: list[Check] = []
    async for check in doctor.examine():
        checks.append(check)
        _show(check, arguments, console)
    code = exit_code_of(checks)
    counts = {outcome: sum(check.outcome is outcome for check in checks) for outcome in Outcome}
    if arguments.json:
        console.json(
            {"url": arguments.url, "exit_code": code, **{str(name): count for name, count in counts.items()}}
        )
    else:
        console.line(f"{counts[Outcome.GOOD]} good, {counts[Outcome.WARNING]} to look at, {counts[Outcome.BAD]} bad.")
    return code


def _show(check: Check, arguments: argparse.Namespace, console: Console) -> None:
    if arguments.json:
        console.json(check_json(check))
        return
    from workbench.cli.render import printable

    console.line(f"{_MARKS[check.outcome]} {check.name:20} {printable(check.finding)}")
    if check.advice and check.outcome is not Outcome.GOOD:
        console.line(f"  {'':20} → {printable(check.advice)}")


def check_json(check: Check) -> dict[str, Any]:
    """Return a check as one object."""
    return {
        "check": check.name,
        "outcome": str(check.outcome),
        "finding": check.finding,
        "advice": check.advice or None,
    }
