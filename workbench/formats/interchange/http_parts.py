"""Multipart bodies as `.http` files spell them out: boundaries, part headers, text or `< ./file`."""

import re

from workbench.formats.interchange.bodies import file_part
from workbench.formats.interchange.imported import Losses
from workbench.model.collection import Part

_BOUNDARY = re.compile(r"boundary=\"?([^\";]+)\"?", re.IGNORECASE)
_NAME = re.compile(r";\s*name=\"?([^\";]*)\"?", re.IGNORECASE)
_FILE_NAME = re.compile(r";\s*filename=\"?([^\";]*)\"?", re.IGNORECASE)


def boundary_of(content_type: str) -> str:
    """Return the boundary that a Content-Type names, empty where it names none."""
    match = _BOUNDARY.search(content_type)
    return match[1].strip() if match else ""


def parts_of(lines: list[str], boundary: str, losses: Losses) -> tuple[Part, ...] | None:
    """Return the parts between the boundaries; None where the lines are not parts of a form."""
    groups: list[list[str]] = []
    for line in lines:
        if line.strip() == f"--{boundary}--":
            break
        if line.strip() == f"--{boundary}":
            groups.append([])
        elif groups:
            groups[-1].append(line)
        elif line.strip():
            return None
    parts = [_part(group, losses) for group in groups]
    named = [part for part in parts if part is not None]
    return tuple(named) if len(named) == len(parts) and named else None


def _part(lines: list[str], losses: Losses) -> Part | None:
    headers: dict[str, str] = {}
    at = 0
    while at < len(lines) and lines[at].strip():
        name, _, value = lines[at].partition(":")
        headers[name.strip().lower()] = value.strip()
        at += 1
    disposition = headers.get("content-disposition", "")
    match = _NAME.search(disposition)
    if match is None:
        return None
    others = [name for name in headers if name not in ("content-disposition", "content-type")]
    if others:
        losses.add(f"Headers of the part {match[1]} are left out: {', '.join(others)}.")
    content = lines[at + 1 :]
    while content and not content[-1].strip():
        content.pop()
    content_type = headers.get("content-type", "")
    file_name = _FILE_NAME.search(disposition)
    if len(content) == 1 and (include := re.match(r"<@?\w*\s+(.+)\Z", content[0])):
        return file_part(match[1], [include[1].strip().removeprefix("./")], losses, content_type)
    if file_name:
        losses.add(
            f"The part {match[1]} was sent as the file {file_name[1]}; it is sent as text without a file's name."
        )
    return Part(match[1], "\n".join(content), content_type=content_type)
