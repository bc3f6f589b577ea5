"""The cookie jar of a home: what targets asked to be sent again, in a file that only its user can read.

Cookies go to the very host that set them and to no other. `Domain=` is ignored: without the list of public suffixes
nobody can tell a domain of one owner from `co.uk`, and a jar of test targets needs none. Otherwise this is RFC 6265:
all that match go out, the longest path first, values byte for byte as they were set. Cookies of a session are kept,
too, until they are deleted. The file is read again when another process wrote it.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from workbench.model.errors import StorageError
from workbench.storage.durable_file import write_whole

LIMIT_BYTES = 4096
"""Longer cookies are passed over, as browsers do (RFC 6265, 6.1)."""
PER_HOST = 180
"""Of one host no more are kept: the oldest go first."""


@dataclass(frozen=True, slots=True)
class StoredCookie:
    """One cookie as a person sees it; the value never shows in a repr."""

    domain: str
    """The host that set it."""
    path: str
    name: str
    value: str = field(repr=False)
    """Latin-1 text, a character for each byte."""
    secure: bool
    http_only: bool
    same_site: str
    expires: str
    """The words of its `Max-Age` or `Expires`; empty for a cookie of the session."""
    ends_at_s: float | None = None
    """Seconds since 1970; None for a cookie of the session."""

    @property
    def place(self) -> tuple[str, str, str]:
        """What a later cookie must share to take this one's place."""
        return self.domain, self.path, self.name


class CookieStore:
    """The cookies of one home. Made and used on a loop; files are small, so it reads and writes there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._cookies: dict[tuple[str, str, str], StoredCookie] = {}
        """In the order in which they were first set."""
        self._read_at_ns = -1

    def header_for(self, url: str) -> str:
        """Return the Cookie header for a URL, as latin-1 text; empty where nothing is to be sent."""
        host, path, secure = _place(url)
        found = [
            each
            for each in self._opened().values()
            if each.domain == host and _covers(each.path, path) and (secure or not each.secure)
        ]
        found.sort(key=lambda cookie: -len(cookie.path))
        return "; ".join(f"{each.name}={each.value}" for each in found)

    def keep(self, url: str, set_cookies: Sequence[str]) -> None:
        """Take what an answer of this URL says in its Set-Cookie headers; StorageError where it cannot be kept."""
        if not set_cookies:
            return
        cookies = self._opened()
        for line in set_cookies:
            cookie = _read(line, url)
            if cookie is None:
                continue
            cookies[cookie.place] = cookie
            if _is_over(cookie):
                del cookies[cookie.place]
        for each in [each for each in cookies if each[0] == _place(url)[0]][:-PER_HOST]:
            del cookies[each]
        self._save()

    def all(self) -> list[StoredCookie]:
        """Return every cookie by domain, path and name."""
        return sorted(self._opened().values(), key=lambda cookie: cookie.place)

    def delete(self, domain: str, path: str, name: str) -> bool:
        """Delete one cookie; False where there is none."""
        found = self._opened().pop((domain, path, name), None)
        if found is not None:
            self._save()
        return found is not None

    def clear(self) -> None:
        """Delete all cookies."""
        self._opened().clear()
        self._save()

    def _opened(self) -> dict[tuple[str, str, str], StoredCookie]:
        """Return what the file has and is not over; a file that cannot be read is left, not written over."""
        changed_ns = self._path.stat().st_mtime_ns if self._path.exists() else 0
        if changed_ns != self._read_at_ns:
            self._cookies = {each.place: each for each in self._load()} if changed_ns else {}
            self._read_at_ns = changed_ns
        for place in [each.place for each in self._cookies.values() if _is_over(each)]:
            del self._cookies[place]
        return self._cookies

    def _load(self) -> list[StoredCookie]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=list[StoredCookie])
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            raise StorageError(
                f"The cookies in {self._path} cannot be read: {error}.", "Move the file away to begin anew."
            ) from error

    def _save(self) -> None:
        try:
            write_whole(self._path, (msgspec.json.encode(list(self._cookies.values())),), 0o600)
            self._read_at_ns = self._path.stat().st_mtime_ns
        except OSError as error:
            raise StorageError(f"The cookies could not be kept in {self._path}: {error.strerror}.") from error


def _place(url: str) -> tuple[str, str, bool]:
    """Return host, path and whether the way there is secret. Ports do not count (RFC 6265, 8.5)."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.path or "/", parts.scheme == "https"


def _covers(cookie_path: str, path: str) -> bool:
    """RFC 6265, 5.1.4: the same path, or a folder above it."""
    return path == cookie_path or path.startswith(cookie_path.rstrip("/") + "/")


def _read(line: str, url: str) -> StoredCookie | None:
    """Return the cookie of a Set-Cookie header (RFC 6265, 5.2); None for a line that is none."""
    pair, *attributes = line.split(";")
    name, equals, value = (each.strip(" \t") for each in pair.partition("="))
    if not equals or not name or len(pair) > LIMIT_BYTES or any(mark in line for mark in "\r\n\0"):
        return None
    said = {key.strip().lower(): text.strip() for key, _, text in (each.partition("=") for each in attributes)}
    host, path, _ = _place(url)
    chosen = said.get("path", "")
    return StoredCookie(
        domain=host,
        path=chosen if chosen.startswith("/") else path.rpartition("/")[0] or "/",
        name=name,
        value=value,
        secure="secure" in said,
        http_only="httponly" in said,
        same_site=said.get("samesite", ""),
        expires=said.get("max-age") or said.get("expires", ""),
        ends_at_s=_end(said.get("max-age", ""), said.get("expires", "")),
    )


def _end(max_age: str, expires: str) -> float | None:
    """Return when a cookie ends; Max-Age counts before Expires, and what cannot be read does not count."""
    try:
        return time.time() + min(int(max_age[:12]), 10**10)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(expires).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _is_over(cookie: StoredCookie) -> bool:
    return cookie.ends_at_s is not None and cookie.ends_at_s <= time.time()
