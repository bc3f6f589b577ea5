"""What knowing the providers costs: for one webhook, and for a listener under load."""

import argparse
import os
from functools import partial
from pathlib import Path
from typing import Any

from benchmark.figures import Figure, alternating, beside
from benchmark.load import BODY, HEAD, SECRET
from benchmark.processes import a_home, listen, measure

HELP = "what detecting and verifying cost: one webhook, and a listener flooded with signed ones"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the load."""
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.set_defaults(rounds=3)


def run(arguments: argparse.Namespace) -> list[Figure]:
    """Measure."""
    os.environ["BENCH_SECRET"] = SECRET

    def rate(kind: str) -> float:
        with a_home() as home:
            endpoint = Path(home, "workspace", "endpoints", "catch-all.yml")
            endpoint.parent.mkdir(parents=True)
            endpoint.write_text("secrets:\n  - env:BENCH_SECRET\n")
            return measure(listen(home), connections=64, seconds=arguments.seconds, kind=kind)["per_second"]

    runs = {"nobody's webhooks": lambda: rate("plain"), "signed ones, verified": lambda: rate("signed")}
    return [*_verify_one(), *beside(alternating(arguments.rounds, runs), "/s", "nobody's webhooks")]


def _verify_one() -> list[Figure]:
    from workbench.model.message import Head
    from workbench.model.signature import Secret
    from workbench.providers.checking import NOW_US, as_subject, key_pair, sign_request
    from workbench.providers.subject import Subject
    from workbench.providers.verification import verify as verify_signature
    from workbench.storage.packs import load_packs
    from workbench.storage.paths import Paths

    made_figures: list[Figure] = []
    with a_home() as home:
        packs = load_packs(Paths(Path(home), Path(home)))
        detector = packs.detector
    for name in ("github", "stripe", "slack", "shopify", "standard-webhooks", "twilio", "discord"):
        provider = packs.require(name)
        scheme = provider.schemes[0]
        private, public = key_pair(scheme)
        made = sign_request(provider, scheme, _request(name), private)
        url, secrets = as_subject(made).url, [Secret("key", public)]

        raw, body = made.head.raw, made.body.content
        fresh = partial(lambda raw, body, url: Subject.of_head(Head(raw), body, url), raw, body, url)
        verified = _micro(
            partial(
                lambda fresh, *rest: verify_signature(rest[0], fresh(), *rest[1:]), fresh, provider, secrets, NOW_US
            )
        )
        detected = _micro(partial(lambda fresh: detector.detect(fresh()), fresh))
        made_figures.append(Figure(f"{name}: verify, 2 KB body", verified, "µs"))
        made_figures.append(Figure(f"{name}: detect with event", detected, "µs"))
    return made_figures


def _request(name: str) -> Any:
    from workbench.model.message import Body, Head, Request

    body = b"Body=" + b"x" * 2000 if name == "twilio" else BODY
    head = HEAD.replace(b"application/json", b"application/x-www-form-urlencoded") if name == "twilio" else HEAD
    return Request(Head(head), Body(body))


def _micro(call: Any) -> float:
    """Return microseconds a call, the best of several runs."""
    import timeit

    return min(timeit.repeat(call, number=500, repeat=7)) / 500 * 1e6
