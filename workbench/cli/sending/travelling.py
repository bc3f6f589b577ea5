"""How a request travels: the options for waiting, redirects, trust, proxy, protocol and compression as settings."""

import argparse
import re
import zlib
from pathlib import Path

from workbench.model.collection import BodyKind, SavedRequest
from workbench.model.errors import UsageError
from workbench.model.send_settings import SendSettings

HTTPIE_MAX_REDIRECTS = 30
_PROBE_LIMIT_BYTES = 16 * 1024 * 1024
_PROXY = re.compile(r"(?P<scheme>http|https|all):(?P<url>[a-z0-9]+://.+)", re.IGNORECASE)
_YES, _NO = ("yes", "true"), ("no", "false")


def read_settings(arguments: argparse.Namespace, saved: SavedRequest) -> SendSettings:
    """Return what the words say, nothing where they say nothing; UsageError."""
    follow = arguments.follow or arguments.download
    return SendSettings(
        timeout_s=_not_negative(arguments.timeout, "--timeout"),
        follow_redirects=True if follow else None,
        max_redirects=_max_redirects(arguments) if follow else arguments.max_redirects,
        verify=_verify(arguments.verify),
        ca_file=_ca_file(arguments.verify),
        certificate_file=_existing(arguments.cert, "--cert"),
        key_file=_existing(arguments.cert_key, "--cert-key"),
        proxy=_proxy(arguments.proxy, saved.url),
        http2=None if arguments.http_version is None else arguments.http_version == "2",
        compress="deflate" if arguments.compress and _pays(arguments, saved) else "",
    )


def _not_negative(value: float | None, option: str) -> float | None:
    if value is not None and not value >= 0:
        raise UsageError(f"{option} cannot be {value:g}.", "0 waits without end.")
    return value


def _max_redirects(arguments: argparse.Namespace) -> int:
    return HTTPIE_MAX_REDIRECTS if arguments.max_redirects is None else arguments.max_redirects


def _verify(word: str | None) -> bool | None:
    return None if word is None else word.lower() not in _NO


def _ca_file(word: str | None) -> str:
    return "" if word is None or word.lower() in (*_YES, *_NO) else _existing(word, "--verify")


def _existing(name: str | None, option: str) -> str:
    if not name:
        return ""
    path = Path(name).expanduser().absolute()
    if not path.is_file():
        raise UsageError(f"{option}: there is no file {name}.", "Name a PEM file.")
    return str(path)


def _proxy(words: list[str], url: str) -> str:
    """Return the proxy for the URL's scheme: HTTPie writes `http:http://HOST:PORT`, a bare URL is for all."""
    scheme = "https" if url.lower().startswith("https://") else "http"
    chosen = ""
    for word in words:
        match = _PROXY.fullmatch(word)
        if match is None and not re.match(r"[a-z0-9]+://", word, re.IGNORECASE) and word != "none":
            raise UsageError(f"--proxy {word!r} cannot be read.", "Write --proxy http:http://127.0.0.1:3128")
        if match is None:
            chosen = word
        elif match["scheme"].lower() in (scheme, "all"):
            chosen = match["url"]
    return chosen


def _pays(arguments: argparse.Namespace, saved: SavedRequest) -> bool:
    """Return whether compressing makes the body smaller; given twice, the option asks no such question."""
    body = saved.body
    if body.kind is BodyKind.NONE:
        return False
    made_later = body.kind in (BodyKind.MULTIPART, BodyKind.GRAPHQL) or body.content.size > _PROBE_LIMIT_BYTES
    if arguments.compress > 1 or made_later:
        return True
    content = body.content.read()
    return len(zlib.compress(content)) < len(content)
