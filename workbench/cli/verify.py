"""`workbench verify`: is this request signed as its provider signs, and if not, why."""

import argparse
from typing import Any

from workbench.cli.console import Console
from workbench.cli.signed_request import (
    add_provider_words,
    add_request_words,
    read_at,
    read_context,
    read_provider,
    read_secrets,
    read_subject,
)
from workbench.model.clock import rfc3339
from workbench.model.signature import Verdict, Verification
from workbench.providers.pack import Provider
from workbench.providers.subject import Subject
from workbench.providers.verification import verify
from workbench.storage.packs import load_packs
from workbench.storage.paths import Paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `verify`."""
    add_request_words(parser)
    add_provider_words(parser, required=False)
    add = parser.add_argument
    add("--capture", metavar="N", help="a captured request instead of FILE, --header, --url and --method")
    add("--explain", action="store_true", help="show what is signed, and look for the cause of a mismatch")
    add("--show-key", action="store_true", help="with --explain: show the key's bytes, which are hidden otherwise")
    add("--fetch-keys", action="store_true", help="fetch a certificate or keys from the provider, once; kept then")
    add("--json", action="store_true", help="the verdict as one JSON object")
    parser.set_defaults(run=run_verify)


def run_verify(arguments: argparse.Namespace, console: Console) -> int:
    """Verify one request; exit code 0 for valid, 1 for anything else."""
    paths = Paths.of_home(arguments.home)
    if arguments.capture:
        from workbench.cli.captured import verify_captured

        return verify_captured(arguments, console, paths)
    packs = load_packs(paths)
    subject = read_subject(arguments)
    if not arguments.provider and not arguments.pack:
        found, _ = packs.detector.detect(subject)
        arguments.provider = found.id if found else None
    provider = read_provider(arguments, packs)
    secrets = read_secrets(arguments, console, paths)
    at_us, context = read_at(arguments), read_context(arguments, paths)
    if arguments.fetch_keys:
        fetch_keys(provider, subject, paths)
    verification = verify(provider, subject, secrets, at_us, context)
    if arguments.explain:
        from workbench.cli.explaining import show_explanation
        from workbench.providers.doctor import explain

        explanation = explain(provider, subject, secrets, at_us, context, verification=verification)
        show_explanation(explanation, console, as_json=arguments.json, show_key=arguments.show_key)
    elif arguments.json:
        console.json(verification_json(verification))
    else:
        show_verdict(verification, console)
    return 0 if verification.verdict is Verdict.VALID else 1


def fetch_keys(provider: Provider, subject: Subject, paths: Paths) -> None:
    """Fetch what a request's signature needs, where its provider hands it out; UsageError, DeliveryError."""
    from workbench.engine.fetching_keys import fetch_key, key_address
    from workbench.engine.serving import run

    address = key_address(provider, subject)
    if address:
        run(fetch_key(paths, address))


def verification_json(verification: Verification) -> dict[str, Any]:
    """Return a verdict for JSON; what is not known is null."""
    return {
        "verdict": verification.verdict,
        "reason": verification.reason,
        "provider": verification.provider,
        "scheme": verification.scheme or None,
        "matched_secret": verification.matched_secret or None,
        "covers_body": verification.covers_body,
        "covers": verification.covers,
        "signed_at": None if verification.signed_at_us is None else rfc3339(verification.signed_at_us),
    }


def show_verdict(verification: Verification, console: Console) -> None:
    """Write a verdict for people."""
    colour = ("\x1b[32m" if verification.verdict is Verdict.VALID else "\x1b[31m") if console.colours else ""
    scheme = f" ({verification.provider}, {verification.scheme})" if verification.scheme else ""
    console.line(f"{colour}{verification.verdict}{chr(27) + '[0m' if colour else ''}{scheme}")
    console.line(f"  {verification.reason}")
