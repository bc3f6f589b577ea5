"""`verify --capture N`: a capture's signature, judged as of its arrival and as of now."""

import argparse
from contextlib import closing
from dataclasses import replace

from workbench.cli.console import Console
from workbench.cli.selection import existing, numbers_of
from workbench.cli.signed_request import read_at, read_context, read_secrets
from workbench.cli.verify import fetch_keys, show_verdict, verification_json
from workbench.engine.rules import Rules, judged_capture
from workbench.model.errors import UsageError
from workbench.model.signature import Secret, Verdict
from workbench.providers.context import Context
from workbench.providers.doctor import explain
from workbench.providers.verification import verify
from workbench.storage.captures import CaptureReader
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets


def verify_captured(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Verify one capture with the secrets given, else with those of its endpoint."""
    numbers = numbers_of([arguments.capture])
    if numbers is None or len(numbers) != 1:
        raise UsageError(f"{arguments.capture!r} is not the number of a capture.", "Use one such as 12 or #12.")
    paths.ensure()
    with closing(CaptureReader(paths.captures, paths.spool)) as reader:
        capture = existing(reader, numbers[0])
    rules = Rules.load(paths)
    for problem in rules.problems:
        console.note(f"workbench: {problem}")
    if arguments.url:
        endpoint = replace(rules.endpoint(capture.endpoint), public_url=arguments.url)
        rules.endpoints = replace(rules.endpoints, all=(endpoint,))
    provider, subject, endpoint, context = judged_capture(rules, capture)
    if arguments.settings:
        context = Context({**context.settings, **read_context(arguments, paths).settings}, context.keys)
    if arguments.provider:
        provider = rules.packs.require(arguments.provider)
    if provider is None:
        raise UsageError(f"Capture {capture.number} is no known provider's request.", "Name it with --provider NAME.")
    if arguments.fetch_keys:
        fetch_keys(provider, subject, paths)
    secrets = read_secrets(arguments, console, paths) or rules.secrets_of(endpoint)
    at_us = read_at(arguments) if arguments.at else capture.received_at_us
    verification = verify(provider, subject, secrets, at_us, context)
    if arguments.explain:
        from workbench.cli.explaining import show_explanation

        others = saved_secrets(paths, secrets)
        found = explain(provider, subject, secrets, at_us, context, others=others, verification=verification)
        show_explanation(found, console, as_json=arguments.json, show_key=arguments.show_key)
    elif arguments.json:
        console.json(verification_json(verification))
    else:
        show_verdict(verification, console)
    return 0 if verification.verdict is Verdict.VALID else 1


def saved_secrets(paths: Paths, known: list[Secret]) -> list[Secret]:
    """Return the named secrets that are not among these: one of them may be the right one."""
    from workbench.model.errors import WorkbenchError

    store = Secrets(paths)
    found: list[Secret] = []
    try:
        for name in store.store.names():
            secret = store.resolve(f"keyring:{name}")
            if all(secret.value != other.value for other in known):
                found.append(secret)
    except WorkbenchError:
        return found  # A locked store must not keep the other hypotheses from being tried.
    return found
