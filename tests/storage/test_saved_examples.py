"""Examples of answers in a request's file: kept, read, and those of others left as they stand."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import yaml

from workbench.model.collection import SavedRequest
from workbench.model.examples import Example
from workbench.storage.collections import create_collection, read_request, save_request

SCHEMA = json.loads((Path(__file__).parents[2] / "resources/schemas/opencollection-1.0.0.json").read_text("utf-8"))
REQUEST = jsonschema.Draft7Validator({"$ref": "#/$defs/HttpRequest", "$defs": SCHEMA["$defs"]})
PAID = Example("Paid", 201, "Created", (("Content-Type", "application/json"),), '{\n  "n": 1.10\n}\n', "json")
BY_OTHERS = """\
info:
  name: Pay
  type: http
http:
  method: POST
  url: https://a.test
examples:
  # what the bank says
  - name: Declined   # often
    description: by the bank
    request:
      method: POST
      headers:
        - name: A
          value: "1"
          disabled: true
    response:
      status: 402
      statusText: Payment Required
      body: { type: text, data: "no" }
  - name: A picture
    response:
      status: 200
      body: { type: binary, data: AAEC }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    create_collection(tmp_path / "shop", "Shop")
    return tmp_path / "shop" / "pay.yml"


def test_examples_are_kept_in_the_words_of_the_schema(file: Path) -> None:
    odd = Example("Odd", 500, "", (), "tab\there \r\n  \u2028\n\n", "text")
    request = SavedRequest("Pay", "POST", "https://a.test", examples=(PAID, odd))
    save_request(file, request)
    REQUEST.validate(yaml.safe_load(file.read_text("utf-8")))
    assert read_request(file) == replace(request, auth=read_request(file).auth)
    save_request(file, replace(read_request(file), examples=(odd,)))
    assert read_request(file).examples == (odd,)
    save_request(file, replace(read_request(file), examples=()))
    assert "examples" not in file.read_text("utf-8")


def test_examples_of_others_stay_as_they_stand(file: Path) -> None:
    file.write_text(BY_OTHERS, "utf-8")
    request = read_request(file)
    assert request.examples == (Example("Declined", 402, "Payment Required", (), "no", "text"),)
    save_request(file, replace(request, examples=(*request.examples, PAID)))
    text = file.read_text("utf-8")
    assert text.startswith(BY_OTHERS[: BY_OTHERS.index("  - name: A picture")])
    assert "{ type: binary, data: AAEC }" in text
    REQUEST.validate(yaml.safe_load(text))
    assert read_request(file).examples == (*request.examples, PAID)
