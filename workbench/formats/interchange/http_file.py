"""`.http` and `.rest` files of JetBrains' editors and VS Code's REST Client, with their environment files."""

import re
from dataclasses import replace

from workbench.formats.interchange.bodies import content_type_of, file_body, form_body, is_inside, text_body
from workbench.formats.interchange.documents import Plain, decoded, load_json, mapping, number, text
from workbench.formats.interchange.http_blocks import HttpBlock, blocks
from workbench.formats.interchange.http_parts import boundary_of, parts_of
from workbench.formats.interchange.http_words import http_words
from workbench.formats.interchange.imported import Beside, Imported, Losses, nothing_beside
from workbench.formats.interchange.scripts import Asked, lose_script, read_tests
from workbench.formats.interchange.variable_names import translated, variable_name
from workbench.model.authentication import INHERITED, Auth, AuthKind
from workbench.model.collection import NO_BODY, BodyKind, CollectionTree, ComposedBody, Defaults, Field, SavedRequest
from workbench.model.errors import FormatError
from workbench.model.message import Body
from workbench.model.send_settings import SendSettings
from workbench.model.variables import Environment, Variable

ENVIRONMENT_FILE, PRIVATE_FILE = "http-client.env.json", "http-client.private.env.json"

_OTHER_METHODS = {"GRPC", "WEBSOCKET", "RSOCKET"}
_KNOWN_TAGS = {"name", "no-log", "note", "no-redirect", "no-cookie-jar", "timeout"}
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0}
_INCLUDE = re.compile(r"<(?P<words>@\w*)?\s+(?P<path>\S.*)\Z")


def read_http_file(raw: bytes, read: Beside = nothing_beside, name: str = "Requests") -> Imported:
    """Return the requests of a file in order; FormatError where it has none."""
    found = blocks(decoded(raw))
    if not any(block.url for block in found):
        raise FormatError("This file has no request, such as “GET https://example.com”.", "Choose another file.")
    losses = Losses()
    place = losses.at(name)
    reader = _Reader(read, place)
    requests = [request for block in found if (request := reader.request(block)) is not None]
    variables = tuple(reader.variables.values())
    tree = CollectionTree(name, (), tuple(requests), Defaults(variables=variables), _environments(read, place))
    return Imported(tree, losses.all())


class _Reader:
    """Makes requests of the blocks of one file."""

    def __init__(self, read: Beside, losses: Losses) -> None:
        self._read, self._losses = read, losses
        self.variables: dict[str, Variable] = {}

    def request(self, block: HttpBlock) -> SavedRequest | None:
        """Return a block's request; None where it has none that can be sent."""
        self._variables(block)
        if not block.url:
            for lost in block.before:
                lose_script(lost, "A script without a request", self._losses)
            return None
        name = block.tags.get("name") or block.name or f"{block.method or 'GET'} {block.url}"[:120]
        place = self._losses.at_request(name)
        if block.method in _OTHER_METHODS:
            place.add(f"{block.method} requests are not offered: it is left out.")
            return None
        headers, auth = self._headers(block, place)
        graphql = block.method == "GRAPHQL" or any(
            row.name.lower() == "x-request-type" and row.value.lower() == "graphql" for row in headers
        )
        headers = tuple(row for row in headers if row.name.lower() != "x-request-type") if graphql else headers
        body, headers = self._body(block, headers, place, graphql=graphql)
        asked = self._asked(block, place)
        return SavedRequest(
            name=" ".join(name.split()),
            method="POST" if block.method == "GRAPHQL" else block.method or "GET",
            url=self._words(block.url, place),
            headers=headers,
            body=body,
            auth=auth,
            settings=_settings(block, place),
            assertions=tuple(asked.assertions),
            takings=tuple(asked.takings),
            docs="\n".join(block.comments),
        )

    def _words(self, content: str, losses: Losses) -> str:
        return translated(content, losses, http_words)

    def _variables(self, block: HttpBlock) -> None:
        for name, value in block.variables:
            ours = variable_name(name, self._losses)
            made = Variable(ours, self._words(value, self._losses))
            if self.variables.get(ours, made) != made:
                self._losses.add(f"The variable {ours} changes within the file: its last value is kept.")
            self.variables[ours] = made

    def _headers(self, block: HttpBlock, losses: Losses) -> tuple[tuple[Field, ...], Auth]:
        """Return headers; `Authorization: Basic name password` is a word of these files for authentication."""
        headers: list[Field] = []
        auth = INHERITED
        for name, value in block.headers:
            value = self._words(value, losses)
            made = _auth(value) if name.lower() == "authorization" else None
            if made is None:
                headers.append(Field(self._words(name, losses), value))
            else:
                auth = made
        return tuple(headers), auth

    def _body(
        self, block: HttpBlock, headers: tuple[Field, ...], losses: Losses, *, graphql: bool
    ) -> tuple[ComposedBody, tuple[Field, ...]]:
        lines = block.body
        if not lines:
            return NO_BODY, headers
        content_type = content_type_of(headers)
        if graphql:
            return self._graphql("\n".join(lines), losses), headers
        if content_type.startswith("multipart/form-data") and boundary_of(content_type):
            parts = parts_of(lines, boundary_of(content_type), losses)
            if parts is not None:
                kept = tuple(row for row in headers if row.name.lower() != "content-type")
                return ComposedBody(BodyKind.MULTIPART, parts=parts), kept
        if len(lines) == 1 and (match := _INCLUDE.match(lines[0])):
            return self._file(match, content_type, losses), headers
        if content_type.startswith("application/x-www-form-urlencoded"):
            return self._form("".join(line.strip() for line in lines), losses), headers
        content = "\n".join(self._included(line, losses) for line in lines)
        return text_body(self._words(content, losses), content_type), headers

    def _file(self, match: re.Match[str], content_type: str, losses: Losses) -> ComposedBody:
        body = file_body(_plain(match["path"]), self._read, losses, content_type)
        return replace(body, literal=body.literal and not match["words"])

    def _included(self, line: str, losses: Losses) -> str:
        """Return a line, or the text of the file that it names among other lines."""
        match = _INCLUDE.match(line)
        if match is None:
            return line
        path = _plain(match["path"])
        content = self._read(path) if is_inside(path) else None
        if content is None:
            losses.add(f"The file {path} is a part of the body and is not in the import.")
            return line
        return content.decode("utf-8", "replace")

    def _form(self, content: str, losses: Losses) -> ComposedBody:
        """Encoded text goes out as it is; with spaces in it, it was typed to be encoded."""
        content = self._words(content, losses)
        if re.search(r"\s", re.sub(r"\{\{[^{}]*\}\}", "", content)):
            pairs = [pair.partition("=") for pair in content.split("&") if pair]
            return form_body([Field(name.strip(), value.strip()) for name, _, value in pairs])
        return ComposedBody(BodyKind.FORM, Body(content.encode()))

    def _graphql(self, content: str, losses: Losses) -> ComposedBody:
        query, _, last = content.rpartition("\n\n")
        if query and last.strip().startswith("{") and _is_object(last):
            query, variables = query.rstrip("\n"), last.strip()
        else:
            query, variables = content, ""
        query, variables = self._words(query, losses), self._words(variables, losses)
        return ComposedBody(BodyKind.GRAPHQL, Body(query.encode()), graphql_variables=variables)

    def _asked(self, block: HttpBlock, losses: Losses) -> Asked:
        asked = Asked()
        for lost in block.before:
            lose_script(lost, "What comes before the request", losses)
        for handler in block.handlers:
            if handler.endswith("\n"):
                found = read_tests(handler, losses)
                asked.assertions += found.assertions
                asked.takings += found.takings
            else:
                losses.add(f"The script {handler}, which runs after the answer, is not carried over.")
        for line in block.others:
            losses.add(f"This line is not carried over: {line}")
        others = [name for name in block.tags if name not in _KNOWN_TAGS]
        if others:
            losses.add(f"These tags are not known: {', '.join(f'@{name}' for name in others)}.")
        return asked


def _plain(path: str) -> str:
    return path.strip().strip("\"'").removeprefix("./")


def _is_object(content: str) -> bool:
    try:
        return isinstance(load_json(content.encode()), dict)
    except FormatError:
        return False


def _auth(value: str) -> Auth | None:
    """Return authentication where a header's words stand for one that is made anew."""
    scheme, *words = value.split()
    if scheme.lower() == "basic" and len(words) == 1 and ":" in words[0]:
        words = list(words[0].partition(":")[::2])
    if scheme.lower() in ("basic", "digest") and len(words) == 2:
        kind = AuthKind.BASIC if scheme.lower() == "basic" else AuthKind.DIGEST
        return Auth(kind, (("username", words[0]), ("password", words[1])))
    if scheme.lower() == "aws" and len(words) >= 2:
        named = {name: held for name, _, held in (word.partition(":") for word in words[2:])}
        values = {
            "access_key_id": words[0],
            "secret_access_key": words[1],
            "session_token": named.get("token", ""),
            "service": named.get("service", ""),
            "region": named.get("region", ""),
        }
        return Auth(AuthKind.AWS_V4, tuple((name, held) for name, held in values.items() if held))
    return None


def _settings(block: HttpBlock, losses: Losses) -> SendSettings:
    timeout: float | None = None
    if "timeout" in block.tags:
        words = re.match(r"(\d+)\s*(ms|s|m)?\Z", block.tags["timeout"])
        timeout = float(words[1]) * _UNITS[words[2] or "s"] if words and number(words[1]) is not None else None
        if timeout is None:
            losses.add(f"The time-out “{block.tags['timeout']}” is not understood.")
    return SendSettings(
        timeout_s=timeout,
        follow_redirects=False if "no-redirect" in block.tags else None,
        cookies=False if "no-cookie-jar" in block.tags else None,
        http2=True if block.version.startswith("2") else None,
    )


def _environments(read: Beside, losses: Losses) -> tuple[Environment, ...]:
    """Return the environments of both files; what the private one says is secret."""
    found: dict[str, dict[str, Variable]] = {}
    for file, secret in ((ENVIRONMENT_FILE, False), (PRIVATE_FILE, True)):
        raw = read(file)
        if raw is None:
            continue
        try:
            document = mapping(load_json(raw))
        except FormatError as error:
            losses.add(f"{file} cannot be read. {error.message}")
            continue
        for name, held in document.items():
            found.setdefault(name, {}).update(_variables(mapping(held), secret, losses.at(name)))
    shared = found.pop("$shared", {})
    return tuple(Environment(name, tuple({**shared, **variables}.values())) for name, variables in found.items())


def _variables(held: Plain, secret: bool, losses: Losses) -> dict[str, Variable]:
    variables: dict[str, Variable] = {}
    for key, value in held.items():
        if isinstance(value, dict):
            losses.add(f"“{key}” of the environment holds more than a value: it is left out.")
        else:
            name = variable_name(key, losses)
            variables[name] = Variable(name, translated(text(value), losses, http_words), secret=secret)
    return variables
