"""METHOD and URL as HTTPie reads them: what may be left out, and the short forms for localhost."""

import re
from collections.abc import Sequence
from urllib.parse import quote

from workbench.model.errors import UsageError

_METHOD = re.compile(r"[A-Za-z]+")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_LOCAL = re.compile(r":(\d*)((?:[/?#](?!/).*)?)", re.DOTALL)
_SCHEME = re.compile(r"[a-z][a-z0-9.+\-]*://", re.IGNORECASE)


def split_words(words: Sequence[str]) -> tuple[str, str, list[str]]:
    """Return method (empty where none is named), URL and the words behind it; UsageError without a URL."""
    if not words:
        raise UsageError("There is no URL to send to.", "For example: workbench send POST localhost:3000 a=b")
    first = words[0]
    if len(words) == 1 and first in _METHODS:
        raise UsageError("There is no URL to send to.", f"For example: workbench send {first} localhost:3000")
    # HTTPie takes `localhost` for a method; nobody has ever meant that.
    if len(words) > 1 and _METHOD.fullmatch(first) and first.lower() != "localhost":
        return first.upper(), words[1], list(words[2:])
    return "", first, list(words[1:])


def full_url(url: str, default_scheme: str, query: Sequence[tuple[str, str]]) -> str:
    """Return the URL with `:3000/x` written out, the scheme put before it where it has none, and the query added.

    What was typed in the URL itself stays as it is; names and values of `query` are percent-encoded.
    """
    text = url.strip()
    scheme = default_scheme.removesuffix("://")
    local = _LOCAL.fullmatch(text)
    if local:
        port = f":{local[1]}" if local[1] else ""
        text = f"{scheme}://localhost{port}{local[2]}"
    elif text and scheme.lower() != "http" and not _SCHEME.match(text) and not text.startswith("{{"):
        text = f"{scheme}://{text}"
    if not query:
        return text
    before, mark, fragment = text.partition("#")
    pairs = "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in query)
    joint = "" if before.endswith(("?", "&")) else "&" if "?" in before else "?"
    return f"{before}{joint}{pairs}{mark}{fragment}"


def _encoded(text: str) -> str:
    # Braces stay where they may be a variable's, which is put in before the request goes out.
    return quote(text, safe="{}" if "{{" in text else "", errors="surrogateescape")
