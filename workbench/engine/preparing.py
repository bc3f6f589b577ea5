"""From what a person saved to what goes on the wire, in the one order in which every step sees final values.

defaults of folders  ->  variables  ->  body to bytes  ->  compression  ->  credentials  ->  head
->  AWS signature  ->  webhook signature, last: over the bytes that will be sent
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from workbench.engine.authenticating import (
    Authenticator,
    Credentials,
    auth_secrets,
    aws_signed,
    effective_auth,
    with_query,
)
from workbench.engine.body_building import BodyPlace, BuiltBody, build_body, compress_body
from workbench.engine.composing import Target, compose, parse_target, speaks_for, typed_header
from workbench.engine.cookies import CookieStore
from workbench.engine.dynamic_values import Sources
from workbench.engine.heavy_imports import load
from workbench.engine.hidden_errors import hiding
from workbench.engine.path_parameters import filled_url
from workbench.engine.routes import Route, route_of
from workbench.engine.sender import proxy_credentials
from workbench.engine.signing import Signing, signed
from workbench.engine.variables import Resolved, resolve
from workbench.model.authentication import Auth, AuthKind
from workbench.model.collection import Defaults, SavedRequest
from workbench.model.errors import UsageError
from workbench.model.message import Request, readable
from workbench.model.send_settings import USUAL_SETTINGS, SendSettings
from workbench.model.signature import SigningChoice
from workbench.model.variables import Known, Scopes

SigningOf = Callable[[SigningChoice], Signing | None]
"""Makes a signing of a request's own choice, its secret by reference; blocks."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request ready to go, with all that its sending must know."""

    saved: SavedRequest = field(repr=False)
    """With every value in its place: assertions and takings are read from here."""
    target: Target
    request: Request = field(repr=False)
    settings: SendSettings
    """Every setting has a value here."""
    route: Route
    auth: Auth = field(repr=False)
    """Digest and AWS signatures answer to each hop anew."""
    sends_cookies: bool = False
    """The jar may add a Cookie header: cookies are on, and none was typed."""
    credentials: tuple[str, ...] = ()
    """Names of the headers that the authentication added; they go to no other origin."""
    signed: frozenset[str] = frozenset()
    """Names of the headers that a webhook's signature added; they go no further than the body."""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """Texts to be masked wherever the request shows."""
    used: tuple[Known, ...] = ()


def with_defaults(saved: SavedRequest, inherited: Sequence[Defaults]) -> SavedRequest:
    """Return the request with what its folders give, nearest first; its own rows and settings win.

    A header of a folder is added where the request has no row of that name, switched off or on; to
    a literal request none is.
    """
    headers, settings = list(saved.headers), saved.settings
    for defaults in inherited:
        taken = {each.name.strip().lower() for each in headers}
        added = () if saved.literal else defaults.headers
        headers += [each for each in added if each.enabled and each.name.strip().lower() not in taken]
        settings = settings.over(defaults.settings)
    return replace(
        saved,
        headers=tuple(headers),
        settings=settings.over(USUAL_SETTINGS),
        auth=effective_auth(saved, inherited),
    )


async def prepare(
    saved: SavedRequest,
    authenticator: Authenticator,
    sources: Sources,
    *,
    scopes: Scopes | None = None,
    inherited: Sequence[Defaults] = (),
    signing: Signing | SigningOf | None = None,
    cookies: CookieStore | None = None,
    spool: Path | None = None,
) -> Prepared:
    """Return the request as it will be sent, and where to. Fetches a token where OAuth 2 asks for one.

    Without `scopes` no text is read for variables: they are in their place already, or braces are meant. Errors are
    those of every step: MissingVariables, UsageError, DeliveryError for a token that cannot be had.
    """
    merged = with_defaults(saved, inherited)
    resolved = Resolved(merged) if scopes is None else await resolve(merged, scopes, sources)
    hidden = {*resolved.secrets, *auth_secrets(resolved.request.auth)} - {""}
    with hiding(hidden):
        return await _made(resolved, authenticator, sources, signing, cookies, spool, hidden)


async def _made(
    resolved: Resolved,
    authenticator: Authenticator,
    sources: Sources,
    signing: Signing | SigningOf | None,
    cookies: CookieStore | None,
    spool: Path | None,
    hidden: set[str],
) -> Prepared:
    """Return the request of values that are in place; secrets that are made on the way are put into `hidden`."""
    ready = resolved.request
    settings = ready.settings
    route = await _route(settings, sources.folder)
    now_us = sources.clock.now_us()
    if signing is not None and not isinstance(signing, Signing):
        signing = await asyncio.to_thread(signing, ready.signing)
    auth = _counting(ready)
    made = await authenticator.credentials(auth, now_us, route)
    ready = replace(ready, url=with_query(ready.url, made.query))
    sends_cookies = bool(settings.cookies) and cookies is not None and not speaks_for(ready, "Cookie")
    added = list(made.headers)
    jar = cookies.header_for(_url(ready)) if sends_cookies and cookies is not None else ""
    if jar:
        added.append(("Cookie", readable(jar)))
    hidden |= _secrets(made, route, signing, jar)
    place = BodyPlace(sources.folder, spool, sources.contained)
    target, request, signed_names = await asyncio.to_thread(_composed, ready, added, place, auth, signing, now_us)
    return Prepared(
        ready,
        target,
        request,
        settings,
        route,
        auth,
        sends_cookies=sends_cookies,
        credentials=_names(ready, made),
        signed=signed_names,
        secrets=frozenset(hidden | target.secrets),
        used=resolved.used,
    )


async def _route(settings: SendSettings, folder: Path | None) -> Route:
    """Return the way to the target, with what is slow to load for it loaded."""
    route = await asyncio.to_thread(route_of, settings, folder)
    if settings.http2 and route.proxy is not None and route.proxy.is_socks:
        raise UsageError(
            "HTTP/2 through a SOCKS proxy is not offered.", "Switch HTTP/2 off, or use an http or https proxy."
        )
    if route.proxy is not None and route.proxy.is_socks:
        await load("aiohttp_socks")
    if settings.http2:
        await load("workbench.engine.http2_sending")
    return route


def _counting(saved: SavedRequest) -> Auth:
    """Return the authentication, or none where a typed Authorization header says it already."""
    by_header = saved.auth.kind not in (AuthKind.API_KEY, AuthKind.NONE, AuthKind.INHERIT)
    return Auth(AuthKind.NONE) if by_header and speaks_for(saved, "Authorization") else saved.auth


def _url(saved: SavedRequest) -> str:
    target = parse_target(filled_url(saved))
    return target.url + (target.path or "/")


def _names(saved: SavedRequest, made: Credentials) -> tuple[str, ...]:
    return tuple(name.lower() for name, _ in made.headers if not speaks_for(saved, name))


def _secrets(made: Credentials, route: Route, signing: Signing | None, jar: str) -> set[str]:
    found = {*made.secrets, jar}
    if route.proxy is not None and route.proxy.user is not None:
        found |= {route.proxy.password, proxy_credentials(route.proxy)}
    if signing is not None:
        found.add(signing.secret)  # Some providers send it as it is: a token in a header.
    return found - {""}


def _composed(
    saved: SavedRequest,
    added: list[tuple[str, str]],
    place: BodyPlace,
    auth: Auth,
    signing: Signing | None,
    now_us: int,
) -> tuple[Target, Request, frozenset[str]]:
    """Return target, request, and the names of the headers that the signature set."""
    built = build_body(saved.body, typed_header(saved, "content-type"), place)
    compress = saved.settings.compress
    if compress and built.content.size and not speaks_for(saved, "Content-Encoding"):
        built = BuiltBody(compress_body(built.content, compress, place), built.content_type)
        added = [*added, ("Content-Encoding", compress)]
    target, request = compose(saved, built, added)
    if auth.kind is AuthKind.AWS_V4:
        request = aws_signed(auth, target, request, now_us)
    if signing is None:
        return target, request, frozenset()
    made = signed(request, target.url, signing, now_us)
    before = set(request.headers)
    return target, made, frozenset(name.lower() for name, value in made.headers if (name, value) not in before)
