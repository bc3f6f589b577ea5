"""Lists compared: what was put in is one difference in a list of any length, and no list takes without end."""

import json
import time
from typing import Any

import jsonpath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.formats.differing_json import json_differences

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("abc", max_size=3),
    lambda inside: st.lists(inside, max_size=5) | st.dictionaries(st.text("a 'b", max_size=2), inside, max_size=4),
    max_leaves=15,
)


def differences(before: Any, after: Any) -> list[Any]:
    return json_differences(json.dumps(before).encode(), json.dumps(after).encode())[0]


@settings(max_examples=100, deadline=None)
@given(VALUES, VALUES)
def test_differences_are_where_the_values_are(before: Any, after: Any) -> None:
    """The JSONPath library finds at each path what is said to be there; no difference means equal values."""
    found = differences(before, after)
    assert bool(found) is (json.dumps(before, sort_keys=True) != json.dumps(after, sort_keys=True))
    for each in found:
        value, root = (each.after, after) if each.after is not None else (each.before, before)
        assert jsonpath.findall(each.place, root) == [json.loads(value)]


@pytest.mark.parametrize("at", [0, 9_000, 20_000])
def test_an_item_put_into_a_long_list_is_one_difference(at: int) -> None:
    rows = list(range(20_000))
    (found,) = differences(rows, [*rows[:at], "new", *rows[at:]])
    assert (found.place, found.before, found.after) == (f"$[{at}]", None, '"new"')


def test_no_list_takes_without_end() -> None:
    began = time.monotonic()
    assert differences([0] * 999, [0, 1] * 500)
    assert differences([0] * 199, [0, 1] * 100)
    assert time.monotonic() - began < 5
