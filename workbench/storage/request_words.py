"""Between a saved request and the plain forms of its two files: read together, and written apart.

Only fields that differ from what the files said before are put into new words; the others stay as someone wrote them.
"""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from workbench.model.authentication import NO_AUTH
from workbench.model.collection import BodyKind, ComposedBody, Part, SavedRequest
from workbench.model.errors import CollectionError
from workbench.model.message import EMPTY_BODY, Body
from workbench.model.variables import Variable
from workbench.storage.collection_document import Plain
from workbench.storage.hook_document import EMPTY_HOOK, hook_words, is_reference, settings_with, signing_of
from workbench.storage.opencollection import GRAPHQL, HTTP, path_params, plain_params, present
from workbench.storage.opencollection_auth import auth_of, auth_words, normal_auth
from workbench.storage.opencollection_bodies import absolute_file, field_of, part_of, row_of
from workbench.storage.opencollection_examples import example_of, example_row
from workbench.storage.opencollection_runtime import (
    assertion_of,
    assertion_row,
    rows_like,
    settings_of,
    settings_words,
    taking_of,
    taking_row,
    variable_of,
    variable_row,
)


@dataclass(frozen=True, slots=True)
class RequestWords:
    """The plain forms of a request's file and of its hook file."""

    file: Plain
    hook: Plain


EMPTY_WORDS = RequestWords({"info": {}, HTTP: {}, "runtime": {}, "settings": {}}, EMPTY_HOOK)


def kind_of(plain: Plain) -> str:
    """Return the key of the request's own part."""
    return GRAPHQL if GRAPHQL in plain else HTTP


def request_of(words: RequestWords, file: Path, root: Path) -> SavedRequest:
    """Return the request, but for bodies that are text or lie in a file of their own.

    CollectionError where a part of a form leads out of the collection.
    """
    kind = kind_of(words.file)
    info, part, runtime = words.file["info"], words.file[kind], words.file["runtime"]
    rows = part.get("params", [])
    disabled = [field_of(row) for row in rows if row["type"] == "query"]
    return SavedRequest(
        name=info.get("name") or file.stem,
        method=part.get("method") or ("POST" if kind == GRAPHQL else "GET"),
        url=part.get("url", ""),
        headers=tuple(field_of(row) for row in part.get("headers", [])),
        disabled_params=tuple(row for row in disabled if not row.enabled),
        body=_made_body(words, file, root),
        path_params=path_params(rows),
        auth=auth_of(part.get("auth"), words.hook["auth"], NO_AUTH),
        settings=settings_with(settings_of(words.file["settings"]), words.hook),
        variables=variables_of(runtime.get("variables", []), words.hook),
        assertions=tuple(assertion_of(row) for row in runtime.get("assertions", [])),
        takings=tuple(taking for row in runtime.get("actions", []) if (taking := taking_of(row))),
        signing=signing_of(words.hook),
        docs=words.file.get("docs", ""),
        examples=tuple(each for row in words.file.get("examples", []) if (each := example_of(row))),
        tags=tuple(info.get("tags", [])),
        literal=words.hook["request"].get("literal", False),
    )


def _made_body(words: RequestWords, file: Path, root: Path) -> ComposedBody:
    """Return the body where it is made of rows or a query; of other bodies whether braces in them are text."""
    literal = words.hook["body"].get("literal", False)
    kind = kind_of(words.file)
    said = words.file[kind].get("body", {})
    if kind == GRAPHQL:
        query = Body(said.get("query", "").encode())
        return ComposedBody(BodyKind.GRAPHQL, query, graphql_variables=said.get("variables", ""), literal=literal)
    if said.get("type") == BodyKind.MULTIPART:
        parts = tuple(part_of(row, root, file.name) for row in said["data"])
        return ComposedBody(BodyKind.MULTIPART, parts=parts, literal=literal)
    return ComposedBody(literal=literal)


def variables_of(rows: list[Plain], hook: Plain) -> tuple[Variable, ...]:
    """Return the variables of a request, folder or collection; the hook file names those that are secrets."""
    secrets = hook.get("secret_variables", [])
    variables = [variable_of(row) for row in rows]
    return tuple(
        replace(variable, value="", secret=True) if variable.name in secrets else variable for variable in variables
    )


def variable_rows(variables: tuple[Variable, ...], former: list[Plain]) -> list[Plain]:
    """Return rows for a file whose schema knows no secrets there: they have a name and an empty value."""
    shown = tuple(replace(each, value="", secret=False) if each.secret else each for each in variables)
    return rows_like(shown, former, variable_of, variable_row)


def secret_names(variables: tuple[Variable, ...]) -> tuple[str, ...]:
    """Return the names that the hook file lists."""
    return tuple(dict.fromkeys(variable.name for variable in variables if variable.secret))


def normal_request(request: SavedRequest, file: Path, root: Path) -> SavedRequest:
    """Return the request as it reads once it was saved: no name is the file's, no method is the usual one."""
    usual = "POST" if request.body.kind is BodyKind.GRAPHQL else "GET"
    return replace(
        request,
        name=request.name or file.stem,
        method=request.method or usual,
        disabled_params=tuple(replace(row, enabled=False) for row in request.disabled_params),
        body=_normal_body(request.body, file, root),
        auth=normal_auth(request.auth),
        variables=normal_variables(request.variables),
        tags=tuple(request.tags),
    )


def normal_variables(variables: tuple[Variable, ...]) -> tuple[Variable, ...]:
    """Return variables as they read once they were saved: a secret's value is in no file."""
    return tuple(replace(variable, value="") if variable.secret else variable for variable in variables)


def _normal_body(body: ComposedBody, file: Path, root: Path) -> ComposedBody:
    multipart, graphql = body.kind is BodyKind.MULTIPART, body.kind is BodyKind.GRAPHQL
    made = multipart or body.kind is BodyKind.NONE
    return ComposedBody(
        body.kind,
        EMPTY_BODY if made else body.content,
        tuple(_normal_part(part, file, root) for part in body.parts) if multipart else (),
        body.graphql_variables if graphql else "",
        body.literal,
        tuple(replace(row, enabled=False) for row in body.disabled_fields) if body.kind is BodyKind.FORM else (),
    )


def _normal_part(part: Part, file: Path, root: Path) -> Part:
    if not part.is_file:
        return replace(part, files=())
    return replace(part, value="", files=tuple(absolute_file(path, root, file.name) for path in part.files if path))


def wanted_words(
    request: SavedRequest, before: SavedRequest | None, former: RequestWords, body: Plain | None
) -> RequestWords:
    """Return the plain forms to be, with this one of the body; what the request did not change stays."""
    changed = {
        field.name
        for field in fields(SavedRequest)
        if before is None or getattr(request, field.name) != getattr(before, field.name)
    }
    kind, former_kind = GRAPHQL if request.body.kind is BodyKind.GRAPHQL else HTTP, kind_of(former.file)
    info = _wanted_info(request, changed, former.file["info"])
    if before is None or kind != former_kind:
        info["type"] = kind
    part = _wanted_part(request, changed, former.file[former_kind])
    auth_beside: Plain = former.hook["auth"]
    if "auth" in changed:
        part["auth"], auth_beside = auth_words(request.auth, part.get("auth"), of_request=True)
    settings = former.file["settings"]
    wanted: Plain = {
        "info": present(info),
        kind: present(part | {"body": body}),
        "runtime": present(_wanted_runtime(request, changed, former.file["runtime"])),
        "settings": settings_words(request.settings, settings) if "settings" in changed else settings,
        **present({"examples": _wanted_examples(request, former.file.get("examples", []), kind)}),
        **present({"docs": (request.docs or None) if "docs" in changed else former.file.get("docs")}),
    }
    return RequestWords(wanted, _wanted_hook(request, auth_beside))


def _wanted_examples(request: SavedRequest, former: list[Plain], kind: str) -> list[Plain]:
    """Return the rows of examples; CollectionError for a GraphQL item, where OpenCollection has no place for them."""
    if kind == GRAPHQL and request.examples:
        raise CollectionError("A GraphQL request keeps no examples.", "Delete them, or save it as a JSON request.")
    return rows_like(request.examples, former, example_of, example_row)


def _wanted_info(request: SavedRequest, changed: set[str], former: Plain) -> Plain:
    info = dict(former)
    if "name" in changed:
        info["name"] = request.name
    if "tags" in changed:
        info["tags"] = list(request.tags)
    return info


def _wanted_part(request: SavedRequest, changed: set[str], former: Plain) -> Plain:
    part = dict(former)
    if "method" in changed:
        part["method"] = request.method
    if "headers" in changed:
        part["headers"] = [row_of(entry) for entry in request.headers]
    if changed & {"url", "disabled_params", "path_params"}:
        part["url"] = request.url
        part["params"] = plain_params(request, part.get("params", []))
    return part


def _wanted_runtime(request: SavedRequest, changed: set[str], former: Plain) -> Plain:
    runtime = dict(former)
    if "variables" in changed:
        runtime["variables"] = variable_rows(request.variables, runtime.get("variables", []))
    if "assertions" in changed:
        known = runtime.get("assertions", [])
        runtime["assertions"] = rows_like(request.assertions, known, assertion_of, assertion_row)
    if "takings" in changed:
        runtime["actions"] = rows_like(request.takings, runtime.get("actions", []), taking_of, taking_row)
    return runtime


def _wanted_hook(request: SavedRequest, auth: dict[str, Any]) -> Plain:
    return hook_words(
        signing=request.signing,
        auth=auth,
        settings=request.settings,
        secret_variables=secret_names(request.variables),
        literal=request.body.literal,
        literal_head=request.literal,
    )


def check_signing_secret(request: SavedRequest, file: Path) -> None:
    """Raise CollectionError where a signing secret is not a reference: a file is shared, a secret is not."""
    if request.signing.secret and not is_reference(request.signing.secret):
        raise CollectionError(
            f"{file.name} was not saved: its signing secret would stand in a file for everyone to read.",
            "Save it with `workbench secrets set NAME` and write keyring:NAME; env:NAME and file:PATH work too.",
        )
