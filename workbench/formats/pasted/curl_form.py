"""curl's `-F name=content`: one part of a multipart form, as curl(1) describes it."""

import re

from workbench.formats.pasted.bash_words import Word
from workbench.model.collection import Part

_VALUE = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"|([^;,]*)', re.DOTALL)
_SETTING = re.compile(r'\s*;\s*(type|filename|headers|encoder)=("[^"\\]*(?:\\.[^"\\]*)*"|[^;,]*)', re.DOTALL)


def form_part(word: Word, losses: list[str], *, is_literal: bool) -> Part | None:
    """Return the part; `is_literal` is `--form-string`, where nothing has a meaning. None where there is none."""
    name, equals, value = word.text.partition("=")
    if not equals:
        losses.append(f"-F {word.text} has no name=content, so it is no part of a form.")
        return None
    if is_literal:
        return Part(name, value)
    if value.startswith("(") or (name == "" and value.startswith(")")):
        losses.append(f"-F {word.text}: a form inside a form cannot be said here.")
        return None
    if value[:1] in ("@", "<"):
        return _files(name, value, losses)
    content, rest = _content(value)
    return Part(name, content, content_type=_type(name, rest, losses))


def _files(name: str, value: str, losses: list[str]) -> Part:
    files: list[str] = []
    content_type = ""
    rest = f",{value[1:]}"
    while rest.startswith(","):
        file, rest = _content(rest[1:], ends=True)
        files.append(file)
        content_type = _type(name, rest, losses) or content_type
        rest = rest[_settings_end(rest) :]
    if value.startswith("<"):
        losses.append(f"The part {name} is the text of {files[0]}; here the file is sent with its name.")
    return Part(name, is_file=True, files=tuple(files), content_type=content_type)


def _content(value: str, *, ends: bool = False) -> tuple[str, str]:
    """Return what is before the settings, and the settings; a text in quotes may hold `;` and, of files, `,`."""
    if value.startswith('"'):
        match = _VALUE.match(value)
        if match and match[1] is not None:
            return re.sub(r'\\(["\\])', r"\1", match[1]), value[match.end() :]
    mark = re.compile(r";|," if ends else r";\s*(?:type|filename|headers|encoder)=").search(value)
    return (value[: mark.start()], value[mark.start() :]) if mark else (value, "")


def _settings_end(rest: str) -> int:
    end = 0
    while match := _SETTING.match(rest, end):
        end = match.end()
    return end


def _type(name: str, rest: str, losses: list[str]) -> str:
    found = ""
    end = 0
    while match := _SETTING.match(rest, end):
        end = match.end()
        if match[1] == "type":
            found = match[2].strip('"').strip()
            # A type may have parameters of its own, which look like settings: `text/plain; charset=utf-8`.
            while more := re.compile(r"\s*;\s*(?!type=|filename=|headers=|encoder=)[^;,]*").match(rest, end):
                found += f"; {more[0].strip(' ;')}" if more[0].strip(" ;") else ""
                end = more.end()
        else:
            losses.append(f"The part {name}: ;{match[1]}= is not carried over.")
    return found
