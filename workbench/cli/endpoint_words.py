"""The words of `endpoints add` and `edit` for answers, guards and forwards, and what they change in a document."""

import argparse
import re
from collections.abc import Callable
from typing import Any

from workbench.model.errors import UsageError


def add_words(parser: argparse.ArgumentParser) -> None:
    """Describe the words."""
    _add_answer_words(parser)
    _add_guard_words(parser)
    _add_forward_words(parser)


def change(document: dict[str, Any], arguments: argparse.Namespace) -> None:
    """Change a document, see `endpoint_document`, as the words say; what they do not name stays. UsageError."""
    _change_answer(document, arguments)
    _change_guards(document, arguments)
    _change_forwards(document, arguments)


def _add_answer_words(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("answer")
    add = group.add_argument
    add(
        "--answer",
        metavar="STATUS|PROGRAM",
        help="such as 202, 'fail 3 then 200', '5 %% 500 seed 42', 'drip 5'; 200 takes all of an answer back",
    )
    add("--body", metavar="TEXT", help="the answer's body")
    add("--template", metavar="TEXT", help='a body with values of the request: \'{"id": "{{ json.id }}"}\'')
    add("--content-type", metavar="TYPE", help="of the answer")
    add("--header", action="append", metavar="'NAME: VALUE'", help="of the answer; may be given again; replaces all")
    add("--delay", type=float, metavar="SECONDS", help="wait before answering")
    add("--handshakes", choices=("on", "off"), help="answer providers' handshakes as they ask (default: on)")


def _add_guard_words(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "guards", "An empty text takes a guard away. Refused requests are captured too."
    )
    add = group.add_argument
    add("--allow", metavar="CIDR,...", help="only senders of these networks; `provider` for the provider's own")
    add("--deny", metavar="CIDR,...", help="no sender of these networks")
    add("--trusted-proxies", metavar="CIDR,...", help="proxies whose X-Forwarded-For or Forwarded is believed")
    add("--methods", metavar="POST,...", help="only these methods")
    add("--content-types", metavar="TYPE,...", help="only these content types")
    add("--max-body", metavar="BYTES", help="no larger body")
    add("--basic", metavar="REF", help="secret that holds user:password")
    add("--bearer", metavar="REF", help="secret that holds the token")
    add("--require-header", metavar="NAME=REF", help="header that must have a secret's value")
    add("--rate", metavar="N/SECONDS", help="no more than N requests in so many seconds, such as 10/1")
    add("--schema", metavar="FILE", help="JSON Schema (draft 2020-12) in the workspace that bodies must fit")
    add("--signature", choices=("required", "optional"), help="whether only rightly signed requests pass")


def _add_forward_words(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("forwards")
    group.add_argument(
        "--forward",
        action="append",
        metavar="URL",
        help="send each capture on, to the byte; may be given again; replaces all; '' takes them away",
    )
    group.add_argument("--events", metavar="PATTERN,...", help="forward these kinds of event only, such as invoice.*")
    group.add_argument("--relay", choices=("on", "off"), help="answer with what the first target answers")
    group.add_argument("--attempts", type=int, metavar="N", help="tries until a forward counts as failed")


def _change_answer(document: dict[str, Any], arguments: argparse.Namespace) -> None:
    said: str | None = arguments.answer
    old: Any = document.pop("answer", None)
    answer: dict[str, Any] = {**old} if isinstance(old, dict) else {}
    if said is not None:
        document.pop("program", None)
        if said.strip() == "200":
            old, answer = 200, {}
        elif re.fullmatch(r"\d{3}", said.strip()):
            answer["status"] = int(said)
        else:
            document["program"] = said
    for name, value in (("body", arguments.body), ("template", arguments.template)):
        if value is not None:
            answer.pop("body", None)
            answer.pop("template", None)
            answer[name] = value
    if arguments.content_type is not None:
        answer["content_type"] = arguments.content_type
    if arguments.delay is not None:
        answer["delay"] = arguments.delay
    if arguments.header is not None:
        answer["headers"] = _answer_headers(arguments.header)
    if answer or old is not None:
        document["answer"] = answer or 200
    if arguments.handshakes is not None:
        document["handshakes"] = arguments.handshakes == "on"


def _answer_headers(lines: list[str]) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    for line in filter(None, lines):
        name, colon, value = line.partition(":")
        if not colon:
            raise UsageError(f"{line!r} is no header.", "Write it like 'X-Name: value'.")
        headers.setdefault(name.strip(), []).append(value.strip())
    return headers


def _change_guards(document: dict[str, Any], arguments: argparse.Namespace) -> None:
    guards: dict[str, Any] = dict(document.pop("guards", None) or {})
    for field in ("allow", "deny", "trusted_proxies", "methods", "content_types"):
        _put(guards, field, getattr(arguments, field), _words)
    _put(guards, "body_limit", arguments.max_body, _number)
    for field in ("basic", "bearer", "schema"):
        _put(guards, field, getattr(arguments, field), str)
    _put(guards, "header", arguments.require_header, _required_header)
    _put(guards, "rate", arguments.rate, _rate)
    if arguments.signature is not None:
        guards["signature"] = arguments.signature == "required"
    if guards:
        document["guards"] = guards


def _put(guards: dict[str, Any], field: str, text: str | None, read: Callable[[str], Any]) -> None:
    if text == "":
        guards.pop(field, None)
    elif text is not None:
        guards[field] = read(text)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _number(text: str) -> int:
    if not text.isdigit():
        raise UsageError(f"{text!r} is no number of bytes.", "Write it like 1048576.")
    return int(text)


def _required_header(text: str) -> dict[str, str]:
    name, equals, reference = text.partition("=")
    if not equals:
        raise UsageError(f"{text!r} names no secret.", "Write it like X-Api-Key=env:HOOK_KEY.")
    return {"name": name, "ref": reference}


def _rate(text: str) -> dict[str, Any]:
    match = re.fullmatch(r"(\d+)\s*/\s*(\d+(?:\.\d+)?)?\s*s?", text.strip())
    if match is None:
        raise UsageError(f"{text!r} is no rate.", "Write requests and seconds, such as 10/1 or 100/60.")
    return {"requests": int(match[1]), "per": float(match[2] or 1)}


def _change_forwards(document: dict[str, Any], arguments: argparse.Namespace) -> None:
    forwards: list[Any] = list(document.get("forward") or [])
    if arguments.forward is not None:
        forwards = [{"url": url} for url in arguments.forward if url]
    tables: list[dict[str, Any]] = [item if isinstance(item, dict) else {"url": item} for item in forwards]
    for number, table in enumerate(tables):
        if arguments.events is not None:
            table["events"] = _words(arguments.events)
        if arguments.relay is not None:
            table["relay"] = arguments.relay == "on" and number == 0
        if arguments.attempts is not None:
            table["attempts"] = arguments.attempts
    document["forward"] = tables
