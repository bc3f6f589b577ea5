"""OAuth 2 tokens (RFC 6749, 7636, 8252): fetched when a request needs one, kept in memory until they expire.

authlib builds and reads the protocol's messages; they travel with our own sender, so that trust and proxy of the
request count for its token, too. Nothing is written to disk.
"""

import asyncio
import json
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

from workbench.engine.composing import compose
from workbench.engine.heavy_imports import load
from workbench.engine.routes import DIRECT, Route
from workbench.engine.sender import HttpSender
from workbench.model.authentication import CLIENT_CREDENTIALS, CODE, PASSWORD, Auth
from workbench.model.clock import Clock
from workbench.model.collection import BodyKind, ComposedBody, Field, SavedRequest
from workbench.model.errors import DeliveryError, UsageError
from workbench.model.message import Body, Response

TOKEN_TIMEOUT_S = 30.0
EARLY_US = 30 * 1_000_000
"""A token this near to its end is fetched anew: it must live until the request arrives."""

OpenBrowser = Callable[[str], Awaitable[None]]
"""Shows a URL in the system's browser."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; the values never show in a repr."""

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at_us: int | None = None
    """None where the server did not say."""

    def is_fresh(self, now_us: int) -> bool:
        return self.expires_at_us is None or now_us < self.expires_at_us - EARLY_US


class OAuthTokens:
    """The tokens of one program."""

    def __init__(self, clock: Clock, open_browser: OpenBrowser | None = None) -> None:
        self._clock = clock
        self._sender = HttpSender(clock)
        self._tokens: dict[Auth, Token] = {}
        self._locks: defaultdict[Auth, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.open_browser = open_browser

    def forget(self) -> None:
        """Fetch every token anew when it is next needed."""
        self._tokens.clear()

    async def token(self, auth: Auth, route: Route = DIRECT) -> str:
        """Return an access token: the one kept, refreshed, or fetched; two requests at once fetch one.

        UsageError where something is not filled in or a person said no; DeliveryError where the server did.
        """
        async with self._locks[auth]:
            await load("authlib.oauth2.auth", "authlib.oauth2.rfc7636")
            kept = self._tokens.get(auth)
            if kept is None or not kept.is_fresh(self._clock.now_us()):
                self._tokens[auth] = kept = await self._renewed(auth, kept, route)
            return kept.access_token

    async def _renewed(self, auth: Auth, kept: Token | None, route: Route) -> Token:
        if kept is not None and kept.refresh_token:
            try:
                return await self._ask(auth, route, "refresh_token", refresh_token=kept.refresh_token)
            except DeliveryError:
                pass  # A refresh token may be used up or taken back; then everything begins anew.
        return await self._fetched(auth, route)

    async def _fetched(self, auth: Auth, route: Route) -> Token:
        extra = {"scope": auth.get("scope"), "audience": auth.get("audience")}
        match auth.get("flow"):
            case flow if flow == CODE:
                return await self._by_code(auth, route, extra)
            case flow if flow == PASSWORD:
                user = {"username": auth.get("username"), "password": auth.get("password")}
                return await self._ask(auth, route, PASSWORD, **user, **extra)
            case flow if flow == CLIENT_CREDENTIALS:
                return await self._ask(auth, route, CLIENT_CREDENTIALS, **extra)
            case flow:
                raise UsageError(f"The OAuth 2 flow {flow!r} is not offered.")

    async def _by_code(self, auth: Auth, route: Route, extra: dict[str, str]) -> Token:
        """Let a person sign in in the browser; the code comes back to a socket on this machine (RFC 8252, 7.3)."""
        await load("workbench.engine.oauth_redirect")
        from workbench.engine.oauth_redirect import RedirectReceiver

        parameters = _authlib_parameters()
        if self.open_browser is None:
            raise UsageError("To sign in a browser is needed, and there is none here.", "Use another OAuth 2 flow.")
        where = _required(auth, "authorization_url", "authorization URL")
        state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        async with RedirectReceiver(auth.get("callback_url"), state) as receiver:
            url = parameters.prepare_grant_uri(
                where,
                _required(auth, "client_id", "client ID"),
                "code",
                redirect_uri=receiver.url,
                state=state,
                **{name: value for name, value in extra.items() if value},
                **_challenge(auth.get("pkce"), verifier),
            )
            await self.open_browser(url)
            code = await receiver.code()
        proof = {} if auth.get("pkce") == "none" else {"code_verifier": verifier}
        return await self._ask(auth, route, CODE, code=code, redirect_uri=receiver.url, **proof)

    async def _ask(self, auth: Auth, route: Route, grant: str, **values: str) -> Token:
        """Ask the token endpoint; DeliveryError says what it answered."""
        request = _token_request(auth, grant, {name: value for name, value in values.items() if value})
        target, composed = compose(request)
        attempt = await self._sender.attempt(target, composed, TOKEN_TIMEOUT_S, route)
        if attempt.response is None:
            reason = attempt.failure.message if attempt.failure else "no answer came."
            raise DeliveryError(f"No token could be had: {reason}")
        return self._token(attempt.response, target.authority)

    def _token(self, response: Response, where: str) -> Token:
        try:
            found: Any = json.loads(response.body.read())
        except (ValueError, RecursionError):
            found = None
        said = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
        access = said.get("access_token")
        if response.status >= 400 or not isinstance(access, str) or not access:
            words = [str(said[name]) for name in ("error", "error_description") if said.get(name)]
            raise DeliveryError(
                f"{where} gave no token: {response.status} {': '.join(words) or response.reason}.".replace("..", "."),
                "Check client, secret, scope and the token URL.",
            )
        refresh = said.get("refresh_token")
        return Token(access, refresh if isinstance(refresh, str) else "", self._end(said.get("expires_in")))

    def _end(self, expires_in: Any) -> int | None:
        try:
            return self._clock.now_us() + round(float(expires_in) * 1_000_000)
        except (TypeError, ValueError, OverflowError):
            return None


def _token_request(auth: Auth, grant: str, values: dict[str, str]) -> SavedRequest:
    from authlib.oauth2.auth import ClientAuth  # pyright: ignore[reportMissingTypeStubs]

    client, secret = _required(auth, "client_id", "client ID"), auth.get("client_secret")
    method = "client_secret_basic" if auth.get("client_placement") == "header" else "client_secret_post"
    body = _authlib_parameters().prepare_token_request(grant, "", **values)
    sender: Any = cast("Any", ClientAuth)(client, secret, method if secret else "none")
    url = _required(auth, "access_token_url", "token URL")
    headers: dict[str, str] = {"Accept": "application/json"}
    try:
        url, headers, body = sender.prepare("POST", url, headers, body)
    except UnicodeEncodeError as error:
        raise UsageError("Client ID and secret must be Latin letters to go into a header.") from error
    return SavedRequest(
        method="POST",
        url=url,
        headers=tuple(Field(name, value) for name, value in headers.items()),
        body=ComposedBody(BodyKind.FORM, Body(body.encode("utf-8"))),
    )


def _challenge(method: str, verifier: str) -> dict[str, str]:
    """Return what an authorization request says for PKCE (RFC 7636, 4.3)."""
    if method == "none":
        return {}
    if method == "plain":
        return {"code_challenge": verifier, "code_challenge_method": "plain"}
    from authlib.oauth2 import rfc7636  # pyright: ignore[reportMissingTypeStubs]

    made = cast("str", cast("Any", rfc7636).create_s256_code_challenge(verifier))
    return {"code_challenge": made, "code_challenge_method": "S256"}


def _authlib_parameters() -> Any:
    from authlib.oauth2.rfc6749 import parameters  # pyright: ignore[reportMissingTypeStubs]

    return parameters


def _required(auth: Auth, name: str, label: str) -> str:
    value = auth.get(name).strip()
    if not value:
        raise UsageError(f"OAuth 2 needs the {label}.", "Fill it in at the request's authentication.")
    return value
