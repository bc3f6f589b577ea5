"""The words of `endpoints add` and `edit`, as the files they leave."""

import argparse
from pathlib import Path
from typing import Any

import pytest

from workbench.cli.endpoint_words import add_words, change
from workbench.model.answer import USUAL
from workbench.storage.endpoint_document import document_of, read_document


def changed(document: dict[str, Any], *words: str) -> dict[str, Any]:
    """Return the document that an edit leaves, as it is written: without empty fields."""
    parser = argparse.ArgumentParser()
    add_words(parser)
    change(document, parser.parse_args(words))
    fields = document_of(read_document("x", document, Path("x.yml")))
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


FULL: dict[str, Any] = {"status": 202, "headers": {"X-A": "b"}, "body": "b", "delay": 1.5}


def test_200_takes_all_of_an_answer_back_and_is_said() -> None:
    got = changed({"path": "/x", "answer": dict(FULL), "program": "close"}, "--answer", "200")
    assert got == {"path": "/x", "answer": 200}
    endpoint = read_document("x", got, Path("x.yml"))
    assert endpoint.answer == USUAL
    assert endpoint.is_answer_said


def test_another_status_leaves_the_rest() -> None:
    assert changed({"path": "/x", "answer": dict(FULL)}, "--answer", "201")["answer"] == {**FULL, "status": 201}


def test_what_is_not_named_stays() -> None:
    assert changed({"path": "/x", "answer": 200}, "--deny", "192.0.2.1") == {
        "path": "/x",
        "answer": 200,
        "guards": {"deny": ["192.0.2.1"]},
    }
    assert "answer" not in changed({"path": "/x"}, "--handshakes", "off")
    assert changed({"path": "/x", "answer": 200}, "--body", "hi")["answer"] == {"body": "hi"}


def test_networks_of_the_provider_and_trusted_proxies() -> None:
    got = changed({"path": "/x"}, "--allow", "provider,192.0.2.0/24", "--trusted-proxies", "127.0.0.1,::1")
    assert got["guards"] == {"allow": ["provider", "192.0.2.0/24"], "trusted_proxies": ["127.0.0.1", "::1"]}
    assert "guards" not in changed(got, "--allow", "", "--trusted-proxies", "")


@pytest.mark.parametrize("words", [("--deny", "provider"), ("--trusted-proxies", "provider")])
def test_provider_stands_among_the_allowed_only(words: tuple[str, str]) -> None:
    with pytest.raises(Exception, match="is no network"):
        changed({"path": "/x"}, *words)
