"""Hypotheses about the URL: what a proxy, a tunnel or a hasty copy makes of the address that the provider signed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from workbench.providers.subject import Subject

if TYPE_CHECKING:
    from workbench.providers.doctor import Examination
    from workbench.providers.doctor_keys import Found


def hypotheses(case: Examination) -> Iterator[Found | None]:
    """Yield a cause for each other URL that fits, None for each that does not."""
    if not case.scheme.signs_url:
        return
    subject = case.subject
    for url, what in _variants(case):
        changed = Subject(subject.method, subject.target, subject.headers, subject.body, url)
        if url != subject.url and case.fits(subject=changed):
            yield (
                "other-url",
                f"It is signed for {url}, {what}.",
                f"Set the public URL to {url}, as the provider has it.",
            )
        else:
            yield None
    for method in ("POST", "GET", "PUT"):
        if method != subject.method:
            changed = Subject(method, subject.target, subject.headers, subject.body, subject.url)
            fits = case.fits(subject=changed)
            yield ("other-method", f"It is signed for {method}.", "See what changes the method.") if fits else None


def _variants(case: Examination) -> Iterator[tuple[str, str]]:
    url = case.subject.url
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    scheme, host = parts.scheme, parts.netloc
    rest = url[len(scheme) + 3 + len(host) :]
    path, mark, query = rest.partition("?")
    hosts = list(dict.fromkeys([host, *_forwarded_hosts(case.subject)]))
    paths = list(dict.fromkeys([path, path.rstrip("/"), path if path.endswith("/") else f"{path}/"]))
    queries = list(dict.fromkeys([mark + query, "", f"?{'&'.join(sorted(query.split('&')))}" if query else ""]))
    for other in hosts:
        for protocol in ("https", "http"):
            for where in paths:
                for asked in queries:
                    yield f"{protocol}://{other}{where}{asked}", _difference(case, protocol, other, where, asked)
    yield f"{scheme}://{host}{unquote(path)}{mark}{unquote(query)}", "with its %-escapes decoded"
    yield f"{scheme}://{host}{quote(path)}{mark}{query}", "with its path escaped"
    yield f"{scheme}://{host.lower()}{rest}", "with its host in lower case"


def _forwarded_hosts(subject: Subject) -> Iterator[str]:
    """Yield hosts that a proxy says were asked for."""
    for name in ("x-forwarded-host", "x-original-host", "host"):
        value = subject.header(name)
        if value:
            yield value.split(",")[0].strip()


def _difference(case: Examination, protocol: str, host: str, path: str, query: str) -> str:
    parts = urlsplit(case.subject.url)
    words: list[str] = []
    if protocol != parts.scheme:
        words.append(f"with {protocol} instead of {parts.scheme}")
    if host != parts.netloc:
        words.append(f"on {host} instead of {parts.netloc}")
    if path != parts.path:
        words.append("without the slash at its end" if len(path) < len(parts.path) else "with a slash at its end")
    if query != (f"?{parts.query}" if parts.query else ""):
        words.append("with its query in another order" if query else "without its query")
    return " and ".join(words) or "as it is"
