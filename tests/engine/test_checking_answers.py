"""Assertions, values taken, and filters: types count, numbers stay exact, what cannot be read is said."""

import json

import pytest

from workbench.engine.checking_answers import Answer, check, filter_body, take, taken
from workbench.model.checks import Assertion, Operator, Taking
from workbench.model.errors import FormatError, UsageError
from workbench.model.message import Body, Head, Response

# The example of RFC 9535, 1.5.
STORE = b"""{ "store": { "book": [
 { "category": "reference", "author": "Nigel Rees", "title": "Sayings of the Century", "price": 8.95 },
 { "category": "fiction", "author": "Evelyn Waugh", "title": "Sword of Honour", "price": 12.99 },
 { "category": "fiction", "author": "Herman Melville", "title": "Moby Dick", "isbn": "0-553-21311-3", "price": 8.99 },
 { "category": "fiction", "author": "J. R. R. Tolkien", "title": "The Lord of the Rings", "isbn": "0-395-19395-8",
   "price": 22.99 } ],
 "bicycle": { "color": "red", "price": 399 } } }"""

BODY = b"""{"id": 12345678901234567890, "total": 10.50, "big": 1e400, "text": "5", "no": null, "yes": true,
"list": [1, "a", {"b": 2.0}], "empty": [], "name": "Ada", "deep": {"a-b": [{"c": "d"}]}}"""


def answer(body: bytes = BODY, head: bytes = b"") -> Answer:
    start = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nETag: W/1\r\nVia: a\r\nVia: b\r\n"
    return Answer(Response(Head(start + head + b"\r\n"), Body(body)), 123_456)


@pytest.mark.parametrize(
    ("expression", "authors"),
    [
        ("$.store.book[*].author", ["Nigel Rees", "Evelyn Waugh", "Herman Melville", "J. R. R. Tolkien"]),
        ("$..book[2].title", ["Moby Dick"]),
        ("$..book[?@.isbn].price", [8.99, 22.99]),
        ("$..book[?@.price<10].title", ["Sayings of the Century", "Moby Dick"]),
        ("$..book[-1].author", ["J. R. R. Tolkien"]),
        ("$..book[0,1].price", [8.95, 12.99]),
        ("$.store.bicycle.price", [399]),
        ("$..book[?match(@.author, 'N.*s')].price", [8.95]),
        ("$..book[?search(@.author, 'e.*h')].price", [12.99]),
        ("$.nothing", []),
        ("store.book[?price < `10`].title", ["Sayings of the Century", "Moby Dick"]),
        ("store.book[].price | sum(@)", 53.92),
        ("store.book | sort_by(@, &price)[-1].title", "The Lord of the Rings"),
        ("nothing", None),
    ],
)
def test_filters_find_what_the_standards_say(expression: str, authors: object) -> None:
    assert json.loads(filter_body(STORE, expression)) == authors


def test_filters_keep_numbers_as_they_came() -> None:
    body = b'{"a": [1.0, 1e400, 12345678901234567890.123, -0, 100000000000000000001, 1E2]}'
    for expression in ("$.a[*]", "a"):
        text = "".join(filter_body(body, expression).split())
        assert text == "[1.0,1e400,12345678901234567890.123,-0,100000000000000000001,1E2]"
    digits = b"9" * 20_000
    assert digits.decode() in filter_body(b"[" + digits + b"]", "$[0]")


@pytest.mark.parametrize(
    ("body", "expression", "error"),
    [
        (b'["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"]', "$[?match(@, '(a+)+')]", UsageError),
        (b"not json", "$.a", FormatError),
        (b"[NaN]", "$[0]", FormatError),
        (b"[" * 100_000, "$[0]", FormatError),
        (b"{}", "$.[", UsageError),
        (b"{}", "a.[", UsageError),
        (b'{"a": 1}', "sum(a)", UsageError),
        (b"{}", "$." + "a." * 20_000 + "a[", UsageError),
        (b'["' + b"\xff" + b'"]', "$[0]", FormatError),
    ],
    ids=["endless", "no-json", "nan", "deep", "path", "jmes", "type", "long", "utf8"],
)
def test_filters_refuse_in_words(body: bytes, expression: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        filter_body(body, expression)


HOLDS = [
    ("status", "eq", "201"),
    ("res.status", "in", "200, 201"),
    ("res.status", "notIn", "[400, 500]"),
    ("res.status", "between", "200, 299"),
    ("reason", "eq", "Created"),
    ("res.statusText", "startsWith", "Cre"),
    ("header.etag", "eq", "W/1"),
    ("res.headers.ETag", "isDefined", ""),
    ("res.headers['Via']", "eq", "a, b"),
    ("header.nobody", "isUndefined", ""),
    ("time", "lte", "123"),
    ("res.responseTime", "lt", "1000"),
    ("size", "gt", "10"),
    ("body", "contains", '"Ada"'),
    ("$.id", "eq", "12345678901234567890"),
    ("$.id", "neq", "12345678901234567891"),
    ("$.total", "eq", "10.5"),
    ("$.total", "gt", "10.49999999999999999999"),
    ("$.big", "gt", "1e399"),
    ("$.text", "eq", "5"),
    ("$.text", "eq", '"5"'),
    ("$.id", "neq", '"12345678901234567890"'),
    ("$.no", "isNull", ""),
    ("$.no", "eq", "null"),
    ("$.yes", "eq", "true"),
    ("$.yes", "isBoolean", ""),
    ("$.yes", "isTruthy", ""),
    ("$.list", "eq", '[1, "a", {"b": 2}]'),
    ("$.list", "length", "3"),
    ("$.list", "contains", "a"),
    ("$.list", "notContains", "z"),
    ("$.list", "isArray", ""),
    ("$.list[*]", "length", "3"),
    ("$.empty", "isEmpty", ""),
    ("$.empty", "isTruthy", ""),
    ("$.name", "matches", "^A.a$"),
    ("$.name", "matches", "/d/"),
    ("$.name", "notMatches", "x"),
    ("$.name", "endsWith", "da"),
    ("$.name", "isString", ""),
    ("$.name", "isNotEmpty", ""),
    ("$.total", "isNumber", ""),
    ("$.deep", "isJson", ""),
    ("body", "isJson", ""),
    ("res.body.deep.a-b[0].c", "eq", "d"),
    ("res.body.list[2].b", "eq", "2"),
    ("res.body", "isJson", ""),
    ("$.nothing", "isUndefined", ""),
    ("$.nothing", "isFalsy", ""),
    ("$.nothing", "neq", "1"),
]


@pytest.mark.parametrize(("expression", "operator", "value"), HOLDS)
def test_assertions_hold(expression: str, operator: str, value: str) -> None:
    (result,) = check(answer(), [Assertion(expression, operator, value)])
    assert result.passed, result.message


def test_every_operator_is_tried() -> None:
    assert {operator for _, operator, _ in HOLDS} >= {operator.value for operator in Operator} - {"gte"}


@pytest.mark.parametrize(
    ("expression", "operator", "value", "message"),
    [
        ("status", "eq", "200", "Expected status eq 200, found 201."),
        ("$.id", "eq", "12345678901234567891", "Expected $.id eq 12345678901234567891, found 12345678901234567890."),
        ("$.text", "isNumber", "", 'Expected $.text isNumber, found "5".'),
        ("$.total", "eq", '"10.50"', 'Expected $.total eq "10.50", found 10.50.'),
        ("$.nothing", "eq", "1", "Expected $.nothing eq 1, found nothing."),
        ("$.no", "isDefined", "", ""),
        ("$.nothing", "isNull", "", "Expected $.nothing isNull, found nothing."),
        ("$.yes", "eq", "1", "Expected $.yes eq 1, found true."),
        ("$.list", "eq", '[1, "a", {"b": true}]', 'found [1,"a",{"b":2.0}].'),
        ("$.name", "gt", "1", 'found "Ada".'),
        ("$.total", "gt", "abc", "'abc' is not a number."),
        ("$.name", "matches", "(", "no regular expression"),
        ("$.name", "resembles", "x", "'resembles' is not known"),
        ("nonsense", "eq", "1", "names no part"),
        ("res.cookies.a", "eq", "1", "names no part"),
        ("$.[", "eq", "1", "no JSONPath"),
    ],
)
def test_what_does_not_hold_is_a_sentence(expression: str, operator: str, value: str, message: str) -> None:
    (result,) = check(answer(), [Assertion(expression, operator, value), Assertion("status", enabled=False)])
    assert message in result.message
    assert result.passed is (message == "")


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a*)*b", "(?:a|b+)+$", "((a{1,99})x?)*c", "(.*,)*$"])
def test_patterns_that_could_run_without_end_are_refused(pattern: str) -> None:
    (result,) = check(answer(b"a" * 50), [Assertion("body", "matches", pattern)])
    assert not result.passed
    assert "without end" in result.message


def test_patterns_of_many_repeats_look_at_short_texts_only() -> None:
    lines = [Assertion("body", "matches", "^a+b?a+$"), Assertion("body", "matches", "a+")]
    assert [each.passed for each in check(answer(b"a" * 500), lines)] == [True, True]
    long = check(answer(b"a" * 50_000), lines)
    assert [each.passed for each in long] == [False, True]
    assert "up to 20,000 characters" in long[0].message


def test_body_that_is_no_json_fails_its_assertions_alone() -> None:
    results = check(answer(b"<html>"), [Assertion("$.id", "eq", "1"), Assertion("status", "eq", "201")])
    assert [result.passed for result in results] == [False, True]
    assert "not JSON" in results[0].message


def test_compressed_body_is_read() -> None:
    import gzip

    (result,) = check(answer(gzip.compress(BODY), b"Content-Encoding: gzip\r\n"), [Assertion("$.name", "eq", "Ada")])
    assert result.passed


def test_values_are_taken_as_they_were_written() -> None:
    came = take(
        answer(),
        [
            Taking("id", "$.id"),
            Taking("total", "res.body.total"),
            Taking("name", "$..name"),
            Taking("list", "$.list"),
            Taking("etag", "header.ETag"),
            Taking("gone", "$.nothing"),
            Taking("off", "$.id", enabled=False),
        ],
    )
    assert {each.taking.name: each.value for each in came} == {
        "id": "12345678901234567890",
        "total": "10.50",
        "name": "Ada",
        "list": '[1,"a",{"b":2.0}]',
        "etag": "W/1",
        "gone": None,
    }
    assert came[-1].problem == "gone was not taken: The answer has no $.nothing."
    assert taken(answer(), "status") == "201"
