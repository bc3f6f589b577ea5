"""Variables, assertions, actions and settings in OpenCollection's words.

Rows may say more than we do: a value with a type, one of several values, a phase, a description. A row that did not
change is written as it stands; of one that did, only what we know is changed.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from workbench.model.checks import UNARY, Assertion, Taking
from workbench.model.send_settings import SendSettings
from workbench.model.variables import Variable
from workbench.storage.collection_document import Mapping, Plain, Scalar, Sequence, text_rows

OPENCOLLECTION_SETTINGS = {
    "timeout_s": "timeout",
    "follow_redirects": "followRedirects",
    "max_redirects": "maxRedirects",
}
"""Our settings that OpenCollection has words for, with its words."""
_INHERIT = "inherit"
_AFTER = "after-response"

_Item = TypeVar("_Item")


def rows_like(
    items: tuple[_Item, ...],
    former: list[Plain],
    read: Callable[[Plain], _Item | None],
    write: Callable[[_Item, Plain], Plain],
) -> list[Plain]:
    """Return a row for each item: a former one that says the same, else one made from a former one of its name.

    Rows that `read` takes for None are not ours; they stay behind the row that they followed.
    """
    left = [row for row in former if read(row) is not None]
    rows: list[Plain] = []
    for item in items:
        row = next((row for row in left if read(row) == item), None)
        if row is None:
            name = _name(write(item, {}))
            row = next((row for row in left if _name(row) == name and read(row) not in items), None)
            rows.append(write(item, row or {}))
        else:
            rows.append(row)
        left = [other for other in left if other is not row]
    for at, row in enumerate(former):
        if read(row) is None:
            rows.insert(min(at, len(rows)), row)
    return rows


def _name(row: Plain) -> Any:
    return row.get("name") or row.get("expression") or cast("Plain", row.get("variable", {})).get("name")


def plain_variables(holder: Mapping, key: str = "variables") -> list[Plain]:
    """Return rows of variables; a value is text, a text with its type, or a choice of both."""
    rows: list[Plain] = []
    for row in holder.rows(key):
        plain: Plain = {"name": row.text("name") or ""}
        value = _plain_value(row)
        if value is not None:
            plain["value"] = value
        plain |= {flag: True for flag in ("secret", "disabled") if row.flag(flag)}
        rows.append(plain)
    return rows


def _plain_value(row: Mapping) -> Any:
    node = row.pairs.get("value")
    if isinstance(node, Sequence):
        variants = row.rows("value")
        return [
            {
                "title": variant.text("title") or "",
                "selected": variant.flag("selected"),
                "value": _plain_value(variant),
            }
            for variant in variants
        ]
    if isinstance(node, Mapping):
        return {"type": node.text("type") or "string", "data": node.text("data") or ""}
    return node.text if isinstance(node, Scalar) else None


def variable_of(row: Plain) -> Variable:
    """Return what a row says; of a choice the selected value."""
    secret = "secret" in row
    return Variable(row["name"], "" if secret else _value_of(row.get("value")), "disabled" not in row, secret)


def _value_of(value: Any) -> str:
    if isinstance(value, list):
        chosen = _selected(cast("list[Plain]", value))
        return _value_of(chosen["value"]) if chosen else ""
    if isinstance(value, dict):
        return cast("Plain", value)["data"]
    return value or ""


def _selected(variants: list[Plain]) -> Plain | None:
    return next((variant for variant in variants if variant["selected"]), variants[0] if variants else None)


def variable_row(variable: Variable, former: Plain) -> Plain:
    """Return a variable's row; a secret has no value there."""
    row: Plain = {"name": variable.name}
    if variable.secret:
        row["secret"] = True
    else:
        row["value"] = _with_value(former.get("value"), variable.value)
    return row if variable.enabled else row | {"disabled": True}


def _with_value(former: Any, text: str) -> Any:
    if isinstance(former, list):
        variants = cast("list[Plain]", former)
        chosen = _selected(variants)
        changed = [
            variant | {"value": _with_value(variant["value"], text)} if variant is chosen else variant
            for variant in variants
        ]
        return changed or text
    return cast("Plain", former) | {"data": text} if isinstance(former, dict) else text


def plain_assertions(runtime: Mapping) -> list[Plain]:
    """Return the rows of assertions."""
    rows = runtime.rows("assertions")
    plain = text_rows(rows, ("expression", "operator", "value"))
    return [_flagged(row, of) for row, of in zip(plain, rows, strict=True)]


def _flagged(plain: Plain, row: Mapping) -> Plain:
    return plain | {"disabled": True} if row.flag("disabled") else plain


def assertion_of(row: Plain) -> Assertion:
    """Return what a row asks."""
    return Assertion(
        row.get("expression", ""), row.get("operator", "eq"), row.get("value", ""), "disabled" not in row
    )


def assertion_row(assertion: Assertion, former: Plain) -> Plain:
    """Return an assertion's row; an operator that needs no value has none."""
    row: Plain = {"expression": assertion.expression, "operator": str(assertion.operator)}
    if assertion.value or assertion.operator not in UNARY:
        row["value"] = assertion.value
    return row if assertion.enabled else row | {"disabled": True}


def plain_actions(runtime: Mapping) -> list[Plain]:
    """Return the rows of actions."""
    rows: list[Plain] = []
    for row in runtime.rows("actions"):
        plain: Plain = text_rows([row], ("type", "phase"))[0]
        for key, names in {"selector": ("expression", "method"), "variable": ("name", "scope")}.items():
            inner = row.mapping(key)
            plain |= {key: text_rows([inner], names)[0]} if inner else {}
        rows.append(_flagged(plain, row))
    return rows


def taking_of(row: Plain) -> Taking | None:
    """Return the value an action takes from the answer; None for an action before the request, or of another type."""
    if row.get("type") != "set-variable" or row.get("phase", _AFTER) != _AFTER:
        return None
    variable, selector = row.get("variable", {}), row.get("selector", {})
    return Taking(
        variable.get("name", ""),
        selector.get("expression", ""),
        variable.get("scope", "runtime"),
        "disabled" not in row,
    )


def taking_row(taking: Taking, former: Plain) -> Plain:
    """Return an action's row."""
    row: Plain = {
        "type": "set-variable",
        "phase": _AFTER,
        "selector": {"expression": taking.expression, "method": "jsonq"},
        "variable": {"name": taking.name, "scope": taking.scope},
    }
    return row if taking.enabled else row | {"disabled": True}


def plain_settings(settings: Mapping | None) -> Plain:
    """Return what OpenCollection's settings say of ours; `inherit` stays a word."""
    plain: Plain = {}
    if settings is None:
        return plain
    for key in OPENCOLLECTION_SETTINGS.values():
        text = settings.text(key)
        if text is None:
            continue
        if text == _INHERIT:
            plain[key] = text
        elif key == "followRedirects":
            plain[key] = settings.flag(key)
        else:
            plain[key] = _plain_number(settings.number(key) or 0.0)
    return plain


def _plain_number(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def settings_of(plain: Plain) -> SendSettings:
    """Return the settings that OpenCollection has words for; its time-out is in milliseconds."""
    said = {key: value for key, value in plain.items() if value != _INHERIT}
    timeout = said.get("timeout")
    redirects = said.get("maxRedirects")
    return SendSettings(
        timeout_s=None if timeout is None else timeout / 1000,
        follow_redirects=said.get("followRedirects"),
        max_redirects=None if redirects is None else int(redirects),
    )


def settings_words(settings: SendSettings, former: Plain) -> Plain:
    """Return the plain form of the settings that OpenCollection has words for."""
    said: Plain = {
        "timeout": None if settings.timeout_s is None else _plain_number(round(float(settings.timeout_s) * 1000, 6)),
        "followRedirects": settings.follow_redirects,
        "maxRedirects": settings.max_redirects,
    }
    inherited = {key: value for key, value in former.items() if value == _INHERIT}
    return inherited | {key: value for key, value in said.items() if value is not None}
