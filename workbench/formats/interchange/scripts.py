"""What scripts of other programs ask of an answer, where a line of ours says the same. Nothing is ever run.

A script is cut into its statements; a statement is carried over when the whole of it is one of a few well-known forms
(`pm.test("…", () => pm.response.to.have.status(200))`, `pm.environment.set("id", pm.response.json().id)`). All others
are reported, since what they do is code.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from workbench.formats.interchange.imported import Losses
from workbench.model.checks import Assertion, Operator, Taking

_QUOTED = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`$]*`)"""
_FUNCTION = r"(?:async\s+)?(?:function\s*\w*\s*\(\s*\)|\(\s*\)\s*=>)\s*"
_API = r"(?:pm|insomnia)"
_PATH = r"((?:\.[A-Za-z_$][\w$]*|\[\d+\]|\[(?:\"[^\"\\\n]+\"|'[^'\\\n]+')\])*)"
_ANSWER = rf"(?:{_API}\.response\.json\(\)|JSON\.parse\((?:responseBody|{_API}\.response\.text\(\))\))"

_TEST = re.compile(rf"(?:{_API}|client)\.test\(\s*{_QUOTED}\s*,\s*{_FUNCTION}(?P<body>.*)\)\s*;?\Z", re.DOTALL)
_BRUNO_TEST = re.compile(rf"test\(\s*{_QUOTED}\s*,\s*{_FUNCTION}(?P<body>.*)\)\s*;?\Z", re.DOTALL)
_VARIABLE = re.compile(rf"(?:var|let|const)\s+(?P<name>[\w$]+)\s*=\s*{_ANSWER}(?P<path>{_PATH})\s*;?\Z")
_SET = re.compile(
    rf"(?:{_API}\.(?P<scope>environment|collectionVariables|variables|globals|baseEnvironment)\.set"
    r"|postman\.set(?P<old>Environment|Global)Variable|client\.global\.set|bru\.set(?P<bruno>Env)?Var)"
    rf"\(\s*(?P<name>{_QUOTED})\s*,\s*(?P<value>.+?)\s*\)\s*;?\Z",
    re.DOTALL,
)
_STATUS = r"(?P<status>[1-5]\d\d)"
_CODE = (
    rf"(?:{_API}\.response\.code|{_API}\.response\.status|responseCode\.code|response\.status|res\.status"
    r"|res\.getStatus\(\))"
)
_STATUS_FORMS = tuple(
    re.compile(form + r"\s*;?\Z", re.DOTALL)
    for form in (
        rf"{_API}\.response\.to\.have\.status\(\s*{_STATUS}\s*\)",
        rf"(?:{_API}\.)?expect\(\s*{_CODE}\s*\)\.to\.(?:be\.)?(?:equals?|eql|eq)\(\s*{_STATUS}\s*\)",
        rf"client\.assert\(\s*{_CODE}\s*===?\s*{_STATUS}\s*(?:,\s*{_QUOTED}\s*(?:\+[^;]*)?)?\)",
        rf"tests\[\s*{_QUOTED}\s*\]\s*=\s*{_CODE}\s*===?\s*{_STATUS}",
    )
)
_STATUS_LIST = re.compile(
    rf"(?:{_API}\.)?expect\(\s*{_CODE}\s*\)\.to\.be\.oneOf\(\s*\[(?P<list>[\d\s,]+)\]\s*\)\s*;?\Z"
)
_TIME = re.compile(
    rf"(?:{_API}\.)?expect\(\s*(?:{_API}\.response\.responseTime|res\.responseTime)\s*\)\.to\.be\.below\(\s*(?P<time>\d+)\s*\)\s*;?\Z"
)
_SCOPES = {
    "environment": "environment",
    "baseEnvironment": "environment",
    "collectionVariables": "collection",
    "variables": "runtime",
}


@dataclass(slots=True)
class Asked:
    """What a script says that lines of ours say too."""

    assertions: list[Assertion] = field(default_factory=list[Assertion])
    takings: list[Taking] = field(default_factory=list[Taking])


_LONGEST_SCRIPT, _LONGEST_STATEMENT = 256 * 1024, 4096


def read_tests(script: str, losses: Losses, what: str = "A script that runs after the answer") -> Asked:
    """Return what a script that looks at an answer asks and takes; the rest of it is reported."""
    asked = Asked()
    known: dict[str, str] = {}
    others: list[str] = []
    for statement in _statements(script[:_LONGEST_SCRIPT]):
        if not _carried(statement, known, asked):
            others.append(statement)
    if others:
        losses.add(f"{what} is not carried over: {_brief(others[0])}{_more(len(others) - 1)}")
    return asked


def lose_script(script: str, what: str, losses: Losses) -> None:
    """Report a script as a whole, unless it is empty or only comments."""
    statements = list(_statements(script[:_LONGEST_SCRIPT]))
    if statements:
        losses.add(f"{what} is not carried over: {_brief(statements[0])}{_more(len(statements) - 1)}")


def _brief(statement: str) -> str:
    return statement if len(statement) <= 60 else statement[:59] + "…"


def _more(count: int) -> str:
    return f" (and {count} more statement{'s' if count > 1 else ''})." if count else "."


def _carried(statement: str, known: dict[str, str], asked: Asked) -> bool:
    if len(statement) > _LONGEST_STATEMENT:
        return False
    if match := _VARIABLE.match(statement):
        known[match["name"]] = match["path"]
        return True
    if match := _SET.match(statement):
        return _taken(match, known, asked)
    if match := _TEST.match(statement) or _BRUNO_TEST.match(statement):
        return _tested(match["body"].strip(), known, asked)
    return _status_asked(statement, asked)


def _tested(body: str, known: dict[str, str], asked: Asked) -> bool:
    """Carry a test over when all of its statements are; half of a test would be another test."""
    inside = body[1:-1] if body.startswith("{") and body.endswith("}") else body
    trial, names = Asked(), dict(known)
    if all(_carried(statement, names, trial) for statement in _statements(inside)):
        asked.assertions += trial.assertions
        asked.takings += trial.takings
        return bool(trial.assertions or trial.takings)
    return False


def _status_asked(statement: str, asked: Asked) -> bool:
    for form in _STATUS_FORMS:
        if match := form.match(statement):
            asked.assertions.append(Assertion("status", Operator.EQUALS, match["status"]))
            return True
    if match := _STATUS_LIST.match(statement):
        listed = ", ".join(part.strip() for part in match["list"].split(",") if part.strip())
        asked.assertions.append(Assertion("status", Operator.IN, listed))
        return True
    if match := _TIME.match(statement):
        asked.assertions.append(Assertion("time", Operator.LESS, match["time"]))
        return True
    return False


def _taken(match: re.Match[str], known: dict[str, str], asked: Asked) -> bool:
    if match["scope"] == "globals" or match["old"] == "Global":
        return False
    expression = _expression(match["value"], known)
    if expression is None:
        return False
    scope = "environment" if match["old"] or match["bruno"] else _SCOPES.get(match["scope"] or "", "runtime")
    asked.takings.append(Taking(match["name"][1:-1], expression, scope))
    return True


def _expression(value: str, known: dict[str, str]) -> str | None:
    """Return the JSONPath of a value in the answer's JSON, or another part of the answer; None for anything else."""
    if match := re.match(rf"{_ANSWER}{_PATH}\Z", value):
        return "$" + _json_path(match[1])
    if match := re.match(rf"(?:response\.body|res\.body){_PATH}\Z", value):
        return "$" + _json_path(match[1])
    if match := re.match(rf"([\w$]+){_PATH}\Z", value):
        return None if match[1] not in known else "$" + _json_path(known[match[1]] + match[2])
    header = rf"{_API}\.response\.headers\.get\(\s*({_QUOTED})\s*\)\Z"
    if match := re.match(header, value):
        return f"header.{match[1][1:-1]}"
    return None


def _json_path(path: str) -> str:
    """Names that a JSONPath cannot hold after a point are put in brackets."""
    return re.sub(r"\.([A-Za-z_$][\w$]*)", lambda match: f"['{match[1]}']" if "$" in match[1] else match[0], path)


def _statements(script: str) -> Iterator[str]:
    """Yield top-level statements, comments and runs of spaces out: cut at `;`, and at a line's end where it ends one.

    Lines are stripped first: what follows never looks over a run of spaces twice.
    """
    lines = (line.strip() for line in _without_comments(script).split("\n"))
    depth, start, text = 0, 0, "\n".join(line for line in lines if line)
    for match in re.finditer(rf"{_QUOTED}|[(\[{{]|[)\]}}]|;|\n", text):
        mark = match[0]
        if mark in "([{":
            depth += 1
        elif mark in ")]}":
            depth -= 1
        ends = mark == ";" or (mark == "\n" and not _goes_on(text, match.start(), match.end()))
        if depth <= 0 and ends:
            if statement := " ".join(text[start : match.start()].split()):
                yield statement
            start = match.end()
    if statement := " ".join(text[start:].split()):
        yield statement


def _goes_on(text: str, start: int, end: int) -> bool:
    """A line that begins with a point or ends in an operator belongs to its neighbour."""
    return text[end : end + 1] in tuple(".=+?:,") or text[max(start - 1, 0) : start] in tuple("=+,(&|")


def _without_comments(script: str) -> str:
    pattern = rf"{_QUOTED}|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)|//[^\n]*"
    return re.sub(pattern, lambda match: "" if match[0][0] == "/" else match[0], script)
