"""What `--help` says beside the options: examples, and words that mean the same in all commands."""

import argparse
from collections.abc import Sequence
from typing import Any

EXAMPLES: dict[str, tuple[str, ...]] = {
    "listen": (
        "workbench listen",
        "workbench listen --tunnel cloudflared               with a public address, and proof that it works",
        "workbench listen --port 9000 --forward http://localhost:3000 --relay",
        "workbench listen --json --count 1 --for 30          in a script: one webhook, or half a minute",
    ),
    "captures": (
        "workbench captures list provider:stripe status:>=400 --limit 20",
        "workbench captures show 12 --part body > body.json  exactly the bytes that came",
        "workbench captures export 3-9 --format har -o bug.har",
        "workbench captures diff 11 12",
        "workbench captures import bug.har",
        "workbench captures delete since:2h --yes",
        "workbench captures pin 12",
        "workbench captures unpin 12",
        "workbench captures confirm 12",
        "workbench captures list --sort=-size --column json:data.object.id --group delivery",
        "workbench captures list --saved 'Failed invoices'",
        "workbench captures tag 12-15 to-fix late",
        "workbench captures untag 12 late",
        "workbench captures note 12 'ask Ann'",
        "workbench captures saved add 'Failed invoices' 'event:invoice.* status:>=400'",
        "workbench captures prune --older-than 30d --keep 100000 --dry-run",
    ),
    "replay": (
        "workbench replay 12 --to http://localhost:3000",
        "workbench replay 3-9 --to http://localhost:3000/hooks --sign fresh --fail",
        "workbench replay --query 'provider:github event:push' --keep-host --json",
    ),
    "run": (
        "workbench run billing --env staging",
        "workbench run billing/smoke --data rows.csv --stop-on-failure --junit report.xml",
        "workbench run ./api/collection --repeat 10 --delay 0.5 --html report.html",
        "workbench run billing --json                       a line for each request, the summary last",
    ),
    "collections": (
        "workbench collections import billing.postman_collection.json",
        "workbench collections import ./bruno-collection --into ./api --json",
        "workbench collections export ./api/billing --format postman -o billing.json",
        "workbench collections check ./api/billing",
        "workbench collections moved ./api/billing ./billing",
        "workbench collections trust ./api/billing          its requests may read this machine's files",
    ),
    "code": (
        "workbench code --target python-requests POST http://localhost:3000/hooks id=1",
        "workbench code --target node-fetch --capture 12 --sign github",
        "workbench code --receiver go --provider stripe",
        "workbench code --list",
    ),
    "log": (
        "workbench log",
        "workbench log --since 2h --json",
    ),
    "verify": (
        "workbench verify --capture 12 --explain",
        "workbench verify body.json --provider github --secret env:SECRET -H 'X-Hub-Signature-256: sha256=…'",
    ),
    "sign": (
        "workbench sign body.json --provider stripe --secret keyring:stripe/test",
        "workbench sign - --provider twilio --secret env:TOKEN --url https://example.com/sms --json < form.txt",
    ),
    "providers": (
        "workbench providers list",
        "workbench providers show stripe",
        "workbench providers samples stripe invoice.paid > event.json",
        "workbench providers detect body.json -H 'Stripe-Signature: t=1,v1=00'",
        "workbench providers check ./acme/provider.toml",
    ),
    "endpoints": (
        "workbench endpoints list",
        "workbench endpoints add billing --path '/stripe/*' --provider stripe --secret keyring:stripe/live",
        "workbench endpoints edit billing --forward http://localhost:3000/hooks",
        "workbench endpoints show billing",
        "workbench endpoints remove billing",
        "workbench endpoints check",
    ),
    "tunnel": (
        "workbench tunnel list",
        "workbench tunnel set my-server kind=ssh host=me@example.com url=https://hooks.example.com",
        "workbench tunnel start my-server",
        "workbench tunnel start https://hooks.example.com    an address of your own, proven all the same",
        "workbench tunnel status --json",
        "workbench tunnel check my-server",
        "workbench tunnel stop my-server",
        "workbench tunnel remove my-server",
    ),
    "doctor": (
        "workbench doctor https://example.com/hooks",
        "workbench doctor http://localhost:3000/stripe --provider stripe --secret env:STRIPE_SECRET --json",
    ),
    "environments": (
        "workbench environments list",
        "workbench environments list billing --json",
        "workbench environments show staging --collection billing",
    ),
    "secrets": (
        "workbench secrets set stripe/live                   asked for unseen, or read from standard input",
        "workbench secrets list",
        "workbench secrets remove stripe/live",
    ),
}

_COMMON = {
    "json": "as JSON: one object, of lists one a line",
    "name": "its name",
    "number": "a capture, such as 12 or #12",
    "numbers": "captures, such as 12 or 3-9",
    "format": "what to write",
    "settings": "webhook_id, audience …: what some schemes need beside the secret; may be given again",
}


def complete(parser: argparse.ArgumentParser, command: str) -> None:
    """Give a command and its actions their examples, and a help text to every option that has none of its own."""
    examples = EXAMPLES.get(command, ())
    _complete(parser, examples)
    for action in parser._actions:  # pyright: ignore[reportPrivateUsage]
        if action.nargs == argparse.PARSER:
            actions: Any = action.choices
            for name, inner in actions.items():
                start = f"workbench {command} {name}"
                _complete(inner, [line for line in examples if line == start or line.startswith(f"{start} ")])


def _complete(parser: argparse.ArgumentParser, examples: Sequence[str]) -> None:
    for action in parser._actions:  # pyright: ignore[reportPrivateUsage]
        if not action.help and action.dest in _COMMON:
            action.help = _COMMON[action.dest]
    if examples:
        more = f"\n\n{parser.epilog}" if parser.epilog else ""
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = "examples:\n" + "\n".join(f"  {line}" for line in examples) + more
