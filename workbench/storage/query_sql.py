"""A filter line as SQL: a condition over `capture` and its values."""

from workbench.model.query import CaptureQuery, Number, Term, Word

_SEARCHED = (
    "method || ' ' || target || ' ' || ifnull(event, '') || ' ' || ifnull(provider, '') || ' ' || endpoint"
    " || ' ' || content_type || ' ' || peer_address || ' ' || status || ' ' || ifnull(fault, '')"
)


def condition(query: CaptureQuery) -> tuple[str, list[str | int]]:
    """Return an SQL condition that is true for the matching rows, and the values for its places."""
    parts: list[str] = []
    values: list[str | int] = []
    for term in query.terms:
        sql, value = _term(term)
        parts.append(f"NOT ({sql})" if term.negated else sql)
        values.append(value)
    return " AND ".join(parts) or "1", values


def _term(term: Term) -> tuple[str, str | int]:
    match term:
        case Number(value=number):
            return "number = ?", number
        case Word(text=text):
            escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            return f"{_SEARCHED} LIKE ? ESCAPE '\\'", f"%{escaped}%"
