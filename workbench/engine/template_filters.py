"""The filters of templates. Each says what it works on and how much it makes; see `template_sandbox` for why."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any, cast
from urllib.parse import quote

from jinja2 import TemplateError, Undefined
from jinja2.filters import do_round, do_truncate
from markupsafe import escape

from workbench.engine.template_sandbox import Sandbox, made, plain, refuse_over, weight

ITEMS_LIMIT = 10_000
PRECISION_LIMIT = 15
NOTHING: Any = Undefined()


def _text(value: Any) -> str:
    """Return a value as a text, counted where it was none."""
    if isinstance(value, str):
        return value
    if isinstance(value, Undefined):
        return cast("Any", value)._fail_with_undefined_error()
    weight(plain(value))
    return made(str(value))


def _items(value: Any) -> list[Any]:
    """Return what is in a list, a dictionary (its keys), a range or a text (its characters)."""
    if isinstance(value, Undefined):
        return cast("Any", value)._fail_with_undefined_error()
    if not isinstance(value, list | tuple | dict | range | str):
        raise TemplateError("that is no list")
    sized = cast("list[Any]", value)
    if len(sized) > ITEMS_LIMIT:
        raise TemplateError(f"a list of {len(sized):,} is more than the {ITEMS_LIMIT:,} that a filter takes")
    return list(sized)


def _number(value: Any) -> Any:
    if not isinstance(value, int | float):
        raise TemplateError(f"{_text(value)[:40]!r} is no number")
    return value


def _whole(value: Any, lowest: int, highest: int) -> int:
    if not isinstance(value, int) or not lowest <= value <= highest:
        raise TemplateError(f"an argument must be a whole number from {lowest:,} to {highest:,}")
    return value


def _at(item: Any, path: Any) -> Any:
    """Return what lies at a dotted path of an item; a number is a place in a list."""
    for name in str(path).split("."):
        item = SANDBOX.getitem(item, int(name) if name.isdecimal() and len(name) < 9 else name)
    return item


def _comparable(item: Any, attribute: Any = None) -> Any:
    value = item if attribute is None else _at(item, attribute)
    if not isinstance(value, str | int | float):
        raise TemplateError("only texts and numbers can be compared")
    return value.lower() if isinstance(value, str) else value


# Texts


def _changed(change: Callable[[str], str], value: Any) -> str:
    text = _text(value)
    refuse_over(len(text))
    return made(change(text))


def _join(value: Any, separator: Any = "") -> str:
    texts, between = [_text(item) for item in _items(value)], _text(separator)
    refuse_over(sum(map(len, texts)) + len(between) * len(texts))
    return made(between.join(texts))


def _truncate(value: Any, length: int = 255, killwords: bool = False, end: str = "...") -> str:
    text, tail = _text(value), _text(end)
    size = _whole(length, len(tail), 10**6)
    return made(do_truncate(SANDBOX, text, size, bool(killwords), tail, 0))


def _tojson(value: Any) -> str:
    weight(value)
    return made(json.dumps(value, ensure_ascii=False))


def _urlencode(value: Any) -> str:
    if isinstance(value, dict):
        pairs = [(_text(key), _text(item)) for key, item in cast("dict[Any, Any]", value).items()]
        refuse_over(sum(len(key) + len(item) for key, item in pairs))
        return made("&".join(f"{quote(key, '')}={quote(item, '')}" for key, item in pairs))
    return _changed(quote, value)


# Numbers


def _abs(value: Any) -> Any:
    return abs(_number(value))


def _int(value: Any, default: Any = 0) -> Any:
    read = value if isinstance(value, int | float) else _text(value)
    try:
        return int(read)
    except (ValueError, OverflowError):
        pass
    try:
        return int(float(read))
    except (ValueError, OverflowError):
        return default


def _float(value: Any, default: Any = 0.0) -> Any:
    try:
        return float(value if isinstance(value, int | float) else _text(value))
    except (ValueError, OverflowError):
        return default


def _round(value: Any, precision: int = 0, method: str = "common") -> Any:
    if method not in ("common", "ceil", "floor"):
        raise TemplateError("round is common, ceil or floor")
    return do_round(_number(value), _whole(precision, -PRECISION_LIMIT, PRECISION_LIMIT), cast("Any", method))


# Lists


def _default(value: Any, fallback: Any = "", boolean: bool = False) -> Any:
    return fallback if isinstance(value, Undefined) or (boolean and not value) else value


def _end(place: int, value: Any) -> Any:
    if isinstance(value, dict):
        value = list(cast("dict[Any, Any]", value))
    return SANDBOX.getitem(value, place)


def _length(value: Any) -> int:
    if isinstance(value, list | tuple | dict | range | str):
        return len(cast("list[Any]", value))
    return len(_items(value))


def _pairs(value: Any) -> list[Any]:
    if not isinstance(value, dict):
        raise TemplateError("items are a dictionary's")
    return made([list(pair) for pair in cast("dict[Any, Any]", value).items()])


def _listed(value: Any) -> list[Any]:
    return made(_items(value))


def _reverse(value: Any) -> Any:
    return made(value[::-1]) if isinstance(value, str) else made(_items(value)[::-1])


def _sort(value: Any, reverse: bool = False, attribute: Any = None) -> list[Any]:
    return made(sorted(_items(value), key=partial(_comparable, attribute=attribute), reverse=bool(reverse)))


def _unique(value: Any, attribute: Any = None) -> list[Any]:
    seen: dict[Any, Any] = {}
    for item in _items(value):
        seen.setdefault(_comparable(item, attribute), item)
    return made(list(seen.values()))


def _best(choose: Any, value: Any, attribute: Any = None) -> Any:
    items = _items(value)
    return choose(items, key=partial(_comparable, attribute=attribute)) if items else NOTHING


def _sum(value: Any, attribute: Any = None) -> Any:
    numbers = [_number(item if attribute is None else _at(item, attribute)) for item in _items(value)]
    return made(sum(numbers))


def _map(value: Any, name: str | None = None, *, attribute: Any = None) -> list[Any]:
    if (name is None) == (attribute is None):
        raise TemplateError("map takes an attribute or the name of a filter")
    if name is None:
        return made([_at(item, attribute) for item in _items(value)])
    change = _FILTERS.get(name)
    if change is None:
        raise TemplateError(f"there is no filter {name}")
    return made([change(item) for item in _items(value)])


def _chosen(wanted: bool, value: Any, *test: Any) -> list[Any]:
    return made([item for item in _items(value) if _passes(item, *test) is wanted])


def _chosen_by(wanted: bool, value: Any, attribute: Any, *test: Any) -> list[Any]:
    return made([item for item in _items(value) if _passes(_at(item, attribute), *test) is wanted])


def _passes(value: Any, name: str | None = None, *arguments: Any) -> bool:
    if name is None:
        return bool(value)
    if name not in cast("Any", SANDBOX).tests:
        raise TemplateError(f"there is no test {name}")
    return bool(cast("Any", SANDBOX.call_test)(name, value, list(arguments)))


_FILTERS: dict[str, Callable[..., Any]] = {
    "abs": _abs,
    "count": _length,
    "d": _default,
    "default": _default,
    "e": partial(_changed, lambda text: str(escape(text))),
    "escape": partial(_changed, lambda text: str(escape(text))),
    "first": partial(_end, 0),
    "float": _float,
    "int": _int,
    "items": _pairs,
    "join": _join,
    "last": partial(_end, -1),
    "length": _length,
    "list": _listed,
    "lower": partial(_changed, str.lower),
    "map": _map,
    "max": partial(_best, max),
    "min": partial(_best, min),
    "reject": partial(_chosen, False),
    "rejectattr": partial(_chosen_by, False),
    "reverse": _reverse,
    "round": _round,
    "safe": _text,
    "select": partial(_chosen, True),
    "selectattr": partial(_chosen_by, True),
    "sort": _sort,
    "string": _text,
    "sum": _sum,
    "title": partial(_changed, str.title),
    "tojson": _tojson,
    "trim": partial(_changed, str.strip),
    "truncate": _truncate,
    "unique": _unique,
    "upper": partial(_changed, str.upper),
    "urlencode": _urlencode,
}

SANDBOX = Sandbox(_FILTERS)
"""The environment of all templates."""
