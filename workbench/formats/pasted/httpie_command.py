"""HTTPie's commands made into requests: `http POST :3000/hooks a=b c:=1 X-Header:v q==v file@name`.

What the words mean is HTTPie's documentation ("Request Items"); nothing is read from its configuration or sessions.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote, quote_plus

from workbench.formats.pasted.bash_words import Command, Word
from workbench.formats.pasted.curl_command import WORDS_LIMIT, arguments_of
from workbench.formats.pasted.pasted import Pasted, content_type_of, file_body, kind_of, made, text_body
from workbench.model.authentication import INHERITED, Auth, AuthKind
from workbench.model.collection import NO_BODY, BodyKind, ComposedBody, Field, Part, SavedRequest
from workbench.model.errors import FormatError
from workbench.model.send_settings import SendSettings

_ITEM = re.compile(r"((?:[^\\:=@;]|\\.)+)(:=@|==@|=@|:@|:=|==|=|@|:|;)(.*)", re.DOTALL)
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
_LARGEST_INDEX = 1000


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
    data: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    """Name, separator and value of each item that goes into the body."""
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
        match = _ITEM.fullmatch(word.text)
        if match is None:
            self.losses.append(f"{word.text!r} is no item of HTTPie.")
            return
        name, separator, value = _plain(match[1]), match[2], _plain(match[3])
        self.has_variables |= word.has_variables
        match separator:
            case ":":
                self.headers.append(Field(name, value.strip(), enabled=bool(value.strip())))
            case ";":
                self.headers.append(Field(name, ""))
            case "==":
                self.query.append(f"{_query_word(name)}={_query_word(value)}")
            case ":@" | "==@":
                self.losses.append(f"{name} is the text of the file {value}, which was not read.")
            case _:
                # Names of JSON members have a grammar of their own, with backslashes.
                self.data.append((match[1] if separator in ("=", ":=") else name, separator, value))

    def _body(self) -> ComposedBody:
        content_type = content_type_of(tuple(self.headers))
        if "compress" in self.values:
            self.losses.append("--compress is not carried over.")
        if "multipart" in self.values or any(separator == "@" for _, separator, _ in self.data):
            return ComposedBody(BodyKind.MULTIPART, parts=tuple(self._part(*item) for item in self.data))
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
            pairs = [f"{_form_word(name)}={_form_word(self._value(sep, value))}" for name, sep, value in self.data]
            return self._text(BodyKind.FORM, "&".join(pairs))
        if not any(row.name.lower() == "accept" for row in self.headers):
            self.headers.append(Field("Accept", _JSON_ACCEPT))
        return self._text(BodyKind.JSON, self._json())

    def _text(self, kind: BodyKind, text: str) -> ComposedBody:
        return text_body(kind, text, self.losses, has_variables=self.has_variables)

    def _part(self, name: str, separator: str, value: str) -> Part:
        if separator != "@":
            return Part(name, self._value(separator, value))
        file, _, content_type = value.partition(";type=")
        return Part(name, is_file=True, files=(file,), content_type=content_type)

    def _value(self, separator: str, value: str) -> str:
        if separator in ("=@", ":=@"):
            self.losses.append(f"A value is the text of the file {value}, which was not read.")
            return f"@{value}"
        return value

    def _json(self) -> str:
        """Return the members as JSON; numbers keep their digits, since they are put in as they were written."""
        tree: dict[str, Any] | list[Any] | None = None
        written: dict[str, str] = {}
        for name, separator, value in self.data:
            content: Any = self._value(separator, value)
            if separator == ":=":
                try:
                    json.loads(content)
                except (ValueError, RecursionError):
                    self.losses.append(f"{name}:={content} does not hold JSON; it was kept as text.")
                else:
                    mark = f"\ue000{len(written)}\ue001"
                    written[json.dumps(mark, ensure_ascii=False)] = content
                    content = mark
            tree = _placed(tree, _path(name), content)
        text = json.dumps({} if tree is None else tree, ensure_ascii=False)
        return re.sub('"\ue000[0-9]+\ue001"', lambda match: written.get(match[0], match[0]), text)

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
    match = _ITEM.fullmatch(text)
    return match is not None and match[2] in ("=", ":=", "==", "=@", ":=@") and "/" not in match[1]


def _query_word(text: str) -> str:
    return quote(text, safe="{}" if "{{" in text else "", errors="surrogateescape")


def _form_word(text: str) -> str:
    return quote_plus(text, safe="{}" if "{{" in text else "", errors="surrogateescape")


def _plain(text: str) -> str:
    return re.sub(r"\\([:=@;\\])", r"\1", text)


def _path(name: str) -> list[str | int | None]:
    """Return the steps of `a[b][0][]`; None appends."""
    match = re.fullmatch(r"((?:[^\[\]\\]|\\.)*)((?:\[(?:[^\[\]\\]|\\.)*\])*)", name, re.DOTALL)
    if match is None:
        return [_unescaped(name)]
    steps: list[str | int | None] = [_unescaped(match[1])] if match[1] or not match[2] else []
    for step in re.findall(r"\[((?:[^\[\]\\]|\\.)*)\]", match[2]):
        steps.append(None if step == "" else int(step) if re.fullmatch(r"\d{1,6}", step) else _unescaped(step))
    return steps


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _placed(tree: Any, path: list[str | int | None], content: Any) -> Any:
    """Return the tree with a value at its path, grown where it has to be."""
    if not path:
        return content
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        members = cast("dict[str, Any]", tree) if isinstance(tree, dict) else {}
        members[step] = _placed(members.get(step), rest, content)
        return members
    items = cast("list[Any]", tree) if isinstance(tree, list) else []
    place = len(items) if step is None else step
    if place > _LARGEST_INDEX:
        raise FormatError(f"The item [{place}] is beyond what a command holds.")
    items += [None] * (place + 1 - len(items))
    items[place] = _placed(items[place], rest, content)
    return items
