"""A request as text, part by part, for people who compare two of them. No Qt. Secrets are references or masked."""

from dataclasses import fields
from pathlib import Path

from workbench.model.authentication import AUTH_FIELDS, Auth
from workbench.model.collection import ComposedBody, Field, SavedRequest
from workbench.ui.variable_words import MASK
from workbench.ui.words import size_words

SHOWN_BODY_BYTES = 256 * 1024


def request_words(request: SavedRequest) -> str:
    """Return a request as lines; a difference in the request is a difference in them."""
    parts = [
        ("", [f"{request.method} {request.url}"]),
        ("Name", [request.name]),
        ("Headers", [_row(field) for field in request.headers]),
        ("Switched-off parameters", [_row(field) for field in request.disabled_params]),
        ("Path parameters", [_row(field) for field in request.path_params]),
        ("Authentication", _auth(request.auth)),
        ("Signing", [line for line in _signing(request) if line]),
        ("Variables", [f"{_off(each.enabled)}{each.name} = {each.value}" for each in request.variables]),
        (
            "Tests",
            [f"{_off(each.enabled)}{each.expression} {each.operator} {each.value}" for each in request.assertions],
        ),
        ("Taken", [f"{_off(each.enabled)}{each.name} = {each.expression}" for each in request.takings]),
        ("Settings", _settings(request)),
        ("Documentation", request.docs.splitlines()),
        (f"Body: {request.body.kind}", _body(request.body)),
    ]
    return (
        "\n\n".join("\n".join([*([title] if title else []), *lines]) for title, lines in parts if any(lines)) + "\n"
    )


def _off(enabled: bool) -> str:
    return "" if enabled else "# "


def _row(field: Field) -> str:
    return f"{_off(field.enabled)}{field.name}: {field.value}"


def _auth(auth: Auth) -> list[str]:
    secret = {field.name for field in AUTH_FIELDS[auth.kind] if field.secret}
    rows = [f"{name}: {value if name not in secret or '{{' in value else MASK}" for name, value in auth.values]
    return [str(auth.kind), *rows]


def _signing(request: SavedRequest) -> list[str]:
    signing = request.signing
    if not signing.provider:
        return []
    return [f"{signing.provider} {signing.scheme}".strip(), signing.secret, str(signing.mode), signing.public_url]


def _settings(request: SavedRequest) -> list[str]:
    said = {field.name: getattr(request.settings, field.name) for field in fields(request.settings)}
    return [f"{name}: {value}" for name, value in said.items() if value not in (None, "")]


def _body(body: ComposedBody) -> list[str]:
    if body.parts:
        return [f"{_off(part.enabled)}{part.name}: {'; '.join(part.files) or part.value}" for part in body.parts]
    content = body.content
    if content.path is not None and not Path(content.path).is_file():
        return [f"{content.path}, which is not there"]
    if content.size > SHOWN_BODY_BYTES:
        return [f"{size_words(content.size)}, SHA-256 {content.sha256()}"]
    return [*content.read().decode("utf-8", "backslashreplace").splitlines(), *body.graphql_variables.splitlines()]
