"""`workbench providers`: what packs there are, what is in them, whose a request is, and whether a pack is sound."""

import argparse
import shutil
from pathlib import Path
from typing import Any

from workbench.cli.console import Console
from workbench.cli.home import add_home
from workbench.cli.signed_request import add_request_words, read_subject
from workbench.model.clock import rfc3339
from workbench.model.errors import UsageError
from workbench.providers.checking import check_schemes
from workbench.providers.pack import Provider, RetryRule, Scheme
from workbench.providers.pack_reading import PackError
from workbench.storage.packs import Packs, load_pack_file, load_packs, read_sample
from workbench.storage.paths import Paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `providers`."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    add = actions.add_parser("list", help="list all providers")
    add.add_argument("--json", action="store_true", help="one JSON object a line")
    add.set_defaults(run=run_list)
    add = actions.add_parser("show", help="show what a pack says")
    add.add_argument("name")
    add.add_argument("--json", action="store_true")
    add.set_defaults(run=run_show)
    add = actions.add_parser("samples", help="list a provider's sample events, or write one")
    add.add_argument("name")
    add.add_argument("event", nargs="?", help="write this event's body, byte for byte")
    add.add_argument("--json", action="store_true")
    add.set_defaults(run=run_samples)
    add = actions.add_parser("detect", help="say whose a request is")
    add_request_words(add)
    add.add_argument("--json", action="store_true")
    add.set_defaults(run=run_detect)
    add = actions.add_parser("check", help="check a pack of your own")
    add.add_argument("file", metavar="FILE", help="a provider.toml, or its folder")
    add.add_argument("--json", action="store_true")
    add.set_defaults(run=run_check)
    for action in actions.choices.values():
        add_home(action)


def _packs(arguments: argparse.Namespace, console: Console) -> Packs:
    packs = load_packs(Paths.of_home(arguments.home))
    for problem in packs.problems:
        console.note(f"workbench: {problem}")
    return packs


def run_list(arguments: argparse.Namespace, console: Console) -> int:
    """List all providers, one a line."""
    packs = _packs(arguments, console)
    known = len(packs.problems)
    for provider in packs.all:
        if arguments.json:
            console.json(provider_json(provider))
        else:
            schemes = ", ".join(dict.fromkeys(_kind(scheme) for scheme in provider.schemes)) or "not signed"
            own = "  yours" if provider.is_own else ""
            console.line(f"{provider.id:24} {provider.name:34} {provider.evidence:12} {schemes}{own}")
    for problem in packs.problems[known:]:
        console.note(f"workbench: {problem}")
    if not arguments.json:
        console.note(f"{len(packs.all)} providers. Yours go into {Paths.of_home(arguments.home).own_packs}")
    return 0


def _kind(scheme: Scheme) -> str:
    if scheme.kind == "hmac":
        return f"HMAC-{scheme.hash.upper()}"
    return scheme.code or scheme.kind


def provider_json(provider: Provider) -> dict[str, Any]:
    """Return a pack in short."""
    return {
        "provider": provider.id,
        "name": provider.name,
        "aliases": list(provider.aliases),
        "evidence": provider.evidence,
        "checked": provider.checked.isoformat(),
        "documentation": provider.documentation,
        "schemes": [
            {
                "id": scheme.id,
                "kind": scheme.kind,
                "hash": scheme.hash if scheme.kind in ("hmac", "digest") else None,
                "place": scheme.place.described,
                "covers": scheme.covers,
                "signs_url": scheme.signs_url,
                "tolerance_s": scheme.timestamp.tolerance_s if scheme.timestamp else None,
                "deprecated": scheme.deprecated,
            }
            for scheme in provider.schemes
        ],
        "handshakes": [handshake.name for handshake in provider.handshakes],
        "samples": [sample.event for sample in provider.samples],
        "unconfirmed": list(provider.unconfirmed),
        "notes": list(provider.notes),
        "own": provider.is_own,
    }


def run_show(arguments: argparse.Namespace, console: Console) -> int:
    """Show one pack."""
    provider = _packs(arguments, console).require(arguments.name)
    if arguments.json:
        console.json(provider_json(provider))
        return 0
    console.line(f"{provider.name}  ({provider.id})")
    console.line(f"  {provider.documentation}")
    console.line(f"  evidence: {provider.evidence}, checked {provider.checked}")
    for scheme in provider.schemes:
        console.line(f"\n  scheme {scheme.id}: {_kind(scheme)} in the {scheme.place.described}{_details(scheme)}")
    for handshake in provider.handshakes:
        console.line(f"\n  handshake: {handshake.name}")
    if provider.retry:
        console.line(f"\n  retries: {retry_text(provider.retry)}")
    if provider.samples:
        console.line(f"\n  samples: {', '.join(sample.event for sample in provider.samples)}")
    for title, sentences in (("to know", provider.notes), ("not confirmed", provider.unconfirmed)):
        if sentences:
            console.line(f"\n  {title}:")
            for sentence in sentences:
                console.line(f"    - {sentence}")
    return 0


def _details(scheme: Scheme) -> str:
    words = [f", key as {scheme.key_form}"] if scheme.kind == "hmac" and scheme.key_form != "text" else []
    if scheme.timestamp and scheme.timestamp.tolerance_s is not None:
        words.append(f", at most {scheme.timestamp.tolerance_s} s old")
    if scheme.signs_url:
        words.append(", signs the URL")
    words.append({"body": "", "fields": ", covers some fields", "none": ", does not cover the body"}[scheme.covers])
    return "".join(words) + (" (deprecated)" if scheme.deprecated else "")


def retry_text(retry: RetryRule) -> str:
    """Return a retry rule as a sentence."""
    from workbench.providers.verification import duration

    words: list[str] = []
    if retry.schedule_s:
        words.append("after " + ", ".join(duration(wait) for wait in retry.schedule_s))
    elif retry.attempts is not None:
        words.append(f"{retry.attempts} more attempts" if retry.attempts else "none")
    if retry.window_s:
        words.append(f"for up to {duration(retry.window_s)}")
    if retry.timeout_s:
        words.append(f"waits {duration(retry.timeout_s)} for an answer")
    if retry.success:
        words.append(f"success is {' '.join(retry.success)}")
    sentence = "; ".join(words)
    return f"{sentence}. {retry.text}" if sentence and retry.text else (retry.text or sentence or "not published")


def run_samples(arguments: argparse.Namespace, console: Console) -> int:
    """List sample events, or write the bytes of one."""
    packs = _packs(arguments, console)
    provider = packs.require(arguments.name)
    if arguments.event:
        found = [sample for sample in provider.samples if arguments.event in (sample.event, sample.file)]
        if not found:
            names = ", ".join(sample.event for sample in provider.samples) or "none"
            raise UsageError(f"{provider.name} has no sample {arguments.event!r}.", f"It has: {names}.")
        console.bytes([packs.sample_body(provider, found[0])])
        return 0
    width = shutil.get_terminal_size().columns
    for sample in provider.samples:
        if arguments.json:
            console.json({"event": sample.event, "title": sample.title or None, "content_type": sample.content_type})
        else:
            console.line(f"{sample.event:36} {sample.title or sample.content_type}"[:width])
    if not provider.samples and not arguments.json:
        console.note(f"{provider.name} has no samples yet.")
    return 0


def run_detect(arguments: argparse.Namespace, console: Console) -> int:
    """Say whose a request is; exit code 1 where nobody's."""
    packs = _packs(arguments, console)
    provider, found = packs.detector.detect(read_subject(arguments))
    if arguments.json:
        console.json(
            {
                "provider": found.provider or None,
                "event": found.event or None,
                "delivery_id": found.delivery_id or None,
                "sent_at": None if found.sent_at_us is None else rfc3339(found.sent_at_us),
                "attempt": found.attempt,
                "others": list(found.others),
            }
        )
    elif provider is None:
        console.line("This is the request of no provider that is known.")
    else:
        more = f" (or {', '.join(found.others)})" if found.others else ""
        console.line(f"{provider.name}{more}{f': {found.event}' if found.event else ''}")
    return 0 if provider else 1


def run_check(arguments: argparse.Namespace, console: Console) -> int:
    """Check one pack; exit code 1 where it cannot be used."""
    problems: list[str] = []
    warnings: list[str] = []
    provider = None
    try:
        provider, folder = load_pack_file(Path(arguments.file))
    except PackError as error:
        problems = error.problems
    else:
        problems = check_schemes(provider)
        for sample in provider.samples:
            if not (folder / "samples" / sample.file).is_file():
                problems.append(f"[[sample]] {sample.event}: there is no file samples/{sample.file}")
            else:
                warnings += _sample_warnings(provider, sample, read_sample(folder, sample))
    if arguments.json:
        console.json({"ok": not problems, "problems": problems, "warnings": warnings})
    else:
        for problem in problems:
            console.line(problem)
        for warning in warnings:
            console.note(f"look: {warning}")
        if provider and not problems:
            console.line(f"{provider.name}: the pack is sound; each of its schemes signs and verifies.")
    return 1 if problems else 0


def _sample_warnings(provider: Provider, sample: Any, body: bytes) -> list[str]:
    """Return what a sample makes doubtful: a pack that does not recognise its own event."""
    from workbench.providers.detection import describe
    from workbench.providers.samples import filled_subject

    subject = filled_subject(sample, body)
    if not provider.events.type or describe(provider, subject).event:
        return []
    return [f"the sample {sample.event} has nothing that events.type reads"]
