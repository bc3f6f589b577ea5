"""Takes out of an import what would read this machine when a request is sent.

That is `{{$file …}}` and `{{$env …}}`, a body that is a file, and files of a form that lie outside the collection.
Whoever wrote the import is not whoever sends it: a request from a stranger must not carry a key file to them.
"""

from dataclasses import fields, is_dataclass, replace
from typing import Any, cast

from workbench.formats.interchange.bodies import is_inside, is_nameable
from workbench.formats.interchange.imported import Losses
from workbench.model.collection import CollectionTree, ComposedBody, Part
from workbench.model.message import EMPTY_BODY, Body
from workbench.model.template import Placeholder, placeholders

_READS_THE_MACHINE = {"$file", "$env"}


def disarmed(tree: CollectionTree, losses: Losses) -> CollectionTree:
    """Return the tree with such values as variables without a value, each reported."""
    place = losses.at(tree.name)
    return replace(
        tree,
        folders=tuple(disarmed(folder, place) for folder in tree.folders),
        requests=tuple(_changed(request, place.at(request.name)) for request in tree.requests),
        defaults=_changed(tree.defaults, place),
        environments=_changed(tree.environments, place),
    )


def _changed(value: Any, losses: Losses) -> Any:
    if isinstance(value, str):
        return _text(value, losses) if "{{" in value and type(value) is str else value
    if isinstance(value, tuple):
        return tuple(_changed(item, losses) for item in cast("tuple[Any, ...]", value))
    if isinstance(value, ComposedBody):
        return _body(value, losses)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {field.name: _changed(getattr(value, field.name), losses) for field in fields(value)}
        return replace(value, **changed)
    return value


def _body(body: ComposedBody, losses: Losses) -> ComposedBody:
    parts, variables = _changed(body.parts, losses), _changed(body.graphql_variables, losses)
    parts = tuple(_part(part, losses) for part in parts)
    content = body.content
    if content.path is not None:
        losses.add(
            f"A body that is a file of this machine is taken out; choose it again if you want it: {content.path}"
        )
        content = EMPTY_BODY
    if not body.literal and b"{{" in content.content:
        try:
            content = Body(_text(content.content.decode(), losses).encode())
        except UnicodeDecodeError:
            return replace(body, literal=True)
    return replace(body, parts=parts, graphql_variables=variables, content=content)


def _part(part: Part, losses: Losses) -> Part:
    """Return a part that sends no file of this machine unasked.

    A path that climbs is removed, for no collection may name it; an absolute one shows what was meant, switched off.
    """
    outside = [path for path in part.files if not is_inside(path)]
    if not outside:
        return part
    for path in outside:
        losses.add(
            f"The part {part.name} sends the file {path} of this machine: it is switched off until you choose it."
        )
    return replace(part, files=tuple(path for path in part.files if is_nameable(path)), enabled=False)


def _text(text: str, losses: Losses) -> str:
    parts: list[str] = []
    end = 0
    for found in placeholders(text):
        if _reads_the_machine(found):
            shown = text[found.start : found.end]
            losses.add(
                f"{shown} would read this machine when it is sent: it is taken out. Write it in again if you want it."
            )
            parts += (text[end : found.start], "{{" + found.source.name.replace("$", "import_") + "}}")
            end = found.end
    return "".join(parts) + text[end:]


def _reads_the_machine(found: Placeholder) -> bool:
    return found.source.name in _READS_THE_MACHINE
