"""A JSON Schema (draft 2020-12) that bodies must fit: a file of the workspace, whole in itself, with bounded work."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, cast

from workbench.engine.time_limit import time_limit
from workbench.model.errors import UsageError
from workbench.model.message import Body

SCHEMA_LIMIT_BYTES = 1024 * 1024
BODY_LIMIT_BYTES = 1024 * 1024
"""A larger body is refused: its JSON takes thirty times its size in memory while it is checked."""

TIME_LIMIT_S = 2.0
FAULTS_LOOKED_AT = 20

Fault = tuple[int, str]
"""A status, and what is wrong in words."""


@dataclass(frozen=True, slots=True)
class BodySchema:
    """A schema made ready."""

    validator: Any

    @classmethod
    def read(cls, workspace: Path, name: str) -> "BodySchema":
        """Return the schema of a file below the workspace; UsageError where it cannot be used. Blocks.

        References to other files and addresses are not followed, so that nothing is fetched; one is said here, not at
        the first request.
        """
        from jsonschema import Draft202012Validator, SchemaError
        from referencing import Registry

        try:
            schema = json.loads(_inside(workspace, name).read_bytes())
            Draft202012Validator.check_schema(schema)
            _check_references(schema, name)
        except OSError as error:
            raise UsageError(f"The JSON Schema {name} cannot be read: {error.strerror or error}.") from error
        except RecursionError as error:
            raise UsageError(f"The JSON Schema {name} is nested too deeply.") from error
        except RuntimeError as error:
            raise UsageError(f"The JSON Schema {name} cannot be read: its links go round in circles.") from error
        except ValueError as error:
            raise UsageError(f"The JSON Schema {name} is no JSON: {error}.") from error
        except SchemaError as error:
            raise UsageError(f"The JSON Schema {name} is wrong at {error.json_path}: {error.message}.") from error
        return cls(Draft202012Validator(schema, registry=Registry()))

    def fault_of(self, body: Body) -> Fault | None:
        """Return what is wrong with a body, None where it fits. Blocks."""
        if body.size > BODY_LIMIT_BYTES:
            return (
                413,
                f"The body of {body.size:,} bytes is over the {BODY_LIMIT_BYTES:,} that a schema is checked for.",
            )
        try:
            value = json.loads(body.read())
        except (ValueError, RecursionError) as error:
            return 400, f"The body is no JSON: {error}."
        try:
            with time_limit(TIME_LIMIT_S, TimeoutError, files=(_checker(),)):
                errors: list[Any] = list(islice(self.validator.iter_errors(value), FAULTS_LOOKED_AT + 1))
        except TimeoutError:
            return 422, f"Checking the body against the schema takes longer than {TIME_LIMIT_S:g} seconds."
        except RecursionError:
            return 422, "The body is nested too deeply for the schema."
        return (422, _described(errors)) if errors else None


def _checker() -> str:
    """Return the folder of the library that checks."""
    import jsonschema

    return str(Path(jsonschema.__file__).parent)


def _described(errors: list[Any]) -> str:
    errors.sort(key=lambda error: list(map(str, error.absolute_path)))
    more = len(errors) - 1
    others = f" (and {more if more < FAULTS_LOOKED_AT else f'at least {FAULTS_LOOKED_AT}'} more)" if more else ""
    return f"{errors[0].json_path}: {errors[0].message[:300]}{others}."


def _inside(workspace: Path, name: str) -> Path:
    """Return a regular file below the workspace: no pipe, no device, nothing elsewhere, also not by a link."""
    path = (workspace / name).resolve()
    if not path.is_relative_to(workspace.resolve()):
        raise UsageError(f"The JSON Schema {name} is not in the workspace.", "Put it below the workspace's folder.")
    if path.exists() and not path.is_file():
        raise UsageError(f"The JSON Schema {name} is no file.")
    if path.exists() and path.stat().st_size > SCHEMA_LIMIT_BYTES:
        raise UsageError(f"The JSON Schema {name} is over {SCHEMA_LIMIT_BYTES:,} bytes.")
    return path


def _check_references(schema: Any, name: str) -> None:
    from referencing import Registry
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012

    resource = DRAFT202012.create_resource(schema)
    resolver = cast("Any", Registry)().with_resource("", resource).resolver_with_root(resource)
    for reference, near in _references(resource, resolver):
        try:
            near.lookup(reference)
        except Unresolvable as error:
            raise UsageError(
                f"The JSON Schema {name} refers to {reference!r}, which is not in it.",
                "Other files and addresses are not read: put what it needs under $defs.",
            ) from error


def _references(resource: Any, resolver: Any) -> Iterator[tuple[str, Any]]:
    contents = resource.contents
    if isinstance(contents, dict):
        for word in ("$ref", "$dynamicRef"):
            if isinstance(reference := cast("dict[str, Any]", contents).get(word), str):
                yield reference, resolver
    for inner in resource.subresources():
        yield from _references(inner, resolver.in_subresource(inner))
