"""Sessions: headers, authentication and cookies that requests have in common (HTTPie's `--session`).

A name is a file `sessions/HOST/NAME.json` of the home, a path is any file; both have HTTPie's shape, so that one of
its sessions can be taken over. What HTTPie keeps in plain text, passwords and Authorization headers, is kept by
reference (`"secret": "keyring:…"`) unless plain text is asked for. The file is the user's alone (0600).
"""

import json
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from workbench.cli.sending.authentication import asked_password
from workbench.cli.sending.cookies import SessionCookies
from workbench.formats.httpie.items import split_pair
from workbench.model.authentication import Auth, AuthKind
from workbench.model.collection import Field, SavedRequest
from workbench.model.delivery import Delivery
from workbench.model.errors import FormatError, StorageError, UsageError, WorkbenchError
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets

ABOUT = {"about": "Webhook Workbench session file, in HTTPie's shape"}
_NAME = re.compile(r"[A-Za-z0-9_.\-]+")
_SECRET_HEADERS = ("authorization", "proxy-authorization")
_NOT_KEPT = ("content-", "if-")
_SECRET_FIELDS = {AuthKind.BEARER: "token"}


class Session:
    """One session's file, read; nothing is written before `save`."""

    def __init__(self, path: Path, paths: Paths, label: str, document: dict[str, Any]) -> None:
        self.path = path
        self._paths = paths
        self._label = label
        """What the secrets of this session are called in the keyring."""
        self._document = document
        self._cookies = SessionCookies(document.get("cookies"))
        self.is_new = not path.exists()

    @classmethod
    def open(cls, paths: Paths, name: str, url: str) -> "Session":
        """Read a session by name or path, an empty one where there is none yet; UsageError, FormatError."""
        host = _host(url)
        if os.sep in name or "/" in name:
            path = Path(name).expanduser().absolute()
            return cls(path, paths, f"session/{path}", _read(path))
        if not _NAME.fullmatch(name):
            raise UsageError(f"{name!r} is no name for a session.", "Use letters, digits, - _ . or a path with a /.")
        if not host:
            raise UsageError("A session by name belongs to a host, and the URL names none.", f"Write ./{name}.json")
        folder = host.replace(":", "_")
        path = paths.data / "sessions" / folder / f"{name}.json"
        return cls(path, paths, f"session/{folder}/{name}", _read(path))

    def applied(self, saved: SavedRequest, typed: Iterable[Field]) -> SavedRequest:
        """Return the request with what the session has and the words do not say; typed cookies join the jar."""
        names = {field.name.lower() for field in typed}
        kept = [field for field in self._headers() if field.name.lower() not in names]
        replaced = {field.name.lower() for field in kept}
        headers = [*kept, *(field for field in saved.headers if field.name.lower() not in replaced)]
        if _host(saved.url):
            headers = self._with_cookies(headers, _absolute(saved.url))
        auth = saved.auth if saved.auth.kind is not AuthKind.INHERIT else (self._auth() or saved.auth)
        return replace(saved, headers=tuple(headers), auth=auth)

    def _with_cookies(self, headers: list[Field], url: str) -> list[Field]:
        for field in headers:
            if field.name.lower() == "cookie" and field.enabled:
                self._cookies.put(field.value, url)
        cookie = self._cookies.header_for(url)
        others = [field for field in headers if field.name.lower() != "cookie"]
        return [*others, Field("Cookie", cookie)] if cookie else others

    def learn(self, delivery: Delivery) -> None:
        """Keep the cookies that the answers set."""
        for attempt in delivery.attempts:
            if attempt.response is not None:
                self._cookies.learn(attempt.url or delivery.url, attempt.response.headers)

    def save(self, typed: Iterable[Field], auth: Auth | None, *, plain: bool, reference: str | None) -> list[str]:
        """Write the session with these headers and this authentication; return what could not be kept, in words."""
        notes: list[str] = []
        keep = _Keeping(self._paths, self._label, plain, notes.append)
        headers = self._kept_headers(typed, keep)
        document = {"__meta__": ABOUT, **self._document, "headers": headers, "cookies": self._cookies.listed()}
        if auth is not None:
            document["auth"] = keep.auth(auth, reference)
        document.setdefault("auth", {"type": None, "raw_auth": None})
        _write(self.path, json.dumps(document, indent=4, ensure_ascii=False).encode() + b"\n")
        return notes

    def _headers(self) -> list[Field]:
        fields: list[Field] = []
        for entry in _listed(self._document.get("headers")):
            value = self._resolved(entry["secret"]) if entry.get("secret") else str(entry.get("value") or "")
            fields.append(Field(str(entry.get("name") or ""), value))
        return fields

    def _kept_headers(self, typed: Iterable[Field], keep: "_Keeping") -> list[dict[str, str]]:
        new = [
            field
            for field in typed
            if field.enabled and field.name.lower() != "cookie" and not field.name.lower().startswith(_NOT_KEPT)
        ]
        names = {field.name.lower() for field in new}
        old = [
            entry for entry in _listed(self._document.get("headers")) if str(entry.get("name")).lower() not in names
        ]
        return [*old, *filter(None, (keep.header(field) for field in new))]

    def _auth(self) -> Auth | None:
        stored = self._document.get("auth")
        if not isinstance(stored, dict):
            return None
        auth = cast("dict[str, Any]", stored)
        if not auth.get("type"):
            return None
        try:
            kind = AuthKind(str(auth["type"]))
        except ValueError as error:
            raise FormatError(f"{self.path}: {auth['type']!r} is no authentication known here.") from error
        raw = str(auth.get("raw_auth") or "")
        if kind is AuthKind.BEARER:
            return Auth(kind, (("token", self._secret(auth, raw or None, "the token")),))
        user, password = split_pair(raw or str(auth.get("username") or ""))
        return Auth(kind, (("username", user), ("password", self._secret(auth, password, f"the password of {user}"))))

    def _secret(self, auth: dict[str, Any], plain: str | None, what: str) -> str:
        """Return what the file refers to or holds; what could not be kept is asked for."""
        if auth.get("secret"):
            return self._resolved(auth["secret"])
        held = auth.get("password", plain)
        if held is not None:
            return str(held)
        try:
            return asked_password(f"workbench: {what} for this session: ")
        except UsageError as error:
            raise UsageError(
                f"The session {self.path.stem} does not hold {what}: it could not be kept where secrets are.",
                "Say it again with -a or --auth-secret REF; or make the session anew with WORKBENCH_PASSPHRASE set,"
                " or with --session-plain.",
            ) from error

    def _resolved(self, reference: Any) -> str:
        return Secrets(self._paths).resolve(str(reference)).value


class _Keeping:
    """Puts secrets where they belong, and says so where they cannot be kept."""

    def __init__(self, paths: Paths, label: str, plain: bool, note: Callable[[str], None]) -> None:
        self._paths = paths
        self._label = label
        self._plain = plain
        self._note = note

    def header(self, field: Field) -> dict[str, str] | None:
        if self._plain or field.name.lower() not in _SECRET_HEADERS:
            return {"name": field.name, "value": field.value}
        reference = self._reference(f"{self._label}/{field.name.lower()}", field.value, field.name)
        return {"name": field.name, "secret": reference} if reference else None

    def auth(self, auth: Auth, given: str | None) -> dict[str, Any]:
        field = _SECRET_FIELDS.get(auth.kind, "password")
        user, secret = auth.get("username"), auth.get(field)
        kept: dict[str, Any] = {"type": auth.kind.value}
        if self._plain:
            return kept | {"raw_auth": secret if auth.kind is AuthKind.BEARER else f"{user}:{secret}"}
        by_reference = given is not None and not given.startswith("text:")
        reference = given if by_reference else self._reference(f"{self._label}/{field}", secret, f"The {field}")
        return kept | ({"username": user} if user else {}) | ({"secret": reference} if reference else {})

    def _reference(self, name: str, value: str, what: str) -> str:
        try:
            Secrets(self._paths).put(name, value)
        except WorkbenchError as error:
            self._note(
                f"{what} was not kept in the session, so the next use of it lacks it. {error.message}"
                " --session-plain keeps it in the session's file itself."
            )
            return ""
        return f"keyring:{name}"


def _absolute(url: str) -> str:
    if "://" in url:
        return url
    return f"http://localhost{url}" if url.startswith((":", "/")) else f"http://{url}"


def _host(url: str) -> str:
    """Return host and port of a URL as typed, empty where it has none or it is a variable."""
    try:
        host = urlsplit(_absolute(url)).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""
    return host if re.fullmatch(r"[A-Za-z0-9.\-_:\[\]]+", host) and host.strip(".") else ""


def _listed(headers: Any) -> list[dict[str, Any]]:
    """Return the headers of a file, also of HTTPie before 3.1, which kept an object."""
    if isinstance(headers, dict):
        return [{"name": name, "value": value} for name, value in cast("dict[str, Any]", headers).items()]
    if not isinstance(headers, list):
        return []
    return [cast("dict[str, Any]", each) for each in cast("list[Any]", headers) if isinstance(each, dict)]


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise FormatError(f"The session {path} cannot be read: {error}.", "Mend it, or take another name.") from error
    if not isinstance(document, dict):
        raise FormatError(f"The session {path} is no JSON object.", "Mend it, or take another name.")
    return cast("dict[str, Any]", document)


def _write(path: Path, content: bytes) -> None:
    from workbench.storage.durable_file import write_whole

    previous = os.umask(0o077)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists():
            path.chmod(0o600)
        write_whole(path, (content,))
    except OSError as error:
        raise StorageError(f"The session {path} could not be written: {error.strerror or error}.") from error
    finally:
        os.umask(previous)
