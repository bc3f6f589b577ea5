"""The fields of the filter line: names, what they take, examples; for parsing, completion and help alike."""

from dataclasses import dataclass
from enum import StrEnum


class FieldKind(StrEnum):
    """What a field's value is."""

    TEXT = "text"
    """A pattern in any case: `*` is anything, without one the whole must be equal."""
    PART = "part"
    """As text, but a part of it is enough."""
    NUMBER = "number"
    SIZE = "size"
    """Bytes: `512`, `2kb`, `1.5mb`, `1mib`."""
    DURATION = "duration"
    """`250ms`, `2s`, `5m`, `2h`, `3d`."""
    TIME = "time"
    """An instant: `2026-11-24`, `2026-11-24T12:00`, or so long ago: `2h`."""
    YES_NO = "yes-no"
    BODY = "body"
    """Text in the body: words that begin so; with `*` any part."""
    NAMED = "named"
    """`name`, or `name=value`: the name must be there, or have that value."""


@dataclass(frozen=True, slots=True)
class QueryField:
    """One field."""

    name: str
    kind: FieldKind
    meaning: str
    example: str
    choices: tuple[str, ...] = ()
    """Values to offer; others are understood too, unless the field is one of fixed words."""
    aliases: tuple[str, ...] = ()
    is_fixed: bool = False
    """Whether only `choices` make sense."""


VERDICTS = ("valid", "invalid", "stale", "unsigned", "no-secret", "malformed", "none")
FAULTS = ("malformed", "aborted", "too-large", "timed-out", "none")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

QUERY_FIELDS = (
    QueryField("number", FieldKind.NUMBER, "The capture's number", "number:100..120", aliases=("n",)),
    QueryField("method", FieldKind.TEXT, "The request's method", "method:POST", METHODS),
    QueryField("path", FieldKind.TEXT, "The path, without its query", "path:/hooks/*"),
    QueryField("target", FieldKind.TEXT, "Path and query as sent", "target:*page=2*", aliases=("url",)),
    QueryField("status", FieldKind.NUMBER, "The status that was answered", "status:>=400"),
    QueryField("provider", FieldKind.TEXT, "Whose webhook it is", "provider:stripe"),
    QueryField("event", FieldKind.TEXT, "The kind of event", "event:invoice.*"),
    QueryField("delivery", FieldKind.TEXT, "The provider's delivery id", "delivery:72d3162e-*", aliases=("id",)),
    QueryField("attempt", FieldKind.NUMBER, "Which attempt of the provider", "attempt:>1"),
    QueryField(
        "signature", FieldKind.TEXT, "The verdict on the signature", "signature:invalid", VERDICTS, ("sig",), True
    ),
    QueryField("endpoint", FieldKind.TEXT, "The endpoint it came to", "endpoint:billing"),
    QueryField("type", FieldKind.PART, "The content type", "type:json", aliases=("content-type",)),
    QueryField("source", FieldKind.TEXT, "The sender's address", "source:127.0.0.1", aliases=("ip", "from")),
    QueryField("guard", FieldKind.TEXT, "What refused it", "guard:signature"),
    QueryField("reason", FieldKind.PART, "Why it was answered so", "reason:handshake"),
    QueryField("fault", FieldKind.TEXT, "What was wrong with the request", "fault:aborted", FAULTS, (), True),
    QueryField("size", FieldKind.SIZE, "The body's size", "size:>1mb"),
    QueryField("took", FieldKind.DURATION, "How long the answer took", "took:>500ms", aliases=("duration",)),
    QueryField("since", FieldKind.TIME, "Received at that time or later", "since:2h", aliases=("after",)),
    QueryField("before", FieldKind.TIME, "Received before that time", "before:2026-11-24", aliases=("until",)),
    QueryField("body", FieldKind.BODY, "Words in the body", 'body:"card declined"'),
    QueryField("header", FieldKind.NAMED, "A header, or its value", "header:x-request-id=ab*"),
    QueryField("query", FieldKind.NAMED, "A parameter of the URL's query", "query:page=2"),
    QueryField("json", FieldKind.NAMED, "A place in a JSON body", "json:data.object.id=in_1"),
    QueryField("tag", FieldKind.TEXT, "Captures with a tag", "tag:to-fix", aliases=("tags",)),
    QueryField("note", FieldKind.PART, "What was noted of a capture", 'note:"ask Ann"', aliases=("notes",)),
    QueryField("pinned", FieldKind.YES_NO, "Pinned captures", "pinned:yes", ("yes", "no"), (), True),
    QueryField("unread", FieldKind.YES_NO, "Captures not looked at yet", "unread:yes", ("yes", "no"), (), True),
)
BY_NAME = {name: field for field in QUERY_FIELDS for name in (field.name, *field.aliases)}
