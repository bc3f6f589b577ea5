"""curl commands made into requests: what curl would send, except what curl only says of itself."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from workbench.formats.pasted.bash_words import Command, Input, Word
from workbench.formats.pasted.curl_form import form_part
from workbench.formats.pasted.curl_options import LOST, QUIET, Option, read_options
from workbench.formats.pasted.curl_settings import auth_of, settings_of
from workbench.formats.pasted.pasted import (
    REQUESTS_LIMIT,
    TEXT_LIMIT,
    Pasted,
    content_type_of,
    file_body,
    kind_of,
    made,
    text_body,
)
from workbench.model.collection import NO_BODY, BodyKind, ComposedBody, Field, Part, SavedRequest
from workbench.model.errors import FormatError
from workbench.model.variables import Variable

WORDS_LIMIT = 20_000
_BEFORE_CURL = {
    "sudo",
    "time",
    "env",
    "exec",
    "command",
    "nohup",
    "!",
    "if",
    "while",
    "then",
    "do",
    "$",
    "%",
    "#",
    ">",
}
_COMPRESSED = "deflate, gzip, br, zstd"
_FORM = "multipart/form-data"
_DATA = {"data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json"}


def curl_requests(commands: Sequence[Command]) -> list[Pasted]:
    """Return the requests of all curl commands among these; values assigned before become their variables."""
    found: list[Pasted] = []
    assigned: dict[str, str] = {}
    for command in _rejoined(commands):
        words = arguments_of(command, "curl")
        assigned |= {name: word.text for name, word in command.assignments}
        if words is not None:
            found += [with_variables(pasted, assigned, words) for pasted in _requests(command, words)]
        if len(found) > REQUESTS_LIMIT:
            raise FormatError(f"The text holds more than {REQUESTS_LIMIT} requests.")
    return found


def _rejoined(commands: Sequence[Command]) -> Iterator[Command]:
    """Yield the commands, lines that begin with an option put back to theirs: their `\\` was lost in copying."""
    current: Command | None = None
    for command in commands:
        if current is not None and command.words and command.words[0].text.startswith("-"):
            current.words += command.words
            current.input = command.input or current.input
            current.notes += command.notes
            continue
        if current is not None:
            yield current
        current = command
    if current is not None:
        yield current


def with_variables(pasted: Pasted, assigned: Mapping[str, str], words: Sequence[Word]) -> Pasted:
    """Return the request with the values that its text gives to the names it uses."""
    text = "".join(word.text for word in words if word.has_variables) if assigned else ""
    used = [Variable(name, value) for name, value in assigned.items() if f"{{{{{name}}}}}" in text]
    return replace(pasted, request=replace(pasted.request, variables=tuple(used))) if used else pasted


def arguments_of(command: Command, *names: str) -> list[Word] | None:
    """Return the words after the program's name, or None where the command starts another program."""
    for place, word in enumerate(command.words[:8]):
        base = re.split(r"[/\\]", word.text)[-1].lower()
        if base.removesuffix(".exe") in names:
            return command.words[place + 1 :]
        is_prompt = word.text[-1:] in ("$", "#", "%", ">")
        if not (word.text in _BEFORE_CURL or is_prompt or word.text.startswith("-") or "=" in word.text):
            return None
    return None


def _requests(command: Command, words: list[Word]) -> list[Pasted]:
    if len(words) > WORDS_LIMIT:
        raise FormatError(f"The curl command has more than {WORDS_LIMIT:,} words.")
    operation = _Operation(command)
    found: list[Pasted] = []
    for option in read_options(words):
        if isinstance(option, str):
            operation.losses.append(option)
        elif option.name == "next":
            found += operation.requests()
            operation = _Operation(command)
        else:
            operation.take(option)
    return found + operation.requests()


@dataclass(slots=True)
class _Operation:
    """What the options up to `--next` ask for."""

    command: Command
    urls: list[Word] = field(default_factory=list[Word])
    uploads: list[str] = field(default_factory=list[str])
    data: list[Option] = field(default_factory=list[Option])
    parts: list[Part] = field(default_factory=list[Part])
    queries: list[Word] = field(default_factory=list[Word])
    headers: list[Field] = field(default_factory=list[Field])
    values: dict[str, str] = field(default_factory=dict[str, str])
    """The last value of each option that counts once; empty for one without a value."""
    losses: list[str] = field(default_factory=list[str])

    def take(self, option: Option) -> None:
        """Note one option."""
        name, value = option.name, option.value
        if name in LOST:
            self.losses.append(f"--{name} is not carried over.")
        elif name in QUIET:
            pass
        elif value is None:
            self.values.pop(name, "")
            if not option.is_off:
                self.values[name] = ""
        elif name == "url":
            self.urls.append(value)
        elif name == "upload-file":
            self.uploads.append(value.text)
        elif name in _DATA:
            self.data.append(option)
        elif name in ("form", "form-string"):
            part = form_part(value, self.losses, is_literal=name == "form-string")
            self.parts += [part] if part else []
        elif name == "url-query":
            self.queries.append(value)
        elif name == "header":
            self._header(value.text)
        elif name == "cookie" and "cookie" in self.values and "=" in value.text:
            self.values["cookie"] += f"; {value.text}"
        else:
            self.values[name] = value.text

    def _header(self, text: str) -> None:
        text = text.strip()
        if text.startswith("@"):
            self.losses.append(f"-H {text}: headers in a file were not read.")
            return
        if text.startswith(":"):
            self.losses.append(f"-H {text!r} is HTTP/2's own and no header.")
            return
        name, colon, value = text.partition(":")
        if not colon:
            name, colon, _ = text.partition(";")
            if not colon:
                self.losses.append(f"-H {text!r} is no header: it has no colon.")
                return
            self.headers.append(Field(name.strip(), ""))
            return
        # `Name:` takes away what curl would send of itself; so does a row that is switched off.
        self.headers.append(Field(name.strip(), value.strip(), enabled=bool(value.strip())))

    # Requests

    def requests(self) -> list[Pasted]:
        """Return one request for each URL."""
        if not self.urls and (self.values or self.data or self.headers or self.parts):
            self.losses.append("The command has no URL.")
            self.urls.append(Word(""))
        if len(self.urls) > REQUESTS_LIMIT:
            raise FormatError(f"The command has more than {REQUESTS_LIMIT} URLs.")
        if len(self.urls) * sum(len(piece.value.text) for piece in self.data if piece.value) > TEXT_LIMIT * 4:
            raise FormatError("The command sends too much data to too many URLs.")
        return [self._request(url, place) for place, url in enumerate(self.urls)]

    def _request(self, url: Word, place: int) -> Pasted:
        losses = [*self.losses, *self.command.notes]
        upload = self.uploads[place] if place < len(self.uploads) else None
        is_query = "get" in self.values
        headers = self._own_headers(losses)
        content_type = content_type_of(headers)
        body = NO_BODY
        if self.data and not is_query:
            body = self._data(content_type, losses)
            losses += ["curl takes either -d or -F; only -d was kept."] if self.parts else []
        elif self.parts:
            body = ComposedBody(BodyKind.MULTIPART, parts=tuple(self.parts))
            # The boundary is made with the body; a typed header would be without it.
            headers = tuple(
                row for row in headers if not (row.name.lower() == "content-type" and content_type == _FORM)
            )
        elif upload is not None:
            body = self._upload(upload, content_type, losses)
        request = SavedRequest(
            method=self._method(upload),
            url=self._url(url.text, upload, losses) if is_query or self.queries or upload else url.text.strip(),
            headers=headers,
            body=body,
            auth=auth_of(self.values, losses),
            settings=settings_of(self.values, losses),
        )
        if re.search(r"\{[^{}]*,[^{}]*\}|\[\w+-\w+(?::\d+)?\]", url.text[:2000]):
            losses.append("curl would make several URLs of the {…,…} or […-…] in this one; it was kept as text.")
        return made(request, losses)

    def _method(self, upload: str | None) -> str:
        if "request" in self.values:
            return self.values["request"]
        if "head" in self.values:
            return "HEAD"
        if upload is not None:
            return "PUT"
        return "POST" if (self.data and "get" not in self.values) or self.parts else "GET"

    def _own_headers(self, losses: list[str]) -> tuple[Field, ...]:
        values = self.values
        rows: list[tuple[str, str]] = [("User-Agent", values[name]) for name in ("user-agent",) if name in values]
        if "compressed" in values:
            rows.append(("Accept-Encoding", _COMPRESSED))
        if "referer" in values:
            referer, auto, _ = values["referer"].partition(";auto")
            losses += ["--referer ;auto: the referers of redirects are not made."] if auto else []
            rows += [("Referer", referer)] if referer else []
        cookie = values.get("cookie")
        if cookie is not None and "=" in cookie:
            rows.append(("Cookie", cookie))
        elif cookie:
            losses.append(f"The cookies in the file {cookie} were not read.")
        if "cookie-jar" in values and values["cookie-jar"] != cookie:
            losses.append(f"Cookies of the answers are not written to {values['cookie-jar']}.")
        if "range" in values:
            # A lone number means "from here on".
            rows.append(("Range", f"bytes={values['range']}{'-' if values['range'].isdecimal() else ''}"))
        if self.data and self.data[-1].name == "json":
            rows += [("Content-Type", "application/json"), ("Accept", "application/json")]
        typed = {header.name.lower() for header in self.headers}
        own = [Field(name, value, enabled=bool(value)) for name, value in rows if name.lower() not in typed]
        return (*own, *self.headers)

    # Bodies

    def _data(self, content_type: str, losses: list[str]) -> ComposedBody:
        kind = kind_of(content_type, BodyKind.TEXT) if content_type else BodyKind.FORM
        first = self.data[0].value
        if len(self.data) == 1 and first is not None and self._file_of(self.data[0]):
            if self.data[0].name in ("data", "data-ascii"):
                losses.append("curl leaves out the line breaks of a file after -d; here the file is sent whole.")
            return self._from(self._file_of(self.data[0]), kind, losses)
        text = self._joined(losses)
        has_variables = any(piece.value is not None and piece.value.has_variables for piece in self.data)
        return text_body(kind, text, losses, has_variables=has_variables)

    @staticmethod
    def _file_of(piece: Option) -> str:
        """Return the name after `@`, or an empty text."""
        text = piece.value.text if piece.value else ""
        reads = text.startswith("@") and piece.name not in ("data-raw", "data-urlencode")
        return text[1:] if reads else ""

    def _from(self, name: str, kind: BodyKind, losses: list[str]) -> ComposedBody:
        """Return a body from a file's name; `-` is standard input."""
        if name not in ("-", "."):
            return file_body(kind, name, losses)
        given = self.command.input or _piped(self.command.piped_from)
        if given is None:
            losses.append("The body comes from standard input, which is not known here.")
            return ComposedBody(kind)
        if given.text is None:
            return file_body(kind, given.file, losses)
        text = given.text.text
        if self.data and self.data[0].name in ("data", "data-ascii", "json"):
            text = re.sub(r"[\r\n\0]", "", text) if self.data[0].name != "json" else text
            losses[:] = [loss for loss in losses if not loss.startswith("curl leaves out the line breaks")]
        return text_body(kind, text, losses, has_variables=given.text.has_variables)

    def _joined(self, losses: list[str]) -> str:
        """Return all data as one text: `&` between, except before a `--json`."""
        text = ""
        for place, piece in enumerate(self.data):
            if place and piece.name != "json":
                text += "&"
            file = self._file_of(piece)
            value = self._content_of(file, losses) if file else piece.value.text if piece.value else ""
            text += self._url_encoded(value, losses) if piece.name == "data-urlencode" else value
        return text

    def _content_of(self, file: str, losses: list[str]) -> str:
        """Return what stands for a file among other data: standard input where it is known, else its name."""
        given = (self.command.input or _piped(self.command.piped_from)) if file == "-" else None
        if given is not None and given.text is not None:
            return given.text.text
        name = given.file if given is not None else file
        losses.append(f"A part of what is sent is the file {name}, which was not read: put it in place of @{name}.")
        return f"@{name}"

    def _upload(self, name: str, content_type: str, losses: list[str]) -> ComposedBody:
        return self._from(name, kind_of(content_type, BodyKind.BYTES), losses)

    def _url(self, url: str, upload: str | None, losses: list[str]) -> str:
        """Return the URL with what `-G` and `--url-query` add to it, and the name of what is uploaded to a folder."""
        head, mark, fragment = url.strip().partition("#")
        start, query_mark, query = head.partition("?")
        if upload not in (None, "-", "."):
            scheme_end = start.find("://")
            path = start[scheme_end + 3 :] if scheme_end >= 0 else start
            if "/" not in path:
                start += "/"
            if start.endswith("/"):
                start += quote(re.split(r"[/\\]", upload or "")[-1], safe="")
        added = [self._joined(losses)] if "get" in self.values and self.data else []
        for word in self.queries:
            text = word.text
            added.append(text[1:] if text.startswith("+") else self._url_encoded(text, losses))
        if query:
            added.insert(0, query.removesuffix("&") if added else query)
        joined = "&".join(added)
        return f"{start}?{joined}{mark}{fragment}" if joined or query_mark else f"{start}{mark}{fragment}"

    def _url_encoded(self, text: str, losses: list[str]) -> str:
        """Return `--data-urlencode`'s words as they are sent: content, =content, name=content, @file, name@file."""
        mark = re.search(r"[=@]", text)
        if mark is None:
            return _quoted(text)
        name, content = text[: mark.start()], text[mark.end() :]
        if mark[0] == "=":
            return f"{name}={_quoted(content)}" if name else _quoted(content)
        content = self._content_of(content, losses)
        content = content if content.startswith("@") else _quoted(content)
        return f"{name}={content}" if name else content


def _piped(command: Command | None) -> Input | None:
    """Return what `echo …` or `cat FILE` writes, where it can be known without running it."""
    words = command.words if command else []
    if len(words) == 2 and words[0].text == "cat" and words[1].text != "-":
        return Input(file=words[1].text)
    if words and words[0].text in ("echo", "printf") and (words[0].text == "echo" or len(words) == 2):
        given = words[1:]
        end = "\n" if words[0].text == "echo" else ""
        while words[0].text == "echo" and given and given[0].text in ("-n", "-e", "-E"):
            end = "" if given[0].text == "-n" else end
            given = given[1:]
        if words[0].text == "printf" and re.search(r"[%\\]", given[0].text):
            return None
        return Input(Word(" ".join(word.text for word in given) + end, any(word.has_variables for word in given)))
    return None


def _quoted(text: str) -> str:
    return quote(text, safe="{}" if "{{" in text else "", encoding="utf-8", errors="surrogateescape").replace(
        "%20", "+"
    )
