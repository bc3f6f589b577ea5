"""A tree over JSON text: what is opened is read, nothing is changed, paths find what they name."""

import json

import pytest

from workbench.formats.body import View, view
from workbench.formats.json_query import jmes_path, json_path, parse
from workbench.formats.json_text import pretty
from workbench.formats.json_tree import PAGE, JsonTree, Node, jmes_path_of, jq_path_of, json_path_of

BODY = (
    rb'{"a":1.0,"a":1e400,"list":[{},[],"x\n{",[1,2]],'
    rb'"odd \"name\"":{"deep":{"er":null}},"n":12345678901234567890}'
)


def opened(tree: JsonTree, node: Node) -> list[Node]:
    while found := tree.load(node):
        node.children += found
    return node.children


def test_children_keep_order_repeats_and_numbers() -> None:
    tree = JsonTree(pretty(BODY))
    children = opened(tree, tree.root)
    assert [each.label for each in children] == ["a", "a", "list", 'odd "name"', "n"]
    assert [tree.value(children[at]) for at in (0, 1, 4)] == [b"1.0", b"1e400", b"12345678901234567890"]
    items = opened(tree, children[2])
    assert [(tree.kind(each), tree.has_children(each)) for each in items] == [
        ("object", False), ("array", False), ("string", False), ("array", True),
    ]  # fmt: skip
    assert tree.value(children[3]) == b'{\n  "deep": {\n    "er": null\n  }\n}'


def test_paths_find_their_value() -> None:
    tree = JsonTree(pretty(BODY))
    children = opened(tree, tree.root)
    deep = opened(tree, opened(tree, children[3])[0])[0]
    second = opened(tree, opened(tree, children[2])[3])[1]
    value = parse(BODY)
    for node, expected in ((deep, None), (second, 2)):
        assert json_path(value, json_path_of(node))[0] == [expected]
        assert jmes_path(value, jmes_path_of(node)) == expected
    assert jq_path_of(second) == ".list[3][1]"
    assert jq_path_of(deep) == '.["odd \\"name\\""].deep.er'


def test_a_long_array_comes_in_pages() -> None:
    tree = JsonTree(pretty(json.dumps(list(range(2 * PAGE + 1))).encode()))
    first = tree.load(tree.root)
    assert len(first) == PAGE
    tree.root.children += first
    assert [tree.value(each) for each in opened(tree, tree.root)] == [b"%d" % each for each in range(2 * PAGE + 1)]


@pytest.mark.parametrize("body", [b"1", b'"x"', b"{}", b"[]", b"null"])
def test_a_value_without_children_is_a_tree_of_one(body: bytes) -> None:
    tree = JsonTree(pretty(body))
    assert (tree.load(tree.root), tree.value(tree.root)) == ([], body)


def test_what_is_no_json_has_no_tree_but_a_sentence() -> None:
    seen = view(b'{"a":}', "application/json", wanted=View.TREE)
    assert (seen.view, seen.text) == (View.SOURCE, b'{"a":}')
    assert "line 1" in seen.problem
