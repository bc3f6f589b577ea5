"""Templates of answers: what they may do, and that nobody gets out of them or holds the program up with one."""

import contextlib
import json
import time
import tracemalloc
from urllib.parse import quote

import pytest

from workbench.engine.templates import Values, read_template, render
from workbench.model.errors import UsageError
from workbench.model.message import Headers
from workbench.providers.subject import Subject

EVENT = {
    "id": "evt_1",
    "items": [{"n": 3, "name": "Pear"}, {"n": 1, "name": "apple"}, {"n": 1, "name": "Fig"}],
    "price": 1.5,
    "text": 'a "b" <c>',
    "class": "gold",
    "none": None,
}


def values(body: bytes = b"", content_type: str = "application/json", target: str = "/hook?who=me") -> Values:
    headers = Headers((("Content-Type", content_type), ("X-Id", "7")))
    return Values(Subject("POST", target, headers, body or json.dumps(EVENT).encode()), 1, 0)


FILLED = {
    '{"id": "{{ json.id }}"}': '{"id": "evt_1"}',
    "{{ json.items[0].n }} {{ json['items'].1.name }}": "3 apple",
    "{{ method }} {{ path }} {{ query.who }} {{ count }}": "POST /hook me 1",
    '{{ headers["x-ID"] }} {{ headers["X-No"]|default("none") }}': "7 none",
    '{{ json.no|default("-") }}{{ json.none|d("-", true) }}': "--",
    "{% for item in json.items %}{{ loop.index }}:{{ item.name|lower }}{{ ',' if not loop.last }}{% endfor %}": (
        "1:pear,2:apple,3:fig"
    ),
    '{{ json.items|map(attribute="name")|sort|join(", ") }}': "apple, Fig, Pear",
    '{{ json.items|map(attribute="name")|map("upper")|first }}': "PEAR",
    '{{ json.items|selectattr("n", "gt", 1)|map(attribute="name")|join }}': "Pear",
    '{{ json.items|rejectattr("n", "gt", 1)|list|length }}': "2",
    "{{ json.items|sum(attribute='n') }} {{ json.items|max(attribute='n')|tojson }}": ('5 {"n": 3, "name": "Pear"}'),
    "{{ json.items|unique(attribute='n')|length }}": "2",
    '{{ {"got": json.id, "n": [1, json.price]}|tojson }}': '{"got": "evt_1", "n": [1, 1.5]}',
    "{{ json.text|tojson }} {{ json.text|e }}": '"a \\"b\\" <c>" a &#34;b&#34; &lt;c&gt;',
    "{{ 'é'|tojson }} {{ 'a b/é'|urlencode }} {{ {'a': 'x y', 'b': 1}|urlencode }}": '"é" a%20b/%C3%A9 a=x%20y&b=1',
    "{{ json.id[4:] }}{{ json.id[0] }}{{ json.id[:3]|upper }}": "1eEVT",
    "{{ (json.price * 2)|int }} {{ 7 // 2 }} {{ 7 % 4 }} {{ -json.price|abs }}": "3 3 3 1.5",
    "{{ 2.345|round(2) }} {{ 2.1|round(0, 'ceil')|int }}": "2.35 3",
    "{% set n = json.items|length %}{% if n > 2 and json.id in ['evt_1'] %}many{% else %}few{% endif %}": "many",
    "{% for k, v in {'a': 1}|items %}{{ k }}{{ v }}{% endfor %}": "a1",
    "{% for n in range(1, 7, 2) %}{{ n }}{% endfor %}{{ range(3)|list }}": "135[0, 1, 2]",
    "{{ 'a long text'|truncate(9) }} {{ ' x '|trim }} {{ 'abc'|reverse }} {{ 'ab cd'|title }}": "a... x cba Ab Cd",
    "{{ '12'|int }} {{ 'x'|int(5) }} {{ '1.5'|float }} {{ json.id is string }}": "12 5 1.5 True",
    "{{ json.class }}": "gold",
    "{{ '{{' }} {# note #}{% raw %}{{ x }}{% endraw %}\n": "{{ {{ x }}\n",
}


@pytest.mark.parametrize("template", FILLED)
def test_template_is_filled_in(template: str) -> None:
    assert render(template, values()) == FILLED[template]


def test_form_and_body() -> None:
    form = values(b"From=%2B1&From=2&Body=caf%C3%A9", "application/x-www-form-urlencoded")
    assert render("{{ form.From }} {{ form.Body }} {{ body|length }}", form) == "+1 café 31"


DOUBLED = "{% set a = 'aaaaaaaaaa' %}" + "{% set a = a + a %}" * 17
"""A text of a million characters, in so many steps."""

NESTED = "{% set a = [1] %}" + "{% set a = [a, a] %}" * 40
NUMBERS = "[" + "0," * 400_000 + "0]"

ESCAPES = {
    # The review's.
    "round": "{{ 1.5|round(6000000, 'ceil') }}",
    "round, not constant": "{{ (count + 0.5)|round(3000000, 'ceil') }}",
    "tojson indent": "{{ [count]|tojson(indent=400000000) }}",
    "bytes": "{{ 'a'.encode() * 400000000 }}",
    "bytes center": "{{ 'a'.encode().center(400000000) }}",
    "to_bytes": "{{ count.to_bytes(400000000, 'big') }}",
    "translate": DOUBLED + "{{ a.translate({97: a}) }}",
    "digits": "{{ " + "9" * 5000 + " }}",
    "parentheses": "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "tojson of tojson": "{{ '<\"'" + "|tojson" * 40 + " }}",
    # Others.
    "doubled text": DOUBLED + "{% set b = a + a %}{{ b|length }}",
    "doubled, many kept": DOUBLED[: -19 * 2] + "".join(f"{{% set b{n} = a + '{n}' %}}" for n in range(900)),
    "slices, many kept": "".join(f"{{% set b{n} = body[{n + 1}:] %}}" for n in range(600)),
    "lists of lists": NESTED + "{{ a }}",
    "lists of lists, compared": NESTED + NESTED.replace("a", "b") + "{{ a == b }}",
    "lists of lists, as a key": NESTED.replace("[", "(").replace("]", ",)") + "{{ {a: 1} }}",
    "dictionaries of dictionaries": "{% set a = {'k': 1} %}" + "{% set a = {'x': a, 'y': a} %}" * 40 + "{{ a }}",
    "lists through map": "{% set a = [1] %}" + "{% set a = [a, a]|map('list')|list %}" * 40 + "{{ a|tojson }}",
    "join with a long separator": "{{ range(10000)|join(body) }}",
    "map to a large value": "{{ json|map('default', json, true)|list }}",
    "many references": "{{ [" + "json," * 500 + "] }}",
    "power": "{{ 9 ** 9 ** 9 }}",
    "large factor": "{% set a = 999999999 %}{{ a * a * a * a }}",
    "text times number": "{{ 'a' * 400000000 }}",
    "number times list": "{{ 400000000 * [1] }}",
    "list plus list": "{{ json + json }}",
    "percent": "{{ '%999999999d' % 1 }}",
    "format method": "{{ '{:>999999999}'.format(1) }}",
    "format filter": "{{ '%999999999d'|format(1) }}",
    "center filter": "{{ 'a'|center(400000000) }}",
    "indent filter": "{{ 'a\na'|indent(400000000) }}",
    "wordwrap filter": "{{ body|wordwrap(1) }}",
    "pprint filter": "{{ json|pprint }}",
    "batch filter": "{{ json|batch(400000000, 1)|list }}",
    "slice filter": "{{ json|slice(400000000)|list }}",
    "lipsum": "{{ lipsum(n=99999) }}",
    "cycler": "{{ cycler('a') }}",
    "namespace": "{% set n = namespace(a=1) %}{{ n.a }}",
    "range": "{{ range(10 ** 9)|list }}",
    "range, large": "{{ range(999999999)|list }}",
    "loop without end": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "loop over a filter": "{% for a in range(99999) %}{% set b = json|length %}{% endfor %}",
    "sort of many": "{{ json|sort|first }}",
    "concatenation": DOUBLED + "{{ a ~ a ~ a ~ a }}",
    "block set": "{% set a %}{{ body }}{% endset %}{{ a }}",
    "macro": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "recursive loop": "{% for a in [[1]] recursive %}{{ loop(a) }}{% endfor %}",
    "include": "{% include '/etc/passwd' %}",
    "import": "{% import 'os' as os %}",
    "extends": "{% extends 'a' %}",
    "class": "{{ ''.__class__.__mro__ }}",
    "class by item": "{{ ''['__class__']['__mro__'] }}",
    "class by map": "{{ ['']|map(attribute='__class__')|list }}",
    "class by attr filter": "{{ ''|attr('__class__') }}",
    "globals of a function": "{{ range.__globals__ }}",
    "globals through headers": "{{ headers.get.__globals__ }}",
    "globals through loop": "{% for a in [1] %}{{ loop.__init__.__globals__ }}{% endfor %}",
    "self": "{{ self.__init__ }}",
    "undefined": "{{ json.no.__init__ }}",
    "caller of nothing": "{{ json.items() }}",
    "headers as a text": "{{ headers }}",
    "headers in a list": "{{ [headers] }}",
    "loop in a list": "{% for a in [1] %}{{ [loop] }}{% endfor %}",
    "path of a map without end": "{{ [json]|map(attribute=body)|list }}",
    "a filter of ours by its name": "{{ 'a'|(made) }}",
    "star arguments": "{{ 'a'|truncate(*json) }}",
    "large template": "{{ 1 }}" * 40_000,
    "deep condition": "{{ 1" + " if 1 else 1" * 3000 + " }}",
    "deep block": "{% if 1 %}" * 400 + "{% endif %}" * 400,
    "long sum": "{{ 1" + " + 1" * 5000 + " }}",
    "unended": "{{ " + "[" * 500,
}


@pytest.mark.parametrize("name", ESCAPES)
def test_escape_is_refused_in_time_and_memory(name: str) -> None:
    given = values(NUMBERS.encode())
    tracemalloc.start()
    began = time.thread_time()
    try:
        with pytest.raises(UsageError):
            render(ESCAPES[name], given)
        took = time.thread_time() - began
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert took < 3
    assert peak < 64 * 1024 * 1024


def test_single_step_over_a_large_body_is_short() -> None:
    """The worst that one step may be given is a body of 1 MiB: the interpreter is held for a moment only."""
    large = values(b'["' + b'"'.join([b"<>&" * 10, b","] * 20_000) + b'"]')
    for template in ("{{ json|tojson|length }}", "{{ body|escape|length }}", "{{ body|urlencode }}", "{{ json }}"):
        began = time.process_time()
        with contextlib.suppress(UsageError):
            render(template, large)
        assert time.process_time() - began < 1


def test_body_that_a_template_does_not_name_costs_it_nothing() -> None:
    """Mandrill's forms hold megabytes of JSON."""
    events = quote('[{"event":"send","msg":{"email":"a@b.c","subject":"x"}}]' * 30_000, safe="")
    form = values(b"mandrill_events=" + events.encode(), "application/x-www-form-urlencoded")
    assert render("ok {{ method }}", form) == "ok POST"
    with pytest.raises(UsageError, match="looks into"):
        render("{{ form.mandrill_events }}", form)


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ nothing }}", "no value nothing"),
        ("{{ json.id ~ 1 }}", r"use \+"),
        ("line\n{% if %}", "in line 2"),
        ("{{ json.id.upper() }}", "use filters"),
        ("{{ json.id|upcase }}", "upcase"),
        ("{{ " + "9" * 5000 + " }}", "wrong"),
    ],
)
def test_wrong_template_is_said_while_it_is_read(template: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        read_template(template)


def test_half_a_character_goes_out_as_a_replacement() -> None:
    filled = render('{{ "\\ud800" }}{{ json.x }}', values(b'{"x": "\\ud83d!"}'))
    assert filled == "\ufffd\ufffd!"


def test_usual_template_takes_less_than_a_millisecond() -> None:
    template = '{"id": "{{ json.id }}", "n": {{ json["items"][0].n }}, "who": "{{ query.who }}", "u": "{{ uuid }}"}'
    given = values()
    render(template, given)
    best = 1.0
    for _ in range(20):
        began = time.perf_counter()
        render(template, given)
        best = min(best, time.perf_counter() - began)
    assert best < 0.001
