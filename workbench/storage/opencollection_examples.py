"""Examples of answers in OpenCollection's words.

An example that others wrote in their own way, or of a binary body, is not ours: it stays as it stands. What one says
of the request that was sent stays, too.
"""

from workbench.model.errors import CollectionError
from workbench.model.examples import EXAMPLE_KINDS, Example
from workbench.storage.collection_document import Mapping, Plain
from workbench.storage.collection_patching import FreeText


def plain_examples(document: Mapping) -> list[Plain]:
    """Return a row for each example, an empty one for what is none of ours."""
    try:
        rows = document.rows("examples")
    except CollectionError:
        return []
    return [_plain_or_empty(row) for row in rows]


def _plain_or_empty(row: Mapping) -> Plain:
    try:
        return _plain(row)
    except CollectionError:
        return {}


def _plain(row: Mapping) -> Plain:
    response = row.mapping("response")
    if response is None:
        return {}
    status, body = response.number("status"), response.mapping("body")
    if status is None or not status.is_integer() or (body and body.text("type") not in EXAMPLE_KINDS):
        return {}
    said: Plain = {"status": int(status), "statusText": response.text("statusText") or ""}
    headers = response.rows("headers")
    if headers:
        said["headers"] = [{"name": each.text("name") or "", "value": each.text("value") or ""} for each in headers]
    if body:
        said["body"] = {"type": body.text("type"), "data": body.text("data") or ""}
    return {"name": row.text("name") or "", "response": said}


def example_of(row: Plain) -> Example | None:
    """Return the example of a row; None for one that is none of ours."""
    if not row:
        return None
    said = row["response"]
    body: Plain = said.get("body", {"type": "text", "data": ""})
    return Example(
        row["name"],
        said["status"],
        said["statusText"],
        tuple((each["name"], each["value"]) for each in said.get("headers", [])),
        body["data"],
        body["type"],
    )


def example_row(example: Example, _former: Plain) -> Plain:
    """Return an example's row."""
    said: Plain = {"status": example.status, "statusText": example.reason}
    if example.headers:
        said["headers"] = [{"name": name, "value": value} for name, value in example.headers]
    if example.body or example.kind != "text":
        said["body"] = {"type": example.kind, "data": FreeText(example.body)}
    return {"name": example.name, "response": said}
