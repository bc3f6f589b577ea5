"""A filter line as SQL: a condition over `capture` and its values.

Cheap conditions stay in SQL; what needs a look into a head or a body is a function of ours (`query_functions`),
asked only after a plain search in the bytes says that it may be there.
"""

from workbench.model.query import AllOf, AnyOf, CaptureQuery, Is, Matches, Named, Not, Number, Term, Within, Word
from workbench.model.query_fields import FieldKind
from workbench.storage.search_index import is_one_word, match_expression

Sql = tuple[str, list[str | int]]

_SEARCHED = (
    "method || ' ' || target || ' ' || ifnull(event, '') || ' ' || ifnull(provider, '') || ' ' || endpoint"
    " || ' ' || content_type || ' ' || peer_address || ' ' || status || ' ' || ifnull(fault, '')"
)
_DIGITS = frozenset("0123456789")
_SEARCHED_COLUMNS: dict[str, frozenset[str]] = {
    "target": frozenset(),
    "event": frozenset(),
    "provider": frozenset(),
    "endpoint": frozenset(),
    "method": frozenset(),
    "content_type": frozenset(),
    "peer_address": _DIGITS | frozenset("abcdefghijklmnopqrstuvwxyz.:%/_-"),
    "status": _DIGITS,
    "fault": frozenset("abcdefghijklmnopqrstuvwxyz-"),
}
"""The same, column by column, with the characters that its values are of; none are any."""

_COLUMNS = {
    "method": "method",
    "path": "CASE WHEN instr(target, '?') THEN substr(target, 1, instr(target, '?') - 1) ELSE target END",
    "target": "target",
    "provider": "provider",
    "event": "event",
    "delivery": "delivery_id",
    "signature": "verification",
    "endpoint": "endpoint",
    "type": "content_type",
    "source": "peer_address",
    "guard": "guard",
    "reason": "answer_reason",
    "fault": "fault",
    "number": "number",
    "status": "status",
    "attempt": "attempt",
    "size": "body_size",
    "took": "(answered_at - received_at)",
    "since": "received_at",
    "before": "received_at",
}
_MARKS = {"pinned": ("pinned = 1", "pinned = 0"), "unread": ("seen = 0", "seen = 1")}
_ANNOTATIONS = {"tag": "name", "note": "text"}
"""The text of the table of that name, a row for each of a capture."""
_NOTHING = "none"
_PAYLOAD = "EXISTS (SELECT 1 FROM payload WHERE payload.number = capture.number AND {})"


def condition(query: CaptureQuery, *, has_index: bool = False) -> Sql:
    """Return an SQL condition that is true for the matching rows, and the values for its places.

    `has_index` says that the words of bodies are attached as the schema `search`; without it bodies are read.
    """
    return _Writer(has_index).term(query.term)


class _Writer:
    def __init__(self, has_index: bool) -> None:
        self._has_index = has_index

    def term(self, term: Term) -> Sql:
        match term:
            case AllOf(terms):
                return self._joined(terms, " AND ", "1")
            case AnyOf(terms):
                return self._joined(terms, " OR ", "0")
            case Not(inner):
                sql, values = self.term(inner)
                return f"NOT ifnull({sql}, 0)", values
            case Number(value):
                return "number = ?", [value]
            case Word(text):
                return self._word(text)
            case Is(field, yes):
                return _MARKS[field.name][0 if yes else 1], []
            case Within(field, least, most):
                return _within(_COLUMNS[field.name], least, most)
            case Named():
                return _named(term)
            case Matches(field, pattern):
                if field.kind is FieldKind.BODY:
                    return self._body(pattern)
                if field.name in _ANNOTATIONS:
                    return _annotated(field.name, pattern)
                return _matches(_COLUMNS[field.name], pattern)

    def _joined(self, terms: tuple[Term, ...], word: str, empty: str) -> Sql:
        parts = [self.term(each) for each in terms]
        values = [value for _, some in parts for value in some]
        return (f"({word.join(sql for sql, _ in parts)})" if parts else empty), values

    def _word(self, text: str) -> Sql:
        sql, values = _in_a_row(text)
        if self._has_index and (expression := match_expression(text)) and is_one_word(text):
            found, more = self._indexed(expression)
            return f"({sql} OR {found})", [*values, *more]
        return sql, [*values]

    def _body(self, pattern: str) -> Sql:
        """Words that begin so; what is not indexed yet, and any part where the pattern says so, is read."""
        text = pattern.strip("*")
        holds, values = _PAYLOAD.format("body_holds(head, body, spool_file, ?)"), [text.lower()]
        expression = match_expression(text)
        if pattern.startswith("*") or not self._has_index or not expression:
            return holds, list(values)
        found, more = self._indexed(expression)
        if not is_one_word(text):
            found, more = f"({found} AND {holds})", [*more, *values]
        tail = "number > (SELECT up_to FROM search.progress)"
        return f"({found} OR ({tail} AND {holds}))", [*more, *values]

    def _indexed(self, expression: str) -> Sql:
        return "number IN (SELECT rowid FROM search.words WHERE words MATCH ?)", [expression]


def _in_a_row(text: str) -> tuple[str, list[str]]:
    """Return whether a text stands in a row: column by column where it can, which takes a third of the time.

    A column whose values never have such a character is not asked at all.
    """
    pattern = f"%{_escaped(text)}%"
    if " " in text:
        return f"{_SEARCHED} LIKE ? ESCAPE '\\'", [pattern]
    columns = [name for name, only in _SEARCHED_COLUMNS.items() if not only or set(text.lower()) <= only]
    sql = " OR ".join(f"{name} LIKE ? ESCAPE '\\'" for name in columns)
    return f"({sql})", [pattern] * len(columns)


def _within(column: str, least: int | None, most: int | None) -> Sql:
    if least is not None and least == most:
        return f"{column} = ?", [least]
    parts: list[str] = []
    values: list[str | int] = []
    for sign, bound in ((">=", least), ("<=", most)):
        if bound is not None:
            parts.append(f"{column} {sign} ?")
            values.append(bound)
    return f"({' AND '.join(parts)})", values


def _matches(column: str, pattern: str) -> Sql:
    if pattern == _NOTHING:
        return f"{column} IS NULL", []
    if "*" not in pattern:
        return f"{column} = ? COLLATE NOCASE", [pattern]
    return f"{column} LIKE ? ESCAPE '\\'", [_like(pattern)]


def _annotated(table: str, pattern: str) -> Sql:
    if pattern.strip("*") == _NOTHING:
        return f"number NOT IN (SELECT number FROM {table})", []
    fits, values = _matches(_ANNOTATIONS[table], pattern)
    return f"number IN (SELECT number FROM {table} WHERE {fits})", values


def _named(term: Named) -> Sql:
    pattern = None if term.pattern is None else term.pattern.lower()
    match term.field.name:
        case "header":
            there = "instr(lower(CAST(head AS TEXT)), char(10) || ? || ':') > 0"
            values: list[str | int] = [term.name.lower()]
            if pattern is not None:
                # The longest piece of the value must be there: asked in SQL, which is much faster than our function.
                piece = max(pattern.split("*"), key=len)
                there += " AND instr(lower(CAST(head AS TEXT)), ?) > 0 AND header_fits(head, ?, ?)"
                values += [piece, term.name.lower(), pattern]
            return _PAYLOAD.format(there), values
        case "query":
            return "(instr(target, '?') AND query_fits(target, ?, ?))", [
                term.name,
                "*" if pattern is None else pattern,
            ]
        case _:
            return _PAYLOAD.format("json_fits(head, body, spool_file, ?, ?)"), [
                term.name,
                "*" if pattern is None else pattern,
            ]


def _like(pattern: str) -> str:
    return _escaped(pattern).replace("*", "%")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
