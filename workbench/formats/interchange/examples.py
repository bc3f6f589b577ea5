"""Saved answers of other programs: read as examples of a request, and written where a format has a place for them."""

from collections.abc import Iterable
from typing import Any

from workbench.formats.interchange.documents import Plain, mapping, rows, sequence, text
from workbench.formats.interchange.imported import Losses
from workbench.model.collection import SavedRequest
from workbench.model.examples import EXAMPLE_KINDS, Example, example_kind

_PRIVATE = frozenset({"set-cookie", "authorization", "www-authenticate"})
"""Headers of answers that hold what is this user's alone."""


def read_postman_examples(value: Any, losses: Losses) -> tuple[Example, ...]:
    """Return the answers that a Postman request was saved with; what is left of them is their text."""
    found = [_of_postman(row) for row in rows(value)]
    _lose_some(len(sequence(value)) - sum(each is not None for each in found), losses)
    return tuple(each for each in found if each is not None)


def _of_postman(row: Plain) -> Example | None:
    status = _status(row.get("code"))
    if status is None:
        return None
    headers = _headers(rows(row.get("header")), "key")
    kind = text(row.get("_postman_previewlanguage"))
    typed = next((value for name, value in headers if name.lower() == "content-type"), "")
    kind = kind if kind in EXAMPLE_KINDS else example_kind(typed)
    return Example(text(row.get("name")), status, text(row.get("status")), headers, text(row.get("body")), kind)


def read_bruno_examples(value: Any, losses: Losses) -> tuple[Example, ...]:
    """Return examples as OpenCollection and Bruno's exports have them."""
    found = [_of_bruno(row) for row in rows(value)]
    _lose_some(len(sequence(value)) - sum(each is not None for each in found), losses)
    return tuple(each for each in found if each is not None)


def _of_bruno(row: Plain) -> Example | None:
    response = mapping(row.get("response"))
    status, body = _status(response.get("status")), mapping(response.get("body"))
    kind = text(body.get("type")) or "text"
    if status is None or kind not in EXAMPLE_KINDS:
        return None
    said = text(body.get("data", body.get("content")))
    headers = _headers(rows(response.get("headers")), "name")
    return Example(text(row.get("name")), status, text(response.get("statusText")), headers, said, kind)


def _status(value: Any) -> int | None:
    said = text(value)
    return int(said) if said.isascii() and said.isdigit() and len(said) == 3 else None


def _headers(found: Iterable[Plain], key: str) -> tuple[tuple[str, str], ...]:
    return tuple((text(row.get(key)), text(row.get("value"))) for row in found if text(row.get(key)))


def _lose_some(count: int, losses: Losses) -> None:
    if count:
        losses.add(f"Saved answers that are not carried over: {count} example{'s' if count > 1 else ''}.")


def postman_examples(request: SavedRequest, described: Plain, losses: Losses, *, with_secrets: bool) -> list[Plain]:
    """Return a request's examples as Postman has them; `described` is the request itself."""
    return [
        {
            "name": example.name,
            "originalRequest": described,
            "status": example.reason,
            "code": example.status,
            "_postman_previewlanguage": example.kind,
            "header": [
                {"key": name, "value": value} for name, value in _public(example, losses, with_secrets=with_secrets)
            ],
            "body": example.body,
        }
        for example in request.examples
    ]


def opencollection_examples(request: SavedRequest, losses: Losses, *, with_secrets: bool) -> list[Plain]:
    """Return a request's examples in OpenCollection's words."""
    return [
        {
            "name": example.name,
            "response": {
                "status": example.status,
                "statusText": example.reason,
                "headers": [
                    {"name": name, "value": value}
                    for name, value in _public(example, losses, with_secrets=with_secrets)
                ],
                "body": {"type": example.kind, "data": example.body},
            },
        }
        for example in request.examples
    ]


def _public(example: Example, losses: Losses, *, with_secrets: bool) -> list[tuple[str, str]]:
    kept = [each for each in example.headers if with_secrets or each[0].lower() not in _PRIVATE]
    if len(kept) < len(example.headers):
        losses.add(f"The example “{example.name}” goes out without its cookies and credentials.")
    return kept


def lose_examples(request: SavedRequest, losses: Losses) -> None:
    """Report the examples that a format has no place for."""
    if request.examples:
        losses.add(f"Examples of answers are left out: {', '.join(each.name for each in request.examples)}.")
