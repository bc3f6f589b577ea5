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
            losses.add(f"The assertion “{shown}” is left out.")
        else:
            lines.append(line)
    for taking in request.takings:
        line = _taking(taking)
        if line is None:
            losses.add(f"{taking.name} is not taken from the answer: {taking.expression} has no plain line.")
        else:
            lines.append(line)
    return lines


def _assertion(assertion: Assertion) -> str | None:
    if not assertion.enabled or assertion.expression not in ("status", "res.status"):
        return None
    if assertion.operator == Operator.EQUALS and assertion.value.isdigit():
        code = assertion.value
        return f'pm.test("Status code is {code}", () => {{ pm.response.to.have.status({code}); }});'
    if assertion.operator == Operator.IN and re.fullmatch(r"[\d,\s]+", assertion.value):
        listed = assertion.value.strip()
        asked = f"pm.expect(pm.response.code).to.be.oneOf([{listed}])"
        return f'pm.test("Status code is one of {listed}", () => {{ {asked}; }});'
    return None


_SCOPES = {"environment": "environment", "collection": "collectionVariables", "runtime": "variables"}


def _taking(taking: Taking) -> str | None:
    expression = re.sub(r"\Ares\.body\b", "$", taking.expression)
    match = _PATH.match(expression)
    if match is None or not taking.enabled or taking.scope not in _SCOPES:
        return None
    return f"pm.{_SCOPES[taking.scope]}.set({json.dumps(taking.name)}, pm.response.json(){match['path']});"
