"""`docs/endpoints.md` says what is so: its examples are read, and it leaves out no field, filter, test or way."""

import re
from pathlib import Path

import pytest

from workbench.engine.template_filters import SANDBOX
from workbench.engine.template_sandbox import MADE
from workbench.engine.templates import VALUES, Values, render
from workbench.model.answer import Way
from workbench.model.answer_phrase import read_program
from workbench.model.message import Headers
from workbench.providers.subject import Subject
from workbench.storage import endpoint_document
from workbench.storage.endpoints import parse_endpoint

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "endpoints.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_is_an_endpoint(example: str) -> None:
    assert parse_endpoint("example", example) != parse_endpoint("example", "path: /example")


def test_lines_of_programs_are_programs() -> None:
    rows = PAGE.split("In a line:")[1].split("Parts are joined")[0]
    phrases = [phrase for row in re.findall(r"^\| (`.*?) \|", rows, re.MULTILINE) for phrase in row.split(", ")]
    assert len(phrases) >= 10
    for phrase in phrases:
        assert read_program(phrase.strip("`")).steps


def test_templates_are_filled_in() -> None:
    block = PAGE.split("## Templates")[1].split("```")[1]
    body = b'{"id": "e", "total": 101, "data": {"order": {"n": 1}}, "items": [{"id": "a", "name": "x"}]}'
    subject = Subject("POST", "/", Headers((("Content-Type", "application/json"),)), body)
    filled = render(block, Values(subject, 1, 0))
    assert '{"id": "e", "order": {"n": 1}, "who": "nobody"}' in filled
    assert "1. X\nlarge" in filled
    assert filled.rstrip().endswith("a")


def test_page_names_everything() -> None:
    named = set(re.findall(r"[A-Za-z_][A-Za-z_0-9-]*", " ".join(re.findall(r"`[^`]+`|```.*?```", PAGE, re.DOTALL))))
    tables = (
        endpoint_document.EndpointTable,
        endpoint_document.AnswerTable,
        endpoint_document.StepTable,
        endpoint_document.WhenTable,
        endpoint_document.ProgramTable,
        endpoint_document.GuardsTable,
        endpoint_document.RateTable,
        endpoint_document.HeaderTable,
        endpoint_document.ForwardTable,
    )
    fields = {field for table in tables for field in table.__struct_fields__}
    wanted = fields | VALUES | {way.value for way in Way} | set(SANDBOX.filters) | set(SANDBOX.tests)
    assert wanted - named - {MADE} == set()
