"""`{{…}}` of `.http` files in our words, JetBrains' and VS Code's alike."""

import re

from workbench.formats.interchange.imported import Losses
from workbench.formats.interchange.variable_names import POSTMAN_DYNAMIC, variable_name

_NAMES = {"$random.uuid": "$uuid", "$random.email": "$randomEmail", "$datetime iso8601": "$isoTimestamp"}
_RANGE = re.compile(r"\$(?:randomInt\s+|random\.integer\()\s*(-?\d{1,18})\s*[,\s]\s*(-?\d{1,18})\s*\)?\Z")
_OFFSET = re.compile(r"\$timestamp\s+(?P<offset>[+-]?\d{1,9})\s*(?P<unit>ms|s|m|h|d|w)\Z")
_SYSTEM = re.compile(r"\$(?:processEnv|dotenv|env)[\s.]+%?(?P<name>[\w.]+)\Z")
_ANSWER = re.compile(r'(?P<request>\w+)\.response\.(?:body\.(?P<path>\$[^"]*|\*)|headers\.(?P<header>[\w\-]+))\Z')
_REQUEST = re.compile(r"\w+\.request\.")


def http_words(content: str, losses: Losses) -> str:
    """Translate what stands between braces; a part of another request's answer is a value made when it is sent."""
    plain = content.strip()
    if match := _ANSWER.match(plain):
        part = f"header.{match['header']}" if match["header"] else match["path"]
        return f'$response "{match["request"]}"' + ("" if part == "*" else f' "{part}"')
    if not plain.startswith("$"):
        if _REQUEST.match(plain):
            losses.add(f"{{{{{plain}}}}} is a part of another request: it is kept as it is written.")
            return content
        return variable_name(plain, losses) if re.match(r"[\w][\w .\-]*\Z", plain) else content
    if plain == "$uuid" or plain in POSTMAN_DYNAMIC:
        return plain
    if plain in _NAMES:
        return _NAMES[plain]
    return _with_arguments(content, plain, losses)


def _with_arguments(content: str, plain: str, losses: Losses) -> str:
    if match := _RANGE.match(plain):
        # Both leave the upper bound out.
        return f"$randomInt {match[1]} {int(match[2]) - 1}"
    if match := _OFFSET.match(plain):
        sign = "" if match["offset"].startswith(("+", "-")) else "+"
        return f"$timestamp {sign}{match['offset']}{match['unit']}"
    if match := _SYSTEM.match(plain):
        name = match["name"]
        losses.add(f"{{{{{plain}}}}} read a variable of the system: give {name} a value in an environment.")
        return name
    losses.add(f"The dynamic value {{{{{plain}}}}} is kept as it is written and may have no value here.")
    return content
