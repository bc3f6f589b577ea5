"""Cookies of a session: from its file, from answers, and into the next request, by the standard library's rules."""

from email.message import Message
from http.cookiejar import Cookie, CookieJar
from typing import Any, cast
from urllib.request import Request as UrlRequest

from workbench.model.message import Headers


class SessionCookies:
    """A jar that reads and writes the list `cookies` of a session's file (HTTPie's shape)."""

    def __init__(self, listed: Any) -> None:
        self._jar = CookieJar()
        self._unbound: dict[str, str] = {}
        """Cookies for every host: their domain is null in the file."""
        for entry in _entries(listed):
            self._add(entry)

    def _add(self, entry: dict[str, Any]) -> None:
        name, value = str(entry.get("name") or ""), str(entry.get("value") or "")
        domain = entry.get("domain")
        if domain is None:
            self._unbound[name] = value
            return
        expires = entry.get("expires")
        self._jar.set_cookie(
            _cookie(
                name,
                value,
                str(domain),
                path=str(entry.get("path") or "/"),
                secure=bool(entry.get("secure")),
                expires=int(expires) if isinstance(expires, int | float) else None,
            )
        )

    def put(self, header: str, url: str) -> None:
        """Keep the cookies of a typed Cookie header, for this URL's host; those of the same name are replaced."""
        for pair in header.split(";"):
            name, equals, value = pair.strip().partition("=")
            if equals and name:
                for cookie in [each for each in self._jar if each.name == name]:
                    self._jar.clear(cookie.domain, cookie.path, cookie.name)
                self._unbound.pop(name, None)
                self.learn(url, Headers((("Set-Cookie", f"{name}={value}; Path=/"),)))

    def header_for(self, url: str) -> str:
        """Return the Cookie header for a URL, empty where no cookie is for it; expired ones are dropped."""
        self._jar.clear_expired_cookies()
        request = UrlRequest(url)
        self._jar.add_cookie_header(request)
        unbound = [f"{name}={value}" for name, value in self._unbound.items()]
        return "; ".join(filter(None, [str(request.get_header("Cookie") or ""), *unbound]))

    def learn(self, url: str, headers: Headers) -> None:
        """Keep what an answer sets, drop what it expires; cookies for other hosts are refused."""
        message = Message()
        for value in headers.all("set-cookie"):
            message["Set-Cookie"] = value.replace("\r", "").replace("\n", "")
        self._jar.extract_cookies(cast("Any", _Answer(message)), UrlRequest(url))

    def listed(self) -> list[dict[str, Any]]:
        """Return the cookies for the session's file."""
        bound = [
            {
                "domain": cookie.domain,
                "expires": cookie.expires,
                "name": cookie.name,
                "path": cookie.path,
                "secure": bool(cookie.secure),
                "value": cookie.value,
            }
            for cookie in self._jar
        ]
        unbound = [{"domain": None, "name": name, "value": value} for name, value in self._unbound.items()]
        return [*bound, *unbound]


class _Answer:
    """What `CookieJar.extract_cookies` asks an answer for."""

    def __init__(self, message: Message) -> None:
        self._message = message

    def info(self) -> Message:
        return self._message


def _entries(listed: Any) -> list[dict[str, Any]]:
    """Return the cookies of a file, also of HTTPie before 3.1, which kept an object by their names."""
    if isinstance(listed, dict):
        named = cast("dict[str, Any]", listed)
        return [{"domain": None, **cast("dict[str, Any]", each), "name": name} for name, each in named.items()]
    if not isinstance(listed, list):
        return []
    return [cast("dict[str, Any]", each) for each in cast("list[Any]", listed) if isinstance(each, dict)]


def _cookie(
    name: str, value: str, domain: str, *, path: str = "/", secure: bool = False, expires: int | None = None
) -> Cookie:
    return Cookie(
        version=0,
        name=name,
        value=value,
        port=None,
        port_specified=False,
        domain=domain,
        domain_specified=domain.startswith("."),
        domain_initial_dot=domain.startswith("."),
        path=path,
        path_specified=True,
        secure=secure,
        expires=expires,
        discard=expires is None,
        comment=None,
        comment_url=None,
        rest={},
    )
