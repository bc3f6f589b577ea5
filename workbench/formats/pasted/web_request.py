"""PowerShell's Invoke-WebRequest and Invoke-RestMethod, as browsers copy them and people write them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from workbench.formats.pasted.bash_words import Command, Word
from workbench.formats.pasted.curl_command import arguments_of, curl_requests
from workbench.formats.pasted.pasted import Pasted, content_type_of, file_body, kind_of, made, text_body
from workbench.formats.pasted.powershell_words import Group, Statement, Table, Text, Value
from workbench.model.authentication import INHERITED, Auth, AuthKind
from workbench.model.collection import NO_BODY, BodyKind, ComposedBody, Field, Part, SavedRequest
from workbench.model.send_settings import SendSettings

_COMMANDS = {"invoke-webrequest", "invoke-restmethod", "iwr", "irm"}
_SWITCHES = {"usebasicparsing", "skipcertificatecheck", "passthru", "verbose", "skiphttperrorcheck", "resume"}
_QUIET = {"usebasicparsing", "passthru", "verbose", "outfile", "erroraction", "skiphttperrorcheck", "outvariable"}
_NAMES = ("uri", "method", "custommethod", "headers", "body", "contenttype", "websession", "useragent", "infile",
          "timeoutsec", "maximumredirection", "proxy", "form", "authentication", "token", "credential",
          "sessionvariable")  # fmt: skip


@dataclass(slots=True)
class _Session:
    """What statements before the command set up."""

    user_agent: str = ""
    cookies: list[str] = field(default_factory=list[str])


def powershell_requests(statements: Sequence[Statement]) -> list[Pasted]:
    """Return the requests of all commands that send one, curl.exe among them."""
    found: list[Pasted] = []
    known: dict[str, Value] = {}
    session = _Session()
    for statement in statements:
        words = statement.words
        first = words[0] if words else Text("")
        if statement.target and not _is_command(first):
            _remember(statement, known, session)
        elif isinstance(first, Text) and first.text.endswith(".Cookies.Add") and len(words) > 1:
            strings = _strings(words[1])
            session.cookies += ["=".join(strings[:2])] if len(strings) > 1 else []
        elif _is_command(first):
            found.append(_request(words[1:], known, session))
        else:
            found += curl_requests([command]) if (command := _curl(words)) else []
    return found


def _is_command(value: Value) -> bool:
    return isinstance(value, Text) and value.text.lower() in _COMMANDS


def _remember(statement: Statement, known: dict[str, Value], session: _Session) -> None:
    name = statement.target.strip("{}")
    if name.lower().endswith(".useragent") or statement.target.endswith("}}.UserAgent"):
        session.user_agent = _text(statement.words[0])
    elif len(statement.words) == 1:
        known[name] = statement.words[0]


def _curl(words: Sequence[Value]) -> Command | None:
    """Return a curl command; PowerShell before 7.3 needs its quotes behind backslashes, so these are undone."""
    texts = [Word(word.text, word.has_variables) for word in words if isinstance(word, Text)]
    command = Command(texts)
    arguments = arguments_of(command, "curl")
    if arguments is None:
        return None
    undone = [Word(word.text.replace('\\"', '"'), word.has_variables) for word in arguments]
    return Command([Word("curl"), *undone])


def _request(words: Sequence[Value], known: dict[str, Value], session: _Session) -> Pasted:
    losses: list[str] = []
    given = _parameters(words, known, losses)
    headers = _headers(given, session)
    content_type = content_type_of(headers)
    method = _text(given.get("custommethod") or given.get("method")).upper() or "GET"
    body = NO_BODY
    if "form" in given:
        body = _form(given["form"], losses)
    elif "infile" in given:
        body = file_body(kind_of(content_type, BodyKind.BYTES), _text(given["infile"]), losses)
    elif "body" in given:
        body = _body(given["body"], content_type, losses)
    request = SavedRequest(
        method=method,
        url=_text(given.get("uri")),
        headers=headers,
        body=body,
        auth=_auth(given, losses),
        settings=SendSettings(
            timeout_s=_number(given.get("timeoutsec")),
            max_redirects=int(_number(given.get("maximumredirection")) or 0) or None,
            verify=False if "skipcertificatecheck" in given else None,
            proxy=_text(given.get("proxy")),
        ),
    )
    return made(request, losses)


def _parameters(words: Sequence[Value], known: dict[str, Value], losses: list[str]) -> dict[str, Value]:
    given: dict[str, Value] = {}
    pending = list(reversed(words))
    while pending:
        word = pending.pop()
        if isinstance(word, Text) and word.is_bare and word.text.startswith("-"):
            name, colon, glued = word.text[1:].partition(":")
            full = _full_name(name.lower())
            value: Value = Text("")
            if colon and glued:
                value = Text(glued)
            elif full not in _SWITCHES and pending:
                value = pending.pop()
            if full in _QUIET:
                continue
            if full not in _NAMES and full not in _SWITCHES:
                losses.append(f"-{name} is not carried over.")
            given[full] = _resolved(value, known)
        elif "uri" not in given:
            given["uri"] = _resolved(word, known)
        else:
            losses.append(f"The word {_text(word)!r} was not understood.")
    return given


def _full_name(name: str) -> str:
    """Return the parameter of that name, or the only one that begins so, as PowerShell takes it."""
    names = {*_NAMES, *_SWITCHES, *_QUIET}
    fitting = [each for each in names if each.startswith(name)]
    return name if name in names or len(fitting) != 1 else fitting[0]


def _resolved(value: Value, known: dict[str, Value]) -> Value:
    if isinstance(value, Text) and value.text.startswith("{{") and value.text.endswith("}}"):
        return known.get(value.text.strip("{}"), value)
    return value


def _text(value: Value | None) -> str:
    if value is None or isinstance(value, Table):
        return ""
    return value.text if isinstance(value, Text) else value.written


def _strings(value: Value) -> list[str]:
    """Return the quoted strings of a value, in order."""
    if isinstance(value, Group):
        return [text for inner in value.values for text in _strings(inner)]
    return [value.text] if isinstance(value, Text) and not value.is_bare else []


def _headers(given: dict[str, Value], session: _Session) -> tuple[Field, ...]:
    rows: list[Field] = []
    agent = _text(given.get("useragent")) or (session.user_agent if "websession" in given else "")
    rows += [Field("User-Agent", agent)] if agent else []
    table = given.get("headers")
    names: set[str] = set()
    if isinstance(table, Table):
        # Browsers list HTTP/2's pseudo-headers under their bare names.
        pseudo = {"authority", "method", "path", "scheme"}
        is_copied = pseudo <= {name for name, _ in table.rows}
        rows += [Field(name, _text(value)) for name, value in table.rows if not (is_copied and name in pseudo)]
        names = {name.lower() for name, _ in table.rows}
    if "websession" in given and session.cookies and "cookie" not in names:
        rows.append(Field("Cookie", "; ".join(session.cookies)))
    if "contenttype" in given:
        rows.append(Field("Content-Type", _text(given["contenttype"])))
    return tuple(rows)


def _body(value: Value, content_type: str, losses: list[str]) -> ComposedBody:
    kind = kind_of(content_type, BodyKind.TEXT) if content_type else BodyKind.FORM
    if isinstance(value, Table):
        pairs = [f"{quote_plus(name)}={quote_plus(_text(inner))}" for name, inner in value.rows]
        return text_body(kind, "&".join(pairs), losses, has_variables=False)
    if isinstance(value, Group):
        strings = _strings(value)
        if "GetBytes" in value.written and strings:
            return text_body(kind, strings[0], losses, has_variables=False)
        losses.append(f"What {value.written[:60]} stands for is not known here; it was kept as text.")
    has_variables = isinstance(value, Text) and value.has_variables
    return text_body(kind, _text(value), losses, has_variables=has_variables)


def _form(value: Value, losses: list[str]) -> ComposedBody:
    if not isinstance(value, Table):
        losses.append("-Form is no table here; the form is empty.")
        return ComposedBody(BodyKind.MULTIPART)
    parts: list[Part] = []
    for name, inner in value.rows:
        if isinstance(inner, Group) and "get-item" in inner.written.lower():
            file = next((text for text in _words_of(inner) if text.lower() not in ("get-item", "-path")), "")
            parts.append(Part(name, is_file=True, files=(file,)))
        else:
            parts.append(Part(name, _text(inner)))
    return ComposedBody(BodyKind.MULTIPART, parts=tuple(parts))


def _words_of(group: Group) -> list[str]:
    return [value.text for value in group.values if isinstance(value, Text)]


def _auth(given: dict[str, Value], losses: list[str]) -> Auth:
    kind = _text(given.get("authentication")).lower()
    if kind in ("bearer", "oauth"):
        token = given.get("token")
        strings = _strings(token) if isinstance(token, Group) else []
        return Auth(AuthKind.BEARER, (("token", strings[0] if strings else _text(token)),))
    if kind == "basic" or "credential" in given:
        losses.append("The user and password of -Credential are not known here; fill them in.")
        return Auth(AuthKind.BASIC) if kind == "basic" else INHERITED
    return INHERITED


def _number(value: Value | None) -> float | None:
    text = _text(value)
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
