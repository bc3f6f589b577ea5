"""Examples of answers between programs: in from Postman and OpenCollection, out again, and told where lost."""

import json

from workbench.formats.interchange.exported import Options
from workbench.formats.interchange.exporting import export
from workbench.formats.interchange.importing import import_bytes
from workbench.model.examples import Example

# The shape of https://schema.getpostman.com/json/collection/v2.1.0: an item's `response`.
ANSWER = {
    "name": "Two orders",
    "originalRequest": {"method": "GET", "url": "https://a.test/orders"},
    "status": "OK",
    "code": 200,
    "_postman_previewlanguage": "json",
    "header": [{"key": "Content-Type", "value": "application/json"}, {"key": "Set-Cookie", "value": "sid=s3cret"}],
    "cookie": [],
    "body": '{"n": 1.10}',
}
POSTMAN = {
    "info": {
        "name": "Shop",
        "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
    },
    "item": [
        {
            "name": "Orders",
            "request": {"method": "GET", "url": "https://a.test/orders"},
            "response": [ANSWER, {"name": "Broken", "code": None, "body": "x"}],
        }
    ],
}


def test_examples_come_in_and_go_out_and_what_cannot_is_told() -> None:
    imported = import_bytes(json.dumps(POSTMAN).encode(), "shop.json")
    (example,) = imported.tree.requests[0].examples
    assert (example.name, example.status, example.reason, example.kind) == ("Two orders", 200, "OK", "json")
    assert example.body == '{"n": 1.10}'
    assert "Saved answers that are not carried over: 1 example." in [loss.what for loss in imported.losses]
    out = export(imported.tree, "postman", Options())
    (answer,) = json.loads(out.content)["item"][0]["response"]
    assert (answer["code"], answer["body"], answer["name"]) == (200, '{"n": 1.10}', "Two orders")
    assert b"s3cret" not in out.content
    assert any("without its cookies" in loss.what for loss in out.losses)
    again = import_bytes(export(imported.tree, "opencollection", Options(with_secrets=True)).content, "shop.yml")
    assert again.tree.requests[0].examples == (example,)
    assert any(
        "Examples of answers are left out: Two orders" in loss.what
        for loss in export(imported.tree, "insomnia", Options()).losses
    )


def test_an_example_without_a_language_is_told_by_its_type() -> None:
    plain = {"name": "Old", "code": 404, "status": "Not Found", "header": None, "body": None}
    item = POSTMAN["item"][0] | {"response": [plain]}  # pyright: ignore
    imported = import_bytes(json.dumps(POSTMAN | {"item": [item]}).encode(), "shop.json")
    assert imported.tree.requests[0].examples == (Example("Old", 404, "Not Found"),)
