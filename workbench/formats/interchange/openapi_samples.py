"""Samples of what a JSON Schema describes: examples first, else the plainest value that fits.

Bounded in depth and size: a schema may hold itself, and a few lines of `$ref` may stand for millions of values.
"""

import re
from typing import Any, cast
from xml.sax.saxutils import escape

from workbench.formats.interchange.documents import Plain, mapping, number, rows, sequence, text
from workbench.formats.interchange.imported import Losses
from workbench.formats.interchange.openapi_references import References
from workbench.formats.interchange.yaml_documents import Number

_DEPTH = 12
_VALUES = 5_000
_ALL_VALUES = 1_000_000
_LEFT_OUT = object()
_STRINGS = {
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "time": "00:00:00Z",
    "duration": "PT1H",
    "email": "user@example.com",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "uri": "https://example.com",
    "url": "https://example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": "c3RyaW5n",
}


class Sampler:
    """Makes samples of one document's schemas."""

    def __init__(self, references: References) -> None:
        self._references = references
        self._left = 0
        self._left_of_all = _ALL_VALUES
        self._inside: list[str] = []

    def sample(self, schema: Any, losses: Losses) -> Any:
        """Return a value that the schema describes; what is read-only is not in it, since a request is made."""
        self._left = granted = min(_VALUES, self._left_of_all)
        self._inside = []
        value = self._sample(schema, 0)
        self._left_of_all -= granted - max(self._left, 0)
        if self._left <= 0:
            losses.add(f"The sample is cut: its schema stands for more than {_VALUES} values.")
        return None if value is _LEFT_OUT else value

    def _sample(self, node: Any, depth: int) -> Any:
        self._left -= 1
        if depth > _DEPTH or self._left <= 0:
            return _LEFT_OUT
        name = self._references.name_of(node)
        if name and name in self._inside:
            return _LEFT_OUT
        self._inside.append(name)
        try:
            return self._value(self._references.resolved(node), depth)
        finally:
            self._inside.pop()

    def _value(self, schema: Plain, depth: int) -> Any:
        if schema.get("readOnly") is True and depth:
            return _LEFT_OUT
        for key in ("example", "default", "const"):
            if key in schema:
                return self._given(schema[key])
        for key in ("examples", "enum"):
            if listed := sequence(schema.get(key)):
                return self._given(listed[0])
        for key in ("allOf", "oneOf", "anyOf"):
            if listed := sequence(schema.get(key)):
                return self._composed(schema, key, listed, depth)
        return self._typed(schema, depth)

    def _given(self, value: Any) -> Any:
        """Return a value that the schema names, as long as it is not too much."""
        pending = [value]
        while pending and self._left > 0:
            item = pending.pop()
            self._left -= 1 + (len(item) // 100 if isinstance(item, str) else 0)
            pending += cast("Plain", item).values() if isinstance(item, dict) else sequence(item)
        return value if self._left > 0 else _LEFT_OUT

    def _composed(self, schema: Plain, key: str, listed: list[Any], depth: int) -> Any:
        own = {name: value for name, value in schema.items() if name != key}
        parts = listed if key == "allOf" else listed[:1]
        values = [self._sample(part, depth + 1) for part in parts]
        if "properties" in own:
            values.append(self._value(own, depth + 1))
        kept = [value for value in values if value is not _LEFT_OUT]
        if kept and all(isinstance(value, dict) for value in kept):
            return {name: value for part in kept for name, value in cast("Plain", part).items()}
        return next((value for value in kept if value is not None), _LEFT_OUT)

    def _typed(self, schema: Plain, depth: int) -> Any:
        match _type_of(schema):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "boolean":
                return True
            case "integer":
                return _number(schema, "0")
            case "number":
                return _number(schema, "0.0")
            case "string":
                return _STRINGS.get(text(schema.get("format")), "string")
            case "null":
                return None
            case _:
                return {} if not schema else "string"

    def _object(self, schema: Plain, depth: int) -> Plain:
        made: Plain = {}
        for name, inner in mapping(schema.get("properties")).items():
            value = self._sample(inner, depth + 1)
            if value is not _LEFT_OUT:
                made[name] = value
        others = schema.get("additionalProperties")
        if not made and isinstance(others, dict) and others:
            value = self._sample(others, depth + 1)
            made |= {} if value is _LEFT_OUT else {"property": value}
        return made

    def _array(self, schema: Plain, depth: int) -> list[Any]:
        parts = sequence(schema.get("prefixItems")) or ([schema["items"]] if schema.get("items") else [])
        values = [self._sample(part, depth + 1) for part in parts[:20]]
        return [value for value in values if value is not _LEFT_OUT]


def _type_of(schema: Plain) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((each for each in cast("list[Any]", kind) if each != "null"), "null")
    if isinstance(kind, str):
        return kind
    if "properties" in schema or "additionalProperties" in schema:
        return "object"
    return "array" if "items" in schema or "prefixItems" in schema else ""


def _number(schema: Plain, otherwise: str) -> Number:
    for key in ("minimum", "maximum"):
        held = schema.get(key)
        if isinstance(held, Number) and held.is_json and _outside(schema, key):
            return held
    return Number(otherwise)


def _outside(schema: Plain, key: str) -> bool:
    """Return whether zero breaks this bound."""
    bound = number(schema.get(key)) or 0.0
    return bound > 0 if key == "minimum" else bound < 0


def xml_text(name: str, value: Any, level: int = 0) -> str:
    """Return a value as plain XML elements; a list repeats its element."""
    tag = re.sub(r"[^\w.\-]", "_", name) or "item"
    pad = "  " * level
    if isinstance(value, list):
        return "\n".join(xml_text(name, item, level) for item in cast("list[Any]", value))
    if isinstance(value, dict):
        inner = "\n".join(xml_text(key, item, level + 1) for key, item in cast("Plain", value).items())
        return f"{pad}<{tag}>\n{inner}\n{pad}</{tag}>" if inner else f"{pad}<{tag}/>"
    return f"{pad}<{tag}>{escape(text(value))}</{tag}>"


def example_of(holder: Plain, references: References, losses: Losses) -> tuple[bool, Any]:
    """Return whether a media type or parameter has an example, and the first one."""
    if "example" in holder:
        return True, holder["example"]
    examples = mapping(holder.get("examples"))
    resolved = {name: references.resolved(each) for name, each in examples.items()}
    held = [
        name for name, each in resolved.items() if "value" in each or "dataValue" in each or "serializedValue" in each
    ]
    for name, each in resolved.items():
        if "externalValue" in each:
            losses.add(f"The example “{name}” lies at {text(each['externalValue'])}, which is not fetched.")
    if len(held) > 1:
        losses.add(f"Of several examples the first is taken; left out: {', '.join(held[1:])}.")
    if held:
        first = resolved[held[0]]
        return True, first.get("value", first.get("dataValue", first.get("serializedValue")))
    if listed := rows(holder.get("examples")):
        return True, listed[0]
    return False, None
