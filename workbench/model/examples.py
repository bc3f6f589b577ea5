"""Answers that are kept with a request, as examples of what it gets."""

from dataclasses import dataclass

EXAMPLE_KINDS = ("json", "xml", "html", "text")
"""What an example's body may be, in OpenCollection's words; binary bodies are none."""


@dataclass(frozen=True, slots=True)
class Example:
    """One answer; its body is text, for people to read and files to diff."""

    name: str
    status: int = 200
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    kind: str = "text"
    """One of `EXAMPLE_KINDS`."""


def example_kind(content_type: str) -> str:
    """Return which of `EXAMPLE_KINDS` a body of a Content-Type is."""
    subtype = content_type.partition(";")[0].strip().lower().rpartition("/")[2]
    for kind in ("json", "xml", "html"):
        if subtype == kind or subtype.endswith(f"+{kind}"):
            return kind
    return "text"
