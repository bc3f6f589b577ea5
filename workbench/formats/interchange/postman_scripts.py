"""Scripts for Postman: one that signs before a request, one that checks and takes values after it."""

import json
import re

from workbench.formats.interchange.exported import SECRET_VARIABLE, HmacRecipe
from workbench.formats.interchange.imported import Losses
from workbench.model.checks import Assertion, Operator, Taking
from workbench.model.collection import SavedRequest

_HASHES = {"sha1": "HmacSHA1", "sha256": "HmacSHA256", "sha384": "HmacSHA384", "sha512": "HmacSHA512"}
_ENCODINGS = {"hex": "CryptoJS.enc.Hex", "base64": "CryptoJS.enc.Base64"}
_TIMES = {
    "seconds": "Math.floor(Date.now() / 1000).toString()",
    "milliseconds": "Date.now().toString()",
    "iso": "new Date().toISOString()",
}
_KEYS = {
    "text": "secret",
    "hex": "CryptoJS.enc.Hex.parse(secret)",
    "base64": "CryptoJS.enc.Base64.parse(secret)",
    "whsec": "CryptoJS.enc.Base64.parse(secret.replace(/^whsec_/, ''))",
}
_PATH = re.compile(r"\$(?P<path>(?:\.[A-Za-z_]\w*|\[\d+\]|\['[^'\\]*'\])*)\Z")


def signing_script(recipe: HmacRecipe) -> list[str]:
    """Return the lines of a script that signs the body as Postman will send it, its variables filled in."""
    lines = [
        f"// Signs as {_comment(recipe.provider)} does, with the secret in the variable {SECRET_VARIABLE}.",
        "const CryptoJS = require('crypto-js');",
        f"const secret = pm.variables.get({json.dumps(SECRET_VARIABLE)}) || '';",
        "const body = pm.variables.replaceIn(pm.request.body ? pm.request.body.toString() : '');",
    ]
    if recipe.timestamp_unit:
        lines.append(f"const timestamp = {_TIMES[recipe.timestamp_unit]};")
    if recipe.id_header:
        lines.append("const id = pm.variables.replaceIn('msg_{{$guid}}');")
    signed = " + ".join(_piece(piece) for piece in recipe.pieces)
    hashed = f"CryptoJS.{_HASHES[recipe.algorithm]}({signed}, {_KEYS[recipe.key_form]})"
    lines.append(f"const signature = {hashed}.toString({_ENCODINGS[recipe.encoding]});")
    headers = [(recipe.header, template_expression(recipe.value))]
    headers += [(recipe.timestamp_header, "timestamp")] if recipe.timestamp_header else []
    headers += [(recipe.id_header, "id")] if recipe.id_header else []
    headers += [(name, json.dumps(value)) for name, value in recipe.headers]
    lines += [f"pm.request.headers.upsert({{ key: {json.dumps(name)}, value: {value} }});" for name, value in headers]
    return lines


def _comment(text: str) -> str:
    return " ".join(text.split())


def _piece(piece: str) -> str:
    return piece[1:-1] if piece in ("{body}", "{timestamp}", "{id}") else json.dumps(piece)


def template_expression(value: str) -> str:
    """Return `t={timestamp},v1={signature}` as an expression of JavaScript."""
    parts = [part for part in re.split(r"(\{signature\}|\{timestamp\}|\{id\})", value) if part]
    return " + ".join(
        part[1:-1] if part.startswith("{") and part.endswith("}") else json.dumps(part) for part in parts
    )


def test_script(request: SavedRequest, losses: Losses) -> list[str]:
    """Return the lines of a script that asks what the request asks; what has no plain line is reported."""
    lines: list[str] = []
    for assertion in request.assertions:
        line = _assertion(assertion)
        if line is None:
            shown = f"{assertion.expression} {assertion.operator} {assertion.value}".strip()
            losses.add(f"Assertions are left out: {shown}")
        else:
            lines.append(line)
    for taking in request.takings:
        line = _taking(taking)
        if line is None:
            losses.add(f"Values taken from the answer are left out: {taking.name} from {taking.expression}")
        else:
            lines.append(line)
    return lines


_FORMS = {Operator.EQUALS: "to.eql", Operator.DIFFERS: "to.not.eql", Operator.CONTAINS: "to.include"}


def _assertion(assertion: Assertion) -> str | None:
    expression, operator, value = assertion.expression.removeprefix("res."), assertion.operator, assertion.value
    if not assertion.enabled or "{{" in value:
        return None
    name = json.dumps(f"{assertion.expression} {operator} {value}")
    if expression == "status" and operator == Operator.EQUALS and value.isdigit():
        return f"pm.test({name}, () => {{ pm.response.to.have.status({value}); }});"
    if expression == "status" and operator == Operator.IN and re.fullmatch(r"[\d,\s]+", value):
        return f"pm.test({name}, () => {{ pm.expect(pm.response.code).to.be.oneOf([{value}]); }});"
    path = _json_path(assertion.expression)
    if path is not None and operator in _FORMS:
        found = f"pm.response.json(){path}" if path else "pm.response.text()"
        return f"pm.test({name}, () => {{ pm.expect({found}).{_FORMS[Operator(operator)]}({_literal(value)}); }});"
    return None


def _json_path(expression: str) -> str | None:
    """Return what follows the JSON body in JavaScript; empty for the body itself, None for what is no plain path."""
    match = _PATH.match(re.sub(r"\Ares\.body\b", "$", expression))
    return match["path"] if match else None


def _literal(value: str) -> str:
    """Return a value as it is written in JavaScript: numbers and words of JSON as such, all else as text."""
    return (
        value if re.fullmatch(r"true|false|null|-?\d{1,15}(?:\.\d{1,15})?", value) else json.dumps(value.strip("\"'"))
    )


_SCOPES = {"environment": "environment", "collection": "collectionVariables", "runtime": "variables"}


def _taking(taking: Taking) -> str | None:
    path = _json_path(taking.expression)
    if path is None or not taking.enabled or taking.scope not in _SCOPES:
        return None
    return f"pm.{_SCOPES[taking.scope]}.set({json.dumps(taking.name)}, pm.response.json(){path});"
