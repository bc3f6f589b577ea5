"""A composer tab's content without Qt: what is in the form, where it came from, whether it was changed.

The body is bytes until somebody edits it: an editor shows text, but never is the source of bytes it was not asked to
change. That is how a captured body goes out again as it came.
"""

from dataclasses import dataclass, field, replace
from secrets import token_hex

from workbench.model.authentication import NO_AUTH
from workbench.model.capture import Capture
from workbench.model.collection import BodyKind, ComposedBody, Field, SavedRequest
from workbench.model.message import Body, readable
from workbench.storage.collections import NO_FILE, Fingerprint
from workbench.storage.drafts import StoredDraft

EDITABLE_LIMIT_BYTES = 1024 * 1024
"""Larger bodies are sent as they are, and edited elsewhere."""

_KINDS = {"json": BodyKind.JSON, "xml": BodyKind.XML, "x-www-form-urlencoded": BodyKind.FORM}
_NOT_COPIED = {"host", "content-length", "connection", "transfer-encoding", "expect"}


@dataclass
class Draft:
    """One tab. `saved` is what was last written to its file, None for one that never was."""

    request: SavedRequest = field(default_factory=lambda: SavedRequest(method="POST"))
    file: str = ""
    saved: SavedRequest | None = None
    capture_number: int | None = None
    id: str = field(default_factory=lambda: token_hex(8))
    fingerprint: Fingerprint | None = None
    """The file as it was read, to notice changes from outside."""
    folder: str = ""
    """Where a new one is to be saved, as far as that was said."""
    delivery_number: int | None = None
    """Which delivery of the history it was opened as."""
    opened: SavedRequest | None = None
    """What a capture or a delivery was opened as: it can be opened again, and need not be saved."""

    @property
    def is_dirty(self) -> bool:
        """True where there is something that no file holds."""
        return self.request != (self.saved or SavedRequest(method="POST"))

    @property
    def holds_work(self) -> bool:
        """True where closing would lose what somebody typed."""
        return self.is_dirty and self.request != self.opened and bool(self.request.url)

    @property
    def title(self) -> str:
        """What the tab says."""
        if self.request.name:
            return self.request.name
        path = self.request.url.split("://", 1)[-1].split("?", 1)[0]
        return path.split("/", 1)[-1] or path or "New request"

    def change(self, **values: object) -> None:
        """Change fields of the request."""
        self.request = replace(self.request, **values)

    def body_moved(self, before: Body, after: Body) -> None:
        """Take a body that is a file from where it is now."""
        self.request = with_body(self.request, before, after)
        self.saved = self.saved and with_body(self.saved, before, after)
        self.opened = self.opened and with_body(self.opened, before, after)

    def stored(self, position: int) -> StoredDraft:
        """Return the form in which a draft survives a crash."""
        seen = self.fingerprint or NO_FILE
        return StoredDraft(
            self.id, position, self.request, self.file, self.is_dirty, self.capture_number, seen, self.folder
        )


def with_body(request: SavedRequest, before: Body, after: Body) -> SavedRequest:
    """Return the request with one body in the place of another; the same request where it has a third."""
    if request.body.content != before:
        return request
    return replace(request, body=replace(request.body, content=after))


def draft_of(stored: StoredDraft) -> Draft:
    """Return a draft as it was before the program ended."""
    return Draft(
        request=stored.request,
        file=stored.file,
        saved=None if stored.dirty else stored.request,
        capture_number=stored.capture_number,
        id=stored.id,
        fingerprint=Fingerprint(stored.fingerprint) if stored.file else None,
        folder=stored.folder,
    )


def draft_of_capture(capture: Capture, target: str) -> Draft:
    """Return a draft that sends what was captured; headers that follow from where and how it is sent are left out."""
    request = capture.request
    headers = tuple(
        Field(name, readable(value)) for name, value in request.headers if name.lower() not in _NOT_COPIED
    )
    # What the composer would add and the capture did not have stays away.
    named = {header.name.lower() for header in headers}
    absent = tuple(Field(name, "", enabled=False) for name in ("User-Agent", "Accept") if name.lower() not in named)
    kind = body_kind(request.head.content_type) if request.body.size else BodyKind.NONE
    if kind not in (BodyKind.NONE, BodyKind.BYTES) and "content-type" not in named:
        kind = BodyKind.BYTES
    base = target.rstrip("/") if target else "http://localhost:3000"
    path = request.target if request.target.startswith("/") else f"/{request.target}"
    url = base + readable(path) if base.count("/") <= 2 else base
    saved = SavedRequest(
        name="",
        method=request.method,
        url=url,
        headers=(*headers, *absent),
        body=ComposedBody(kind, request.body, literal=kind is not BodyKind.NONE),
        auth=NO_AUTH,
        literal=True,
    )
    return Draft(request=saved, capture_number=capture.number, opened=saved)


def body_kind(content_type: str) -> BodyKind:
    """Return how a body of this type is edited."""
    subtype = content_type.split(";", 1)[0].strip().lower().rpartition("/")[2]
    for ending, kind in _KINDS.items():
        if subtype == ending or subtype.endswith(f"+{ending}"):
            return kind
    return BodyKind.TEXT if content_type.lower().startswith("text/") else BodyKind.BYTES


def editable_text(body: Body) -> str | None:
    """Return a body as text that an editor can show, None for what is not text, too large, or a file that is gone."""
    if body.size > EDITABLE_LIMIT_BYTES:
        return None
    try:
        text = body.read().decode()
    except (UnicodeDecodeError, OSError):
        return None
    return None if "\0" in text else text
