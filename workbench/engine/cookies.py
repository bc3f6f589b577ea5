"""The cookie jar of a home: what targets asked to be sent again, in a file that only its user can read.

aiohttp's jar reads `Set-Cookie` and decides what is sent where (RFC 6265); cookies of the session are kept, too,
until they are deleted. The file is read again when another process wrote it. Addresses may have cookies: most
targets here are on this machine.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import aiohttp
from yarl import URL

from workbench.model.errors import StorageError


@dataclass(frozen=True, slots=True)
class StoredCookie:
    """One cookie as a person sees it; the value never shows in a repr."""

    domain: str
    path: str
    name: str
    value: str = field(repr=False)
    secure: bool
    http_only: bool
    same_site: str
    expires: str
    """The words of its `Expires` or `Max-Age`; empty for a cookie of the session."""


class CookieStore:
    """The cookies of one home. Made and used on a loop; files are small, so it reads and writes there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._jar: aiohttp.CookieJar | None = None
        self._read_at_ns = 0

    def header_for(self, url: str) -> str:
        """Return the Cookie header for a URL; empty where nothing is to be sent."""
        found = self._opened().filter_cookies(URL(url, encoded=True))
        return "; ".join(f"{name}={morsel.coded_value}" for name, morsel in found.items())

    def keep(self, url: str, set_cookies: Sequence[str]) -> None:
        """Take what an answer of this URL says in its Set-Cookie headers; StorageError where it cannot be kept."""
        if set_cookies:
            jar = self._opened()
            jar.update_cookies_from_headers(set_cookies, URL(url, encoded=True))
            self._save(jar)

    def all(self) -> list[StoredCookie]:
        """Return every cookie by domain, path and name."""
        jar = self._opened()
        len(jar)  # Lets the jar drop what has expired.
        found = [_stored(*place, morsel) for place, each in jar.cookies.items() for morsel in each.values()]
        return sorted(found, key=lambda cookie: (cookie.domain, cookie.path, cookie.name))

    def delete(self, domain: str, path: str, name: str) -> bool:
        """Delete one cookie; False where there is none."""
        jar = self._opened()
        before = len(jar)
        jar.clear(lambda morsel: (morsel["domain"], morsel["path"], morsel.key) == (domain, path, name))
        self._save(jar)
        return len(jar) < before

    def clear(self) -> None:
        """Delete all cookies."""
        jar = self._opened()
        jar.clear()
        self._save(jar)

    def _opened(self) -> aiohttp.CookieJar:
        """Return the jar as the file has it; a file that cannot be read is set aside, not written over."""
        changed_ns = self._path.stat().st_mtime_ns if self._path.exists() else 0
        if self._jar is None or changed_ns != self._read_at_ns:
            self._jar = aiohttp.CookieJar(unsafe=True)
            if changed_ns:
                self._load(self._jar)
            self._read_at_ns = changed_ns
        return self._jar

    def _load(self, jar: aiohttp.CookieJar) -> None:
        try:
            if not self._path.read_bytes().lstrip().startswith(b"{"):
                raise ValueError("it is not JSON")  # aiohttp would try to read a pickle.
            jar.load(self._path)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StorageError(
                f"The cookies in {self._path} cannot be read: {error}.", "Move the file away to begin anew."
            ) from error

    def _save(self, jar: aiohttp.CookieJar) -> None:
        unfinished = self._path.with_name(f".{secrets.token_hex(8)}.tmp")
        try:
            jar.save(unfinished)
            unfinished.replace(self._path)
            self._read_at_ns = self._path.stat().st_mtime_ns
        except OSError as error:
            raise StorageError(f"The cookies could not be kept in {self._path}: {error.strerror}.") from error
        finally:
            unfinished.unlink(missing_ok=True)


def _stored(domain: str, path: str, morsel: Any) -> StoredCookie:
    read = cast("dict[str, Any]", morsel)
    return StoredCookie(
        domain=domain,
        path=path or "/",
        name=morsel.key,
        value=morsel.value,
        secure=bool(read["secure"]),
        http_only=bool(read["httponly"]),
        same_site=str(read["samesite"] or ""),
        expires=str(read["expires"] or read["max-age"] or ""),
    )
