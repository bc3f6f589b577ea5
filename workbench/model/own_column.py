"""Columns of one's own: a header, a place in a JSON body, a parameter, or a field that has no column by itself."""

from dataclasses import dataclass

from workbench.model.errors import UsageError

NAMED = ("header", "json", "query")
FIELDS = ("endpoint", "target", "guard", "reason", "fault", "scheme", "verdict", "received", "tag", "note")
LONGEST = 200


@dataclass(frozen=True, slots=True)
class OwnColumn:
    """One column, as `source` and, where that needs one, a name."""

    source: str
    """One of `NAMED` or `FIELDS`."""
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> "OwnColumn":
        """Read `header:x-request-id`, `json:data.object.id`, `query:page`, `endpoint`; UsageError."""
        text = text.strip()
        source, colon, name = text.partition(":")
        source, name = source.lower(), name.strip()
        if not colon and source in FIELDS:
            return cls(source)
        if source in NAMED and name and len(name) <= LONGEST and name.isprintable():
            return cls(source, name.lower() if source == "header" else name)
        raise UsageError(
            f"{text!r} is no column.",
            f"Write header:NAME, json:PATH, query:NAME, or one of {', '.join(FIELDS)}.",
        )

    @property
    def text(self) -> str:
        """The column as it is written."""
        return f"{self.source}:{self.name}" if self.name else self.source

    @property
    def title(self) -> str:
        """What stands at its head."""
        return self.name or self.source.capitalize()
