"""Insomnia's template words in ours: `{{ _.name }}` and `{% tag %}` (Nunjucks)."""

import re

from workbench.formats.interchange.imported import Losses
from workbench.formats.interchange.variable_names import POSTMAN_DYNAMIC, variable_name

_TEMPLATE = re.compile(r"\{\{(?P<value>[^{}]*)\}\}|\{%-?(?P<tag>(?:[^%{]|%(?!\})|\{(?!%)){0,500})%\}")
_VARIABLE = re.compile(r"(?:_\.)?(?P<name>[A-Za-z_][\w.\-]*)\Z")
_BRACKETS = re.compile(r"""_?(?P<path>(?:\[\s*(?:"[^"]*"|'[^']*')\s*\])+)\Z""")
_ARGUMENT = re.compile(r"""'([^']*)'|"([^"]*)"|([^\s,]+)""")


def insomnia_text(text: str, losses: Losses) -> str:
    """Return text with Insomnia's templates in our words; what has none is kept as it stands, and reported."""
    if "{{" not in text and "{%" not in text:
        return text
    return _TEMPLATE.sub(lambda match: _replaced(match, losses), text)


def _replaced(match: re.Match[str], losses: Losses) -> str:
    if match["tag"] is not None:
        return _tag(match[0], match["tag"].strip(), losses)
    content = match["value"].strip()
    if found := _VARIABLE.match(content):
        name = variable_name(found["name"], losses)
        return match[0] if name == content else "{{" + name + "}}"
    if found := _BRACKETS.match(content):
        path = ".".join(re.findall(r"""["']([^"']*)["']""", found["path"]))
        return "{{" + variable_name(path, losses) + "}}"
    if re.match(r"_?[\w.\[\]'\"\-]+\s*\|", content) or content.startswith("_"):
        losses.add(f"The expression {match[0]} is not known here: it is kept as it is written.")
    return match[0]


def _tag(whole: str, tag: str, losses: Losses) -> str:
    name, _, rest = tag.partition(" ")
    arguments = [next((part for part in found if part), "") for found in _ARGUMENT.findall(rest)]
    first = arguments[0] if arguments else ""
    match name, first:
        case "uuid", "" | "v4":
            return "{{$uuid}}"
        case "faker", made_up if f"${made_up}" in POSTMAN_DYNAMIC:
            return "{{$" + made_up + "}}"
        case "now", "" | "iso-8601":
            return "{{$isoTimestamp}}"
        case ("now", "unix") | ("timestamp", ""):
            return "{{$timestamp}}"
        case "now", "millis":
            return "{{$timestampMs}}"
        case "prompt", label if '"' not in label and label:
            return '{{$prompt "' + label + '"}}'
        case _:
            shown = " ".join(whole.split())[:80]
            losses.add(f"The template tag {shown} is not known here: it is kept as it is written.")
            return whole
