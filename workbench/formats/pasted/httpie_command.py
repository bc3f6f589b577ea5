"""HTTPie's commands made into requests: `http POST :3000/hooks a=b c:=1 X-Header:v q==v file@name`.

What the words mean is HTTPie's documentation ("Request Items"); nothing is read from its configuration or sessions.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

from workbench.formats.httpie.items import FIELDS, Item, Separator, parse_item
from workbench.formats.httpie.json_values import read_json, write_json
from workbench.formats.httpie.nested_json import nested
from workbench.formats.pasted.bash_words import Command, Word
from workbench.formats.pasted.curl_command import WORDS_LIMIT, arguments_of
from workbench.formats.pasted.pasted import Pasted, content_type_of, file_body, kind_of, made, text_body
from workbench.model.authentication import INHERITED, Auth, AuthKind
from workbench.model.collection import NO_BODY, BodyKind, ComposedBody, Field, Part, SavedRequest
from workbench.model.errors import FormatError, UsageError
from workbench.model.send_settings import SendSettings

_METHOD = re.compile(r"[A-Za-z]+")
_SHORT_WITH_VALUE = {"a": "auth", "A": "auth-type", "o": "output", "p": "print", "s": "style"}
_SHORT = {"f": "form", "j": "json", "F": "follow", "v": "verbose", "h": "headers", "b": "body", "d": "download",
          "m": "meta", "c": "continue", "q": "quiet", "S": "stream", "I": "ignore-stdin",
          "x": "compress"}  # fmt: skip
_QUIET_WITH_VALUE = {"output", "print", "style", "pretty", "response-charset", "response-mime", "format-options",
                     "max-headers", "history-print", "default-scheme"}  # fmt: skip
_USED_WITH_VALUE = {"auth", "auth-type", "raw", "timeout", "verify", "cert", "cert-key", "proxy", "max-redirects",
                    "boundary"}  # fmt: skip
_WITH_VALUE = {*_QUIET_WITH_VALUE, *_USED_WITH_VALUE, "session", "session-read-only", "ssl", "ciphers",
               "cert-key-pass"}  # fmt: skip
_QUIET = {*_QUIET_WITH_VALUE, "verbose", "headers", "body", "download", "continue", "quiet", "stream", "ignore-stdin",
          "check-status", "meta", "all", "debug", "traceback", "path-as-is", "offline", "unsorted", "sorted",
          "no-stream"}  # fmt: skip
_USED = {*_USED_WITH_VALUE, "form", "json", "multipart", "follow", "compress"}
_JSON_ACCEPT = "application/json, */*;q=0.5"


def httpie_requests(commands: Sequence[Command]) -> list[Pasted]:
    """Return the requests of all `http` and `https` commands among these."""
    found: list[Pasted] = []
    for command in commands:
        words = arguments_of(command, "http", "https", "xh", "xhs")
        if words is None or len(words) > WORDS_LIMIT:
            continue
        name = next(word.text for word in command.words if re.split(r"[/\\]", word.text)[-1] in _PROGRAMS)
        scheme = "https" if name.endswith("s") else "http"
        found.append(_Httpie(command, scheme).request(words))
    return found


_PROGRAMS = ("http", "https", "xh", "xhs")


@dataclass(slots=True)
class _Httpie:
    """What the words of one command ask for."""

    command: Command
    scheme: str
    values: dict[str, str] = field(default_factory=dict[str, str])
    proxies: list[str] = field(default_factory=list[str])
    headers: list[Field] = field(default_factory=list[Field])
    query: list[str] = field(default_factory=list[str])
    data: list[Item] = field(default_factory=list[Item])
    """What goes into the body."""
    losses: list[str] = field(default_factory=list[str])
    has_variables: bool = False

    def request(self, words: Sequence[Word]) -> Pasted:
        """Return the request that the words after the program's name say."""
        plain = self._options(words)
        if not plain:
            self.losses.append("The command has no URL.")
        method = plain.pop(0).text if len(plain) > 1 and _METHOD.fullmatch(plain[0].text) else ""
        if method and _is_item(plain[0].text):
            plain.insert(0, Word(method))
            method = ""
        url = self._url(plain.pop(0).text) if plain else ""
        for word in plain:
            self._item(word)
        body = self._body()
        if self.query:
            url += ("&" if "?" in url else "?") + "&".join(self.query)
        request = SavedRequest(
            method=method.upper() or ("GET" if body.kind is BodyKind.NONE else "POST"),
            url=url,
            headers=tuple(self.headers),
            body=body,
            auth=self._auth(),
            settings=self._settings(),
        )
        return made(request, [*self.losses, *self.command.notes])

    def _options(self, words: Sequence[Word]) -> list[Word]:
        plain: list[Word] = []
        pending = list(reversed(words))
        while pending:
            word = pending.pop()
            text = word.text
            if text.startswith("--") and len(text) > 2:
                name, equals, value = text[2:].partition("=")
                if name in _WITH_VALUE and not equals and pending:
                    value = pending.pop().text
                self._option(name, value)
            elif text.startswith("-") and len(text) > 1 and text != "--":
                self._short(text[1:], pending)
            elif text != "--":
                plain.append(word)
        return plain

    def _short(self, letters: str, pending: list[Word]) -> None:
        for place, letter in enumerate(letters):
            if letter in _SHORT_WITH_VALUE:
                rest = letters[place + 1 :].removeprefix("=")
                self._option(_SHORT_WITH_VALUE[letter], rest or (pending.pop().text if pending else ""))
                return
            self._option(_SHORT.get(letter, letter), "")

    def _option(self, name: str, value: str) -> None:
        if name == "proxy":
            self.proxies.append(value)
        elif name in _USED:
            self.values[name] = value
        elif name not in _QUIET:
            self.losses.append(f"{'-' if len(name) == 1 else '--'}{name} is not carried over.")

    def _url(self, text: str) -> str:
        if text.startswith("://"):
            text = text[3:]
        if re.match(r"[A-Za-z][A-Za-z0-9+.\-]*://", text):
            return text
        host = f"localhost{text}" if text.startswith((":", "/")) else text
        # `:/path` is localhost without a port.
        host = re.sub(r"^localhost:(?=/|$)", "localhost", host)
        return f"{self.scheme}://{host}"

    # Items

    def _item(self, word: Word) -> None:
        try:
            item = parse_item(word.text)
        except UsageError:
            self.losses.append(f"{word.text!r} is no item of HTTPie.")
            return
        name, value = item.name, item.value
        self.has_variables |= word.has_variables
        match item.separator:
            case Separator.HEADER:
                self.headers.append(Field(name, value.strip(), enabled=bool(value.strip())))
            case Separator.EMPTY_HEADER:
                self.headers.append(Field(name, ""))
            case Separator.QUERY:
                self.query.append(f"{_query_word(name)}={_query_word(value)}")
            case Separator.HEADER_FILE | Separator.QUERY_FILE:
                self.losses.append(f"{name} is the text of the file {value}, which was not read.")
            case _:
                self.data.append(item)

    def _body(self) -> ComposedBody:
        content_type = content_type_of(tuple(self.headers))
        if "compress" in self.values:
            self.losses.append("--compress is not carried over.")
        files = [item for item in self.data if item.separator is Separator.FILE]
        if files and not files[0].name and "form" not in self.values and "multipart" not in self.values:
            return self._file(files[0], content_type)
        if "multipart" in self.values or files:
            return ComposedBody(BodyKind.MULTIPART, parts=tuple(self._part(item) for item in self.data))
        if "raw" in self.values:
            return self._text(kind_of(content_type, BodyKind.JSON), self.values["raw"])
        given = self.command.input
        if not self.data:
            if given is None or "form" in self.values:
                return NO_BODY if given is None else self._text(BodyKind.FORM, given.text.text if given.text else "")
            if given.text is None:
                return file_body(kind_of(content_type, BodyKind.JSON), given.file, self.losses)
            return self._text(kind_of(content_type, BodyKind.JSON), given.text.text)
        if "form" in self.values:
            pairs = [f"{_form_word(item.name)}={_form_word(self._value(item))}" for item in self.data]
            return self._text(BodyKind.FORM, "&".join(pairs))
        if not any(row.name.lower() == "accept" for row in self.headers):
            self.headers.append(Field("Accept", _JSON_ACCEPT))
        return self._text(BodyKind.JSON, self._json())

    def _text(self, kind: BodyKind, text: str) -> ComposedBody:
        return text_body(kind, text, self.losses, has_variables=self.has_variables)

    def _file(self, item: Item, content_type: str) -> ComposedBody:
        """Return the body that `@FILE` alone is."""
        others = [each.word for each in self.data if each is not item]
        if others:
            self.losses.append(f"There are two bodies; left out are {', '.join(others)}.")
        return file_body(kind_of(content_type, BodyKind.BYTES), item.value.partition(";type=")[0], self.losses)

    def _part(self, item: Item) -> Part:
        if item.separator is not Separator.FILE:
            return Part(item.name, self._value(item))
        file, _, content_type = item.value.partition(";type=")
        return Part(item.name, is_file=True, files=(file,), content_type=content_type)

    def _value(self, item: Item) -> str:
        if item.separator in (Separator.TEXT_FILE, Separator.JSON_FILE):
            self.losses.append(f"A value is the text of the file {item.value}, which was not read.")
            return f"@{item.value}"
        return item.value

    def _json(self) -> str:
        """Return the members as JSON; numbers keep their digits. FormatError where they cannot be walked."""
        pairs = [(item.name, self._json_value(item)) for item in self.data]
        try:
            return write_json(nested(pairs)).decode()
        except UsageError as error:
            raise FormatError(error.message, error.hint) from error

    def _json_value(self, item: Item) -> Any:
        value = self._value(item)
        if item.separator is not Separator.JSON:
            return value
        try:
            return read_json(value, item.word)
        except UsageError:
            self.losses.append(f"{item.word} does not hold JSON; it was kept as text.")
            return value

    # Authentication and settings

    def _auth(self) -> Auth:
        if "auth" not in self.values:
            return INHERITED
        user, _, password = self.values["auth"].partition(":")
        kind = self.values.get("auth-type", "basic").lower()
        if kind == "bearer":
            return Auth(AuthKind.BEARER, (("token", self.values["auth"]),))
        if kind not in ("basic", "digest"):
            self.losses.append(f"The authentication {kind} is not carried over.")
            return INHERITED
        return Auth(AuthKind(kind), (("username", user), ("password", password)))

    def _settings(self) -> SendSettings:
        values = self.values
        verify = values.get("verify", "")
        refuses = verify.lower() in ("no", "false")
        timeout, most = values.get("timeout", ""), values.get("max-redirects", "")
        proxy = next((text.partition(":")[2] for text in self.proxies), "")
        return SendSettings(
            timeout_s=float(timeout) if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", timeout, re.ASCII) else None,
            follow_redirects=True if "follow" in values else None,
            max_redirects=int(most) if re.fullmatch(r"\d{1,9}", most, re.ASCII) else None,
            verify=False if refuses else None,
            ca_file="" if refuses or verify.lower() in ("yes", "true") else verify,
            certificate_file=values.get("cert", ""),
            key_file=values.get("cert-key", ""),
            proxy=proxy,
        )


def _is_item(text: str) -> bool:
    """True where `http example.org a=b` is meant: the word after the first is an item, not a URL."""
    try:
        item = parse_item(text)
    except UsageError:
        return False
    return item.separator in FIELDS and "/" not in item.name


def _query_word(text: str) -> str:
    return quote(text, safe="{}" if "{{" in text else "", errors="surrogateescape")


def _form_word(text: str) -> str:
    return quote_plus(text, safe="{}" if "{{" in text else "", errors="surrogateescape")
