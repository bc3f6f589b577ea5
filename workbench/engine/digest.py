"""Digest authentication (RFC 7616): the challenge of a 401 answered once, with aiohttp's own middleware.

The middleware asks for a request with a URL and headers and for something that sends it; it gets stand-ins, so that
the bytes that go out stay ours. Both exchanges are attempts of the delivery.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

import aiohttp
from yarl import URL

from workbench.engine.composing import Target
from workbench.engine.head_changes import with_header
from workbench.model.authentication import Auth
from workbench.model.delivery import Attempt, Failure, FailureKind, Follows
from workbench.model.errors import UsageError
from workbench.model.message import Request, wire_text

Send = Callable[[Request], Awaitable[Attempt]]

_STRONGER = ("SHA-512-256", "SHA-512", "SHA-256", "MD5")


@dataclass(slots=True)
class _Asked:
    """A request as the middleware sees it."""

    method: str
    url: URL
    body: bytes
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True)
class _Reply:
    """An answer as the middleware sees it."""

    status: int
    url: URL
    headers: dict[str, str]


async def send_with_digest(auth: Auth, target: Target, request: Request, send: Send) -> list[Attempt]:
    """Send, and where a digest challenge comes back send again with its answer; return both attempts.

    A challenge that cannot be answered is a failure of the attempt that has it.
    """
    url = URL(target.url + request.target, encoded=True)
    attempts: list[Attempt] = []

    async def exchange(asked: _Asked) -> _Reply:
        head = request.head
        if "Authorization" in asked.headers:
            head = with_header(head, "Authorization", wire_text(asked.headers["Authorization"]))
        attempt = await send(Request(head, request.body, request.framing))
        attempts.append(replace(attempt, follows=Follows.CHALLENGE) if attempts else attempt)
        if attempt.response is None:
            return _Reply(0, url, {})
        challenges = attempt.response.headers.all("www-authenticate")
        return _Reply(attempt.response.status, url, {"www-authenticate": strongest(challenges)})

    try:
        middleware: Any = aiohttp.DigestAuthMiddleware(auth.get("username"), auth.get("password"), preemptive=False)
        await middleware(cast("Any", _Asked(request.method, url, b"")), exchange)
    except ValueError as error:
        raise UsageError("A user name with a colon cannot be sent with digest authentication.") from error
    except aiohttp.ClientError as error:
        reason = str(error).removeprefix("Digest auth error: ")
        message = f"The challenge of {target.authority} cannot be answered: {reason}."
        attempts[-1] = replace(attempts[-1], failure=Failure(FailureKind.BAD_RESPONSE, message))
    return attempts


def strongest(challenges: list[str]) -> str:
    """Return the digest challenge with the strongest algorithm (RFC 7616, 3.7), `auth` before `auth-int`."""
    digests = [each for each in challenges if each.lower().startswith("digest ")]
    chosen = min(digests, key=_rank, default="")
    # Covering the body would need a copy of it in memory, and no server asks for that alone.
    return chosen.replace("auth,auth-int", "auth").replace("auth, auth-int", "auth").replace("auth-int,auth", "auth")


def _rank(challenge: str) -> int:
    upper = challenge.upper()
    return next((rank for rank, name in enumerate(_STRONGER) if f"ALGORITHM={name}" in upper.replace('"', "")), 9)
