"""Whose command a text is, and the requests in it."""

import re

from workbench.formats.pasted.bash_words import read_commands
from workbench.formats.pasted.cmd_words import looks_like_cmd, read_cmd
from workbench.formats.pasted.curl_command import curl_requests
from workbench.formats.pasted.fetch_call import fetch_requests
from workbench.formats.pasted.httpie_command import httpie_requests
from workbench.formats.pasted.pasted import TEXT_LIMIT, Pasted
from workbench.formats.pasted.powershell_words import looks_like_powershell, read_powershell
from workbench.formats.pasted.web_request import powershell_requests

_CURL = re.compile(r"(?:^|[\s;&|(/\\])curl(?:\.exe)?(?=[\s^`]|$)", re.IGNORECASE)
_HTTPIE = re.compile(r"\s*(?:#[^\n]*\n\s*)*(?:[$%>][ \t]+)?(?:https?|xhs?)[ \t]+[^\s{=]")
_FETCH = re.compile(r"(?<![\w$.])fetch\s*\(\s*[\"'`\w]")
_POWERSHELL = re.compile(r"(?i)(?:^|[\s=(|;])(?:Invoke-WebRequest|Invoke-RestMethod|iwr|irm)\s")
_LOOKED_AT = 64 * 1024


def parse_pasted(text: str) -> tuple[Pasted, ...]:
    """Return the requests of a pasted command, in order; none where the text is no command that is known.

    FormatError where it is one and cannot be read: a quote that never closes, half of a copied command.
    """
    if len(text) > TEXT_LIMIT:
        return ()
    start = text[:_LOOKED_AT]
    if _FETCH.search(start) and not re.match(r"\s*(?:\$\s+)?curl\s", start):
        return parse_fetch(text)
    if _POWERSHELL.search(start) or _CURL.search(start):
        return parse_curl(text)
    return parse_httpie(text) if _HTTPIE.match(start) else ()


def parse_curl(text: str) -> tuple[Pasted, ...]:
    """Return the requests of curl commands, quoted for bash, cmd or PowerShell; FormatError."""
    if looks_like_cmd(text):
        return tuple(curl_requests(read_cmd(text)))
    if looks_like_powershell(text):
        return tuple(powershell_requests(read_powershell(text)))
    return tuple(curl_requests(read_commands(text)))


def parse_httpie(text: str) -> tuple[Pasted, ...]:
    """Return the requests of HTTPie's commands, quoted for bash; FormatError."""
    return tuple(httpie_requests(read_commands(text)))


def parse_fetch(text: str) -> tuple[Pasted, ...]:
    """Return the requests of calls of JavaScript's `fetch`; FormatError."""
    return tuple(fetch_requests(text))
