"""`--download`: the answer's body into a file, named by the answer or the URL, taken up again with `--continue`."""

import mimetypes
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from pathlib import Path
from urllib.parse import unquote, urlsplit

from workbench.model.collection import Field, SavedRequest
from workbench.model.errors import UsageError
from workbench.model.message import Response

NAME_LIMIT_BYTES = 200
PARTIAL_CONTENT = 206
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)", re.IGNORECASE)
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def resumed(saved: SavedRequest, file: Path) -> SavedRequest:
    """Return the request for the rest of a file that is partly there."""
    size = file.stat().st_size if file.is_file() else 0
    if not size:
        return saved
    headers = [field for field in saved.headers if field.name.lower() != "range"]
    return replace(saved, headers=(*headers, Field("Range", f"bytes={size}-")))


def file_name(response: Response, url: str) -> str:
    """Return a name for the body: the answer's Content-Disposition, else the URL's last part with a fitting suffix.

    Whatever the answer says, it is a plain name: no folder, no leading dot, nothing a system gives a meaning to.
    """
    return _plain(_named_by_answer(response)) or _plain(_named_by_url(url, response.head.content_type)) or "download"


def _named_by_answer(response: Response) -> str:
    message = Message()
    value = response.headers.get("content-disposition").encode("latin-1", "replace").decode("utf-8", "replace")
    message["Content-Disposition"] = value.replace("\r", " ").replace("\n", " ")
    try:
        return message.get_filename("") or ""
    except (LookupError, ValueError):
        return ""


def _named_by_url(url: str, content_type: str) -> str:
    name = unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2]) or "index"
    if "." in name or not content_type:
        return name
    kind = content_type.partition(";")[0].strip().lower()
    suffix = ".txt" if kind == "text/plain" else mimetypes.guess_extension(kind) or ""
    return name + (".html" if suffix == ".htm" else suffix)


def _plain(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    clean = "".join(mark for mark in last if mark.isprintable() and mark not in '<>:"|?*')
    clean = clean.strip().lstrip(".").rstrip(". ")
    stem, suffix = os.path.splitext(clean)
    room = NAME_LIMIT_BYTES - len(suffix.encode()[:NAME_LIMIT_BYTES])
    clean = stem.encode()[:room].decode("utf-8", "ignore") + suffix.encode()[:NAME_LIMIT_BYTES].decode(
        "utf-8", "ignore"
    )
    return f"_{clean}" if _RESERVED.fullmatch(clean) else clean


def free_file(folder: Path, name: str) -> Path:
    """Return a file of that name that is not there yet, with a number before the suffix where one is."""
    stem, suffix = os.path.splitext(name)
    for number in range(100_000):
        file = folder / (f"{stem}-{number}{suffix}" if number else name)
        if not os.path.lexists(file):
            return file
    raise UsageError(f"There are too many files like {name} here.", "Name one with --output FILE.")


def write_file(file: Path, pieces: Iterator[bytes]) -> None:
    """Put bytes in a file in one step, through a link where it is one; a pipe or a device is written to. OSError."""
    from workbench.storage.durable_file import write_whole

    if file.exists() and not file.is_file():
        with file.open("wb") as stream:
            stream.writelines(pieces)
        return
    write_whole(file.resolve(), pieces)


def check_start(response: Response, start: int) -> None:
    """Raise UsageError where an answer is not the rest of a file that ends at `start`."""
    said = response.headers.get("content-range")
    match = _CONTENT_RANGE.fullmatch(said.strip())
    announced = response.headers.get("content-length")
    rest = int(match[2]) - start + 1 if match else 0
    if match is None or int(match[1]) != start or (announced.isdecimal() and int(announced) != rest):
        raise UsageError(
            f"The answer is not the rest that was asked for: {said or 'no Content-Range'}.",
            "The file was left as it is; leave out --continue to fetch it anew.",
        )


def is_whole(response: Response, size: int) -> bool:
    """Return whether as many bytes came as the answer announced."""
    announced = response.headers.get("content-length")
    return not announced.isdecimal() or int(announced) == size
