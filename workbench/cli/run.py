"""`workbench run`: send a folder's requests in order, once or for each row of data, and check their answers."""

import argparse
import asyncio
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.collection_names import find_folder, find_saved
from workbench.cli.console import Console
from workbench.cli.render import RESET, column, printable, status_text
from workbench.cli.variable_words import read_variables
from workbench.model.clock import rfc3339
from workbench.model.errors import StorageError, UsageError
from workbench.model.run import RequestResult, RunReport
from workbench.storage.paths import Paths

if TYPE_CHECKING:
    from workbench.engine.running import RunOptions

GREEN, RED = "\x1b[32m", "\x1b[31m"


NAME_WIDTH, LEAST_NAME = 44, 20
BESIDE_NAME = 40
"""Characters of all columns of a result but its name."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `run`."""
    add = parser.add_argument
    add("folder", metavar="FOLDER", help="a collection, a folder or a request of one: by name, or its path")
    add("--env", dest="environment", metavar="NAME", help="the environment that gives the variables their values")
    add("--var", dest="variables", action="append", default=[], metavar="K=V", help="a variable; may be given again")
    add("--data", metavar="FILE", help="rows of variables, an iteration each: CSV with names on top, or a JSON list")
    add("--repeat", type=_positive, default=1, metavar="N", help="run it all so often (default: %(default)s)")
    add("--delay", type=_seconds, default=0.0, metavar="S", help="wait so many seconds between two requests")
    add("--timeout", type=_seconds, metavar="S", help="of each request, instead of its own; 0 waits without end")
    add("--stop-on-failure", action="store_true", help="send nothing after the first request that fails")
    add("--junit", metavar="FILE", help="write a report as JUnit XML, as build servers read it")
    add("--html", metavar="FILE", help="write a report as a page to look at")
    add("--json", action="store_true", help="one JSON object a line: each request, and the summary last")
    add("-I", "--ignore-stdin", action="store_true", help="ask nobody")
    parser.set_defaults(run=run_run)


def _positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of rounds")
    return int(text)


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if 0 <= float(text) < 1e6:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")


def run_run(arguments: argparse.Namespace, console: Console) -> int:
    """Run and report; 1 where a request failed or an assertion does not hold."""
    paths = Paths.of_home(arguments.home)
    report = asyncio.run(_run(_options(arguments, paths), paths, arguments, console))
    return 0 if report.passed else 1


def _options(arguments: argparse.Namespace, paths: Paths) -> "RunOptions":
    from workbench.cli.sending.authentication import answered
    from workbench.engine.run_data import read_rows
    from workbench.engine.running import RunOptions

    return RunOptions(
        _place(paths, arguments.folder),
        environment=arguments.environment or "",
        variables=read_variables(arguments.variables),
        rows=read_rows(Path(arguments.data).expanduser()) if arguments.data else (),
        rounds=arguments.repeat,
        delay_s=arguments.delay,
        stop_on_failure=arguments.stop_on_failure,
        timeout_s=arguments.timeout,
        ask=None if arguments.ignore_stdin else answered,
    )


def _place(paths: Paths, words: str) -> Path:
    """Return a folder or a request's file; UsageError."""
    if Path(words).expanduser().is_file():
        return Path(words).expanduser()
    try:
        return find_folder(paths, words)
    except UsageError as error:
        try:
            return find_saved(paths, words)
        except UsageError:
            raise error from None


async def _run(options: "RunOptions", paths: Paths, arguments: argparse.Namespace, console: Console) -> RunReport:
    from workbench.engine.running import Runner
    from workbench.engine.workbench import open_workbench

    several = options.rounds * max(1, len(options.rows)) > 1
    async with open_workbench(paths) as workbench:
        runner = Runner(workbench, options)
        runner.finished.subscribe(
            lambda result: (
                console.json(result_json(result)) if arguments.json else _tell(result, console, several=several)
            )
        )
        try:
            await runner.run()
        finally:
            # Also a run that was stopped with Ctrl+C leaves its reports, if it sent anything.
            report = runner.report()
            if report.results and (arguments.junit or arguments.html):
                _write_reports(report, arguments)
    _sum_up(report, arguments, console)
    return report


def _tell(result: RequestResult, console: Console, *, several: bool) -> None:
    colours = console.colours
    mark, colour = ("ok  ", GREEN) if result.passed else ("FAIL", RED)
    shown = f"{colour}{mark}{RESET}" if colours else mark
    iteration = f"{result.iteration:>4}  " if several else ""
    status = "" if result.status is None else f"  {status_text(result.status, colours)}"
    took = f"  {f'{result.duration_us / 1000:.1f} ms':>10}" if result.delivery_number else ""
    checks = f"  {sum(check.passed for check in result.checks)}/{len(result.checks)}" if result.checks else ""
    name = column(printable(result.name), _name_width(console, len(iteration)), cuts=console.is_terminal)
    console.line(f"{shown}  {iteration}{printable(result.method):6} {name}{status}{took}{checks}".rstrip())
    for reason in _reasons(result):
        console.line(f"        {printable(reason)}")


def _name_width(console: Console, before: int) -> int:
    """Return how wide the names are: results come one by one, so the widest of them is not known before."""
    room = shutil.get_terminal_size().columns - BESIDE_NAME - before if console.is_terminal else NAME_WIDTH
    return max(LEAST_NAME, min(NAME_WIDTH, room))


def _reasons(result: RequestResult) -> Sequence[str]:
    """Return why a request did not pass, a sentence each."""
    if result.passed:
        return ()
    said = [result.failure, *(check.message for check in result.checks if not check.passed), *result.problems]
    return [each for each in said if each] or [result.reason]


def _sum_up(report: RunReport, arguments: argparse.Namespace, console: Console) -> None:
    for problem in report.problems:
        console.note(f"workbench: {problem}")
    if arguments.json:
        console.json(report_json(report))
        return
    if report.ended_early:
        console.line(report.ended_early)
    failed = sum(not check.passed for check in report.checks)
    sent = f"{len(report.results)} of {report.planned} requests, {report.failed_count} failed"
    many = "" if len(report.checks) == 1 else "s"
    checks = f"; {len(report.checks)} assertion{many}, {failed} failed" if report.checks else ""
    console.line(f"{sent}{checks}; {report.duration_us / 1_000_000:.2f} s")


def result_json(result: RequestResult) -> dict[str, Any]:
    """Return what came of one request for JSON."""
    return {
        "name": result.name,
        "path": result.path,
        "iteration": result.iteration,
        "method": result.method,
        "url": result.url or None,
        "started_at": rfc3339(result.started_at_us),
        "status": result.status,
        "duration_ms": result.duration_us / 1000,
        "response_size": result.response_bytes,
        "passed": result.passed,
        "failure": result.failure or (result.reason if not (result.checks or result.problems) else "") or None,
        "assertions": [
            {
                "expression": check.assertion.expression,
                "operator": check.assertion.operator,
                "value": check.assertion.value,
                "passed": check.passed,
                "message": check.message or None,
            }
            for check in result.checks
        ],
        "taken": list(result.taken),
        "problems": list(result.problems),
        "delivery": result.delivery_number or None,
    }


def report_json(report: RunReport) -> dict[str, Any]:
    """Return the summary of a run for JSON."""
    return {
        "run": report.name,
        "environment": report.environment or None,
        "passed": report.passed,
        "planned": report.planned,
        "sent": len(report.results),
        "failed": report.failed_count,
        "assertions": len(report.checks),
        "assertions_failed": sum(not check.passed for check in report.checks),
        "started_at": rfc3339(report.started_at_us),
        "duration_ms": report.duration_us / 1000,
        "ended_early": report.ended_early or None,
        "problems": list(report.problems),
    }


def _write_reports(report: RunReport, arguments: argparse.Namespace) -> None:
    """Write the reports that were asked for; StorageError."""
    from workbench.formats.run_reports import html_page, junit_xml

    if arguments.junit:
        _write(arguments.junit, junit_xml(report))
    if arguments.html:
        _write(arguments.html, html_page(report).encode())


def _write(name: str, content: bytes) -> None:
    from workbench.cli.sending.downloads import write_file

    try:
        write_file(Path(name).expanduser(), iter((content,)))
    except OSError as error:
        raise StorageError(f"The report {name} could not be written: {error.strerror or error}.") from error
