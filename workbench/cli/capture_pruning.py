"""`captures prune`: delete what has outlived its limits, as the listener does by itself where the settings say so."""

import argparse
from contextlib import closing

from workbench.cli.console import Console
from workbench.model.clock import SystemClock
from workbench.model.errors import UsageError
from workbench.model.retention import Limits, Retention, read_age, read_bytes, read_count
from workbench.storage.captures import CaptureReader
from workbench.storage.paths import Paths


def add_arguments(add: argparse.ArgumentParser) -> None:
    """Describe the words of `prune`."""
    add.add_argument("--older-than", metavar="AGE", help="such as 30d or 12h")
    add.add_argument("--keep", metavar="N", help="the newest so many stay")
    add.add_argument("--max-size", metavar="SIZE", help="bodies may take so much, such as 5gb")
    add.add_argument("--endpoint", metavar="NAME", help="only captures of this endpoint")
    add.add_argument("--dry-run", action="store_true", help="only say what would go")
    add.add_argument("--yes", action="store_true", help="really do it")
    add.add_argument("--compact", action="store_true", help="then write the file anew, also where it is an older one")
    add.add_argument("--json", action="store_true", help="what goes as one JSON object")
    add.set_defaults(run=run_prune)


def _retention(arguments: argparse.Namespace, paths: Paths) -> Retention:
    """Return the limits of the options, or without any those of the settings."""
    limits = Limits(
        read_age(arguments.older_than) if arguments.older_than else 0,
        read_count(arguments.keep) if arguments.keep else 0,
        read_bytes(arguments.max_size) if arguments.max_size else 0,
    )
    if not limits.keeps_all:
        return Retention(endpoints={arguments.endpoint: limits}) if arguments.endpoint else Retention(limits)
    from workbench.storage.retention import retention_of
    from workbench.storage.settings import load_settings

    retention = retention_of(load_settings(paths.settings)[0])
    if arguments.endpoint:
        mine = retention.endpoints.get(arguments.endpoint, Limits())
        retention = Retention(endpoints={arguments.endpoint: mine})
    if retention.keeps_all and not arguments.compact:
        raise UsageError(
            "Nothing says how long captures are kept.",
            "Use --older-than 30d, --keep 10000 or --max-size 5gb, or set keep_days, keep_count or keep_megabytes in"
            f" {paths.settings}.",
        )
    return retention


def run_prune(arguments: argparse.Namespace, console: Console) -> int:
    """Say what is over the limits, and delete it with --yes."""
    from workbench.storage.retention import expired

    paths = Paths.of_home(arguments.home)
    paths.ensure()
    retention = _retention(arguments, paths)
    with closing(CaptureReader(paths.captures, paths.spool)) as reader:
        found = expired(reader, retention, SystemClock().now_us())
    numbers, deletes = list(found.numbers), arguments.yes and not arguments.dry_run
    said = f"{len(numbers):,} capture{'' if len(numbers) == 1 else 's'}, bodies of {found.size:,} bytes"
    why = "".join(f"\n  {count:,} {reason}" for reason, count in found.reasons.items())
    if arguments.json:
        console.json(
            {
                "captures": len(numbers),
                "bytes": found.size,
                "reasons": found.reasons,
                "deleted": deletes and bool(numbers),
            }
        )
    if not deletes and not arguments.dry_run and (numbers or arguments.compact):
        raise UsageError(f"This would delete {said}.{why}", "Add --yes to do it, or --dry-run to only ask.")
    if not deletes:
        if not arguments.json:
            console.line(f"Would delete {said}.{why}")
        return 0
    _delete(paths, numbers, f"{said}.{why}".replace("\n ", ""))
    if arguments.compact:
        from workbench.storage.retention import compact

        console.note(f"{max(0, compact(paths)):,} bytes given back to the disk.")
    if not arguments.json:
        console.note(f"Deleted {said}. Pinned, tagged and noted captures are kept.{why}")
    return 0


def _delete(paths: Paths, numbers: list[int], words: str) -> None:
    from workbench.engine.serving import run
    from workbench.engine.workbench import open_workbench

    async def delete() -> None:
        async with open_workbench(paths) as workbench:
            await workbench.prune(numbers, f"Pruned by hand: {words}")

    if numbers:
        run(delete())
