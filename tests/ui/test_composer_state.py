"""What the composer knows without Qt: URLs and their tables, rows as text, forms, steps back, environments."""

from dataclasses import replace

import pytest

from workbench.model.collection import BodyKind, ComposedBody, Field, SavedRequest
from workbench.model.message import Body
from workbench.model.variables import Environment, Scope, ScopeKind, Scopes, Variable
from workbench.ui.collections.environment_list import EnvironmentList
from workbench.ui.composer.field_text import fields_text, read_fields
from workbench.ui.composer.form_text import form_text, read_form
from workbench.ui.composer.request_bar import looks_like_command
from workbench.ui.composer.request_undo import RequestUndo
from workbench.ui.composer.url_parts import join_url, path_names, split_url
from workbench.ui.diff_dialog import diff_text
from workbench.ui.text_units import column, units
from workbench.ui.variable_line import completed
from workbench.ui.variable_words import VariableState, VariableWords, open_placeholder


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("https://api.test:8443/v1/users/:id/posts/:post", ("id", "post")),
        ("localhost:3000/:id", ("id",)),
        ("{{base}}/orders/:order-id?x=:no", ("order-id",)),
        ("http://a.test/:id/:id", ("id",)),
        ("http://a.test:80/", ()),
        ("http://a.test/a:b/x", ()),
        ("http://a.test/x#/:no", ()),
        ("", ()),
    ],
)
def test_path_parameters_are_segments_of_the_path(url: str, names: tuple[str, ...]) -> None:
    assert path_names(url) == names


def test_a_query_goes_through_the_table_as_it_was_typed() -> None:
    url = "http://a.test/x?b=%20&b=+1&empty&c=é{{v}}#part"
    _, fields = split_url(url)
    assert [(each.name, each.value) for each in fields] == [("b", "%20"), ("b", "+1"), ("empty", ""), ("c", "é{{v}}")]
    assert join_url(url, fields) == url.replace("&empty&", "&empty&")


def test_rows_go_through_text_with_repeats_and_switched_off_ones() -> None:
    rows = (
        Field("Accept", "*/*"),
        Field("Cookie", "a=1"),
        Field("Cookie", "b: 2"),
        Field("X-Old", "kept", enabled=False),
        Field("X-Lines", "one\ntwo\\n"),
        Field("Empty", ""),
    )
    text = fields_text(rows)
    assert "# X-Old: kept\n" in text
    assert read_fields(text) == rows


def test_a_form_keeps_the_quoting_of_pairs_nobody_touched() -> None:
    before = "a=%7e&b=x%20y&b=x+y&c={{name}}"
    rows = list(read_form(before))
    assert [(each.name, each.value) for each in rows] == [("a", "~"), ("b", "x y"), ("b", "x y"), ("c", "{{name}}")]
    assert form_text(rows, before) == before
    rows[0] = Field("a", "1 & 2 é")
    assert form_text(rows, before) == "a=1+%26+2+%C3%A9&b=x%20y&b=x+y&c={{name}}"


def test_steps_go_back_over_all_that_was_changed() -> None:
    start = SavedRequest(url="http://a")
    steps = RequestUndo(start)
    typed = [replace(start, url=url) for url in ("http://a/", "http://a/b", "http://a/bc")]
    for request in typed:
        steps.note(request)
    with_body = replace(typed[-1], body=ComposedBody(BodyKind.JSON, Body(b"{}")))
    steps.note(with_body)
    headers = replace(with_body, headers=(Field("A", "1"),))
    steps.note(headers)
    without = replace(headers, headers=())
    steps.note(without)
    assert [steps.undo() for _ in range(3)] == [headers, with_body, typed[-1]]
    assert steps.undo() == start
    assert not steps.can_undo
    assert steps.redo() == typed[-1]
    steps.note(start, whole=True)
    assert not steps.can_redo


def words() -> VariableWords:
    return VariableWords(
        Scopes(
            (
                Scope(ScopeKind.COLLECTION, "Billing", {"host": "prod", "id": "1"}),
                Scope(ScopeKind.ENVIRONMENT, "local", {"host": "localhost", "token": "s3cret"}, frozenset({"token"})),
            )
        )
    )


def test_placeholders_are_told_apart_and_explained_without_secrets() -> None:
    text = "{{host}}/{{nope}}?t={{token}}&u={{$uuid}}{{ {json} }}"
    marks = words().marks(text)
    assert [mark.state for mark in marks] == [
        VariableState.KNOWN,
        VariableState.UNKNOWN,
        VariableState.SECRET,
        VariableState.DYNAMIC,
    ]
    assert words().explain(text, 3) == "host = localhost\nfrom environment local"
    assert "no value" in words().explain(text, text.index("nope"))
    hidden = words().explain(text, text.index("token"))
    assert "s3cret" not in hidden
    assert "environment local" in hidden
    assert words().explain(text, 8) == ""
    assert "s3cret" not in str(words().completions("to"))


def test_completion_is_offered_while_braces_are_open_and_closes_them_once() -> None:
    assert open_placeholder("a{{ho", 5) == 3
    assert open_placeholder("a{{host}}b", 10) is None
    assert [insert for insert, _ in words().completions("ho")] == ["host"]
    assert completed("a{{ho", 5, "host") == (3, 5, "host}}")
    assert completed("a{{ho}}", 5, "host") == (3, 5, "host")


def test_places_are_counted_as_qt_counts_them() -> None:
    text = "😀é{{x}}"
    assert units(text, 2) == 3
    assert column(text, 3) == 2
    assert column("abc", 2) == 2


def test_environments_are_edited_as_a_whole() -> None:
    local = Environment("local", (Variable("host", "a"),), path="/c/local.yml")
    staging = Environment("staging", extends="local", path="/c/staging.yml")
    state = EnvironmentList((local, staging))
    assert state.changed() == []
    state.rename(0, "dev")
    assert state.now[1].extends == "dev"
    copy = state.duplicate(0)
    assert (state.now[copy].name, state.now[copy].path) == ("dev copy", "")
    state.rename(copy, "STAGING")
    assert "called" in state.problem()
    state.remove(copy)
    state.remove(1)
    assert state.problem() == ""
    assert [each.name for each in state.changed()] == ["dev"]
    assert state.removed() == [staging]
    state.rename(state.add(), " ")
    assert "needs a name" in state.problem()


@pytest.mark.parametrize(
    ("text", "is_command"),
    [
        ("curl https://a.test", True),
        ("  $ curl 'https://a.test' \\\n -H 'A: b'", True),
        ("http POST a.test x=1", True),
        ('fetch("https://a.test")', True),
        ("await fetch('x')", True),
        ("http://a.test/x", False),
        ("https://a.test/a b", False),
        ("curl", False),
        ("{{base}}/x", False),
    ],
)
def test_a_command_is_told_from_a_url(text: str, is_command: bool) -> None:
    assert looks_like_command(text) == is_command


def test_a_difference_is_a_unified_diff() -> None:
    assert diff_text("a\nb\n", "a\nc\n", "mine", "theirs").splitlines() == [
        "--- mine",
        "+++ theirs",
        "@@ -1,2 +1,2 @@",
        " a",
        "-b",
        "+c",
    ]
    assert diff_text("a", "a", "x", "y") == ""
