"""Measures the program against what limits it, in one run, side by side: compare ratios, not absolute numbers.

    python packaging/bench.py capture            one subject; `--help` lists them
    python packaging/bench.py start send --rounds 1 --json
    python packaging/bench.py all --readme       every subject, and the results into the README
    python packaging/bench.py --readme           the results of the last runs into the README

Run it with the project's Python (`.venv/bin/python`). All traffic stays on the loopback and ends by itself. Homes and
bodies are made where `BENCH_DIR` says, large ones kept where `BENCH_CACHE` says; results are kept there too.
"""

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path

SUBJECTS = {
    "capture": "captures",
    "table": "table",
    "search": "search",
    "view": "view",
    "start": "start",
    "send": "send",
    "collections": "saved_requests",
    "memory": "memory",
    "verify": "verify",
    "soak": "soak",
}
OWN_PROCESSES = {
    "load": ("load", "add_arguments", "run"),
    "plain": ("peers", "add_arguments", "run"),
    "window": ("watched_window", "add_arguments", "run"),
    "slow-listener": ("captures", "add_slow_arguments", "run_slow_listener"),
}
"""The processes that a measurement starts; not for people."""


def main(words: list[str]) -> None:
    """Measure the subjects that come first, each with the options that it knows; or be one of the processes."""
    from benchmark.processes import without_a_screen

    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    without_a_screen()
    if words and words[0] in OWN_PROCESSES:
        module_name, describe, run = OWN_PROCESSES[words[0]]
        module = import_module(f"benchmark.{module_name}")
        parser = argparse.ArgumentParser(prog=words[0])
        getattr(module, describe)(parser)
        getattr(module, run)(parser.parse_args(words[1:]))
        return
    _measure(words)


def _measure(words: list[str]) -> None:
    from benchmark.figures import keep, show
    from benchmark.readme import write_readme

    subjects = [word for word in words if word in SUBJECTS or word == "all"]
    options = [word for word in words if word not in subjects]
    named = list(SUBJECTS) if "all" in subjects else subjects
    common = _parser()
    chosen, others = common.parse_known_args(options)
    if not named and not chosen.readme:
        common.error("say what is to be measured")
    results: list[dict[str, object]] = []
    for subject in named:
        module = import_module(f"benchmark.{SUBJECTS[subject]}")
        parser = argparse.ArgumentParser(prog=f"bench.py {subject}", description=module.__doc__)
        parser.add_argument("--rounds", type=int)
        module.add_arguments(parser)
        rounds = ["--rounds", str(chosen.rounds)] if chosen.rounds else []
        arguments = parser.parse_args([*rounds, *others])
        figures = module.run(arguments)
        results.append(keep(subject, figures, arguments.rounds))
        if not chosen.json:
            show(subject, figures)
    if chosen.json:
        print(json.dumps(results, indent=2))
    if chosen.readme:
        write_readme(list(SUBJECTS))


def _parser() -> argparse.ArgumentParser:
    lines = (f"    {subject:14}{import_module(f'benchmark.{name}').HELP}" for subject, name in SUBJECTS.items())
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="subjects (each may have options of its own, see its --help):\n" + "\n".join(lines),
        usage="bench.py SUBJECT... [options]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help="--help" in sys.argv[1:2] or "-h" in sys.argv[1:2] or len(sys.argv) < 2,
    )
    parser.add_argument("--rounds", type=int, help="alternating runs of each; the median counts")
    parser.add_argument("--json", action="store_true", help="the results as JSON")
    parser.add_argument("--readme", action="store_true", help="write the kept results into the README")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
