"""Who sends it: values from the standards and from AWS, and servers that check what they are given."""

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from workbench.engine.authenticating import Authenticator, aws_signed, effective_auth, json_web_token, with_query
from workbench.engine.composing import compose, parse_target
from workbench.engine.digest import send_with_digest, strongest
from workbench.engine.oauth import OAuthTokens
from workbench.engine.oauth_redirect import RedirectReceiver
from workbench.engine.sender import HttpSender
from workbench.model.authentication import NO_AUTH, Auth, AuthKind
from workbench.model.clock import SystemClock
from workbench.model.collection import Defaults, SavedRequest
from workbench.model.delivery import Attempt, FailureKind, Follows
from workbench.model.errors import DeliveryError, UsageError
from workbench.model.message import Body, Head, Request

NOW_US = 1_795_608_000_000_000


class MovingClock:
    def __init__(self) -> None:
        self.us = NOW_US

    def now_us(self) -> int:
        return self.us


def auth(kind: AuthKind, **values: str) -> Auth:
    return Auth(kind, tuple(values.items()))


async def header(kind: AuthKind, **values: str) -> str:
    made = await Authenticator(OAuthTokens(MovingClock())).credentials(auth(kind, **values), NOW_US)
    return dict(made.headers)["Authorization"]


@pytest.mark.parametrize(
    ("user", "password", "value"),
    [
        # RFC 7617, 2 and 2.1.
        ("Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ("test", "123£", "Basic dGVzdDoxMjPCow=="),
    ],
)
async def test_basic(user: str, password: str, value: str) -> None:
    assert await header(AuthKind.BASIC, username=user, password=password) == value


async def test_bearer_and_api_key() -> None:
    assert await header(AuthKind.BEARER, token="abc") == "Bearer abc"
    assert await header(AuthKind.BEARER, token="abc", prefix="Token") == "Token abc"
    own = Authenticator(OAuthTokens(MovingClock()))
    made = await own.credentials(auth(AuthKind.API_KEY, key="X-Key", value="v v"), NOW_US)
    assert (made.headers, made.query) == ((("X-Key", "v v"),), ())
    made = await own.credentials(auth(AuthKind.API_KEY, key="k&y", value="v v", placement="query"), NOW_US)
    assert with_query("http://h/a?b=%zz#f", made.query) == "http://h/a?b=%zz&k%26y=v%20v#f"
    assert with_query("http://h", made.query) == "http://h?k%26y=v%20v"
    assert "v v" in made.secrets


async def test_what_is_not_filled_in_is_named() -> None:
    with pytest.raises(UsageError, match="no token"):
        await header(AuthKind.BEARER)
    with pytest.raises(UsageError, match="colon"):
        await header(AuthKind.BASIC, username="a:b")
    with pytest.raises(UsageError, match="token URL"):
        await header(AuthKind.OAUTH2, client_id="x")


def test_nearest_authentication_counts() -> None:
    outer, inner = Defaults(auth=auth(AuthKind.BASIC)), Defaults(auth=auth(AuthKind.BEARER))
    assert effective_auth(SavedRequest(), (Defaults(), inner, outer)).kind is AuthKind.BEARER
    assert effective_auth(SavedRequest(auth=NO_AUTH), (inner,)) is NO_AUTH
    assert effective_auth(SavedRequest(), ()) is NO_AUTH


# JSON Web Tokens


@pytest.mark.parametrize("algorithm", ["HS256", "HS512", "ES256", "EdDSA"])
def test_json_web_token_is_read_by_its_receiver(algorithm: str) -> None:
    secret: str = "s" * 64
    public: object = secret
    if not algorithm.startswith("HS"):
        key = (
            ec.generate_private_key(ec.SECP256R1()) if algorithm == "ES256" else ed25519.Ed25519PrivateKey.generate()
        )
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        public = key.public_key()
    token = json_web_token(
        auth(
            AuthKind.JWT,
            algorithm=algorithm,
            secret=secret,
            claims='{"sub": "me", "n": 12345678901234567890}',
            header_fields='{"kid": "k1"}',
        ),
        NOW_US,
    )
    claims = jwt.decode(token, public, [algorithm], options={"verify_exp": False, "verify_iat": False})
    assert claims == {"iat": 1_795_608_000, "exp": 1_795_608_300, "sub": "me", "n": 12345678901234567890}
    assert jwt.get_unverified_header(token)["kid"] == "k1"


def test_json_web_token_of_a_base64_secret_without_end() -> None:
    values = {"secret": base64.b64encode(b"\xff" * 32).decode(), "secret_encoding": "base64", "lifetime_s": "0"}
    token = json_web_token(auth(AuthKind.JWT, **values), NOW_US)
    assert jwt.decode(token, b"\xff" * 32, ["HS256"], options={"verify_iat": False}) == {"iat": 1_795_608_000}


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"secret": "hunter2hunter2", "algorithm": "RS256"}, "cannot|can be signed"),
        ({"secret": "x" * 32, "claims": "[1]"}, "must be an object"),
        ({"secret": "x" * 32, "claims": "{"}, "cannot be read"),
        ({"secret": "%%%", "secret_encoding": "base64"}, "not base64"),
        ({"secret": "x" * 32, "lifetime_s": "soon"}, "no lifetime"),
        ({}, "no secret"),
    ],
)
def test_token_that_cannot_be_signed(values: dict[str, str], part: str) -> None:
    with pytest.raises(UsageError, match=part) as caught:
        json_web_token(auth(AuthKind.JWT, **values), NOW_US)
    assert "hunter2" not in str(caught.value)


# AWS: from "Signature Version 4 signing process" and the aws-sig-v4-test-suite that AWS published.

AWS_US = 1_440_938_160_000_000  # 20150830T123600Z
AWS = {
    "list-users": (
        b"GET /?Action=ListUsers&Version=2010-05-08 HTTP/1.1\r\nHost: iam.amazonaws.com\r\n"
        b"Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n\r\n",
        "iam",
        "content-type;host;x-amz-date",
        "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    ),
    "get-vanilla": (
        b"GET / HTTP/1.1\r\nHost: example.amazonaws.com\r\n\r\n",
        "service",
        "host;x-amz-date",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    "get-vanilla-query-order-key-case": (
        b"GET /?Param2=value2&Param1=value1 HTTP/1.1\r\nHost: example.amazonaws.com\r\n\r\n",
        "service",
        "host;x-amz-date",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    "post-vanilla": (
        b"POST / HTTP/1.1\r\nHost: example.amazonaws.com\r\n\r\n",
        "service",
        "host;x-amz-date",
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    ),
    "post-x-www-form-urlencoded": (
        b"POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nHost: example.amazonaws.com\r\n\r\n"
        b"Param1=value1",
        "service",
        "content-type;host;x-amz-date",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
}


@pytest.mark.parametrize("name", AWS)
def test_aws_signature_is_the_published_one(name: str) -> None:
    raw, service, names, signature = AWS[name]
    head, body = raw.split(b"\r\n\r\n")
    request = Request(Head(head + b"\r\n\r\n"), Body(body))
    keys = auth(
        AuthKind.AWS_V4,
        access_key_id="AKIDEXAMPLE",
        secret_access_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        service=service,
        region="us-east-1",
    )
    signed = aws_signed(keys, parse_target(f"https://{request.headers.get('host')}"), request, AWS_US)
    assert signed.headers.get("x-amz-date") == "20150830T123600Z"
    assert signed.headers.get("authorization") == (
        f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/{service}/aws4_request,"
        f" SignedHeaders={names}, Signature={signature}"
    )
    assert signed.head.raw.startswith(head)
    assert signed.body == request.body


def test_aws_session_and_s3() -> None:
    keys = auth(AuthKind.AWS_V4, access_key_id="A", secret_access_key="S", session_token="T/+=", service="s3")
    request = Request(Head(b"PUT /a//b%20c HTTP/1.1\r\nHost: b.test\r\n\r\n"), Body(b"x"))
    signed = aws_signed(keys, parse_target("https://b.test"), request, AWS_US)
    assert signed.headers.get("x-amz-security-token") == "T/+="
    assert signed.headers.get("x-amz-content-sha256") == hashlib.sha256(b"x").hexdigest()
    assert "x-amz-content-sha256;x-amz-date;x-amz-security-token" in signed.headers.get("authorization")


# Digest


@dataclass
class DigestServer:
    """Challenges, and checks the answer by RFC 7616, 3.4, on its own."""

    challenges: list[str]
    seen: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    url: str = ""

    async def handle(self, request: web.BaseRequest) -> web.Response:
        self.bodies.append(await request.read())
        given = request.headers.get("Authorization", "")
        self.seen.append(given)
        answer = web.Response(status=200 if self._is_right(request, given) else 401, text="x")
        if answer.status == 401:
            for challenge in self.challenges:
                answer.headers.add("WWW-Authenticate", challenge)
        return answer

    def _is_right(self, request: web.BaseRequest, given: str) -> bool:
        parts = {name: quoted or plain for name, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^,\s]+))', given)}
        if not parts:
            return False
        raw_target = request._message.path  # type: ignore[attr-defined]
        if parts["uri"] != raw_target:
            return False
        name = {"MD5": "md5", "SHA-256": "sha256"}[parts["algorithm"].removesuffix("-sess")]

        def h(text: str) -> str:
            return hashlib.new(name, text.encode()).hexdigest()

        a1 = h("Mufasa:http-auth@example.org:Circle of Life")
        if parts["algorithm"].endswith("-sess"):
            a1 = h(f"{a1}:{parts['nonce']}:{parts['cnonce']}")
        a2 = h(f"{request.method}:{raw_target}")
        middle = f"{parts['nc']}:{parts['cnonce']}:{parts['qop']}:" if "qop" in parts else ""
        return parts["response"] == h(f"{a1}:{parts['nonce']}:{middle}{a2}")


@asynccontextmanager
async def serving(handle: object) -> AsyncIterator[str]:
    runner = web.ServerRunner(web.Server(handle))  # type: ignore[arg-type]
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


REALM = 'Digest realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '


async def digest(
    server: DigestServer, password: str = "Circle of Life", path: str = "/a//b%2Fc?q=%zz"
) -> list[Attempt]:
    async with serving(server.handle) as url:
        target, request = compose(SavedRequest(method="POST", url=url + path))
        sender = HttpSender(SystemClock())
        own = auth(AuthKind.DIGEST, username="Mufasa", password=password)
        return await send_with_digest(own, target, request, lambda sent: sender.attempt(target, sent, 20))


@pytest.mark.parametrize(
    "challenges",
    [
        [REALM + 'qop="auth", algorithm=SHA-256'],
        [REALM + 'qop="auth, auth-int", algorithm=MD5'],
        [REALM + 'qop="auth", algorithm=MD5', "Basic realm=x", REALM + 'qop="auth", algorithm=SHA-256, opaque="o"'],
        [REALM + "algorithm=MD5"],
        [REALM + 'qop="auth", algorithm=SHA-256-sess'],
    ],
    ids=["sha256", "md5", "several", "old", "session"],
)
async def test_digest_answers_the_challenge_once(challenges: list[str]) -> None:
    server = DigestServer(challenges)
    attempts = await digest(server)
    assert [attempt.response and attempt.response.status for attempt in attempts] == [401, 200]
    assert [attempt.follows for attempt in attempts] == [Follows.NOTHING, Follows.CHALLENGE]
    assert attempts[1].request.headers.get("authorization") == server.seen[1]
    if len(challenges) == 3:
        assert "algorithm=SHA-256" in server.seen[1]


async def test_digest_with_a_wrong_password_is_a_401_after_one_round() -> None:
    attempts = await digest(DigestServer([REALM + 'qop="auth", algorithm=SHA-256']), "wrong")
    assert [attempt.response and attempt.response.status for attempt in attempts] == [401, 401]


async def test_digest_that_cannot_be_answered_is_said() -> None:
    attempts = await digest(DigestServer([REALM + "algorithm=SHA-3000"]))
    assert len(attempts) == 1
    assert attempts[0].failure is not None
    assert attempts[0].failure.kind is FailureKind.BAD_RESPONSE
    assert "Unsupported hash algorithm: SHA-3000" in attempts[0].failure.message
    assert len(await digest(DigestServer(["Basic realm=x"]))) == 1


def test_strongest_challenge() -> None:
    assert (
        strongest(["Basic x", "Digest a=1, algorithm=MD5", 'Digest algorithm="SHA-256"'])
        == 'Digest algorithm="SHA-256"'
    )
    assert strongest(["Negotiate"]) == ""


# OAuth 2


@dataclass
class OAuthServer:
    """An authorization server: tokens for one client, codes with PKCE, refreshing."""

    asked: list[dict[str, str]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    challenge: tuple[str, str] = ("", "")
    expires_in: object = 3600
    refuse: str = ""

    async def handle(self, request: web.BaseRequest) -> web.Response:
        form = {name: values[0] for name, values in parse_qs(await request.text()).items()}
        self.asked.append(form)
        self.headers.append(request.headers.get("Authorization", ""))
        if self.refuse and form["grant_type"] == self.refuse:
            return web.json_response({"error": "invalid_grant", "error_description": "It is over"}, status=400)
        basic = base64.b64encode(b"client:hush").decode()
        by_body = (form.get("client_id"), form.get("client_secret")) == ("client", "hush")
        if self.headers[-1] != f"Basic {basic}" and not by_body and form.get("client_id") != "public":
            return web.json_response({"error": "invalid_client"}, status=401)
        if form["grant_type"] == "authorization_code" and not self._proved(form):
            return web.json_response({"error": "invalid_grant"}, status=400)
        number = len(self.asked)
        return web.json_response(
            {
                "access_token": f"access-{number}",
                "token_type": "bearer",
                "expires_in": self.expires_in,
                "refresh_token": f"refresh-{number}",
            }
        )

    def _proved(self, form: dict[str, str]) -> bool:
        method, challenge = self.challenge
        verifier = form.get("code_verifier", "")
        if method == "S256":
            digest = hashlib.sha256(verifier.encode()).digest()
            verifier = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        return form["code"] == "the-code" and verifier == challenge


async def test_client_credentials_are_cached_refreshed_and_fetched_anew() -> None:
    server, clock = OAuthServer(), MovingClock()
    tokens = OAuthTokens(clock)
    async with serving(server.handle) as url:
        own = auth(
            AuthKind.OAUTH2, access_token_url=f"{url}/token", client_id="client", client_secret="hush", scope="a b"
        )
        both = await asyncio.gather(tokens.token(own), tokens.token(own))
        assert both == ["access-1", "access-1"]
        assert server.asked == [{"grant_type": "client_credentials", "scope": "a b"}]
        assert server.headers == ["Basic Y2xpZW50Omh1c2g="]
        clock.us += 3_500 * 1_000_000
        assert await tokens.token(own) == "access-1"
        clock.us += 80 * 1_000_000  # Within half a minute of its end.
        assert await tokens.token(own) == "access-2"
        assert server.asked[-1] == {"grant_type": "refresh_token", "refresh_token": "refresh-1"}
        clock.us += 4_000 * 1_000_000
        server.refuse = "refresh_token"
        assert await tokens.token(own) == "access-4"
        tokens.forget()
        assert await tokens.token(own) == "access-5"
    assert "access-1" not in repr(tokens._tokens)


async def test_password_flow_and_client_in_the_body() -> None:
    server = OAuthServer(expires_in="nonsense")
    async with serving(server.handle) as url:
        own = auth(
            AuthKind.OAUTH2,
            flow="password",
            access_token_url=url,
            client_id="client",
            client_secret="hush",
            client_placement="body",
            username="ada",
            password="p&w",
            audience="https://api.test",
        )
        made = await Authenticator(OAuthTokens(MovingClock())).credentials(own, NOW_US)
    assert dict(made.headers) == {"Authorization": "Bearer access-1"}
    assert made.secrets >= {"access-1", "hush", "p&w"}
    assert server.asked[0] == {
        "grant_type": "password",
        "username": "ada",
        "password": "p&w",
        "audience": "https://api.test",
        "client_id": "client",
        "client_secret": "hush",
    }


@pytest.mark.parametrize("pkce", ["S256", "plain", "none"])
async def test_code_flow_comes_back_to_our_socket(pkce: str) -> None:
    server = OAuthServer()
    opened: list[str] = []
    pages: list[str] = []
    visits: list[asyncio.Task[None]] = []

    async def browser(url: str) -> None:
        opened.append(url)
        visits.append(asyncio.ensure_future(visit(url)))

    async def visit(url: str) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        server.challenge = (query.get("code_challenge_method", ""), query.get("code_challenge", ""))
        back = query["redirect_uri"]
        for answer in (
            "/favicon.ico",
            f"{urlsplit(back).path}?code=evil&state=forged",
            f"{urlsplit(back).path}?code=the-code&state={query['state']}",
        ):
            target, request = compose(SavedRequest(url=back.rsplit("/", 1)[0] + answer))
            came = (await HttpSender(SystemClock()).attempt(target, request, 20)).response
            assert came is not None
            pages.append(f"{came.status} {came.body.read().decode()}")

    async with serving(server.handle) as url:
        own = auth(
            AuthKind.OAUTH2,
            flow="authorization_code",
            access_token_url=f"{url}/token",
            authorization_url="https://id.test/authorize?tenant=1",
            client_id="public",
            pkce=pkce,
            scope="openid",
        )
        token = await OAuthTokens(MovingClock(), browser).token(own)
        await asyncio.gather(*visits)
    assert token == "access-1"
    query = parse_qs(urlsplit(opened[0]).query)
    assert opened[0].startswith("https://id.test/authorize?tenant=1&")
    assert (query["response_type"], query["client_id"], query["scope"]) == (["code"], ["public"], ["openid"])
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/callback", query["redirect_uri"][0])
    assert server.asked[0]["redirect_uri"] == query["redirect_uri"][0]
    assert [page[:3] for page in pages] == ["404", "400", "200"]
    assert "the-code" not in "".join(pages)


async def test_signing_in_that_is_refused_or_impossible() -> None:
    async def browser(url: str) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        answer = f"?error=access_denied&error_description=No+way&state={query['state']}"
        target, request = compose(SavedRequest(url=query["redirect_uri"] + answer))
        await HttpSender(SystemClock()).attempt(target, request, 20)

    own = auth(
        AuthKind.OAUTH2,
        flow="authorization_code",
        access_token_url="http://localhost:1",
        authorization_url="https://id.test",
        client_id="public",
    )
    with pytest.raises(UsageError, match="refused: access_denied: No way"):
        await OAuthTokens(MovingClock(), browser).token(own)
    with pytest.raises(UsageError, match="browser is needed"):
        await OAuthTokens(MovingClock()).token(own)
    elsewhere = replace(own, values=(*own.values, ("callback_url", "https://evil.test/callback")))
    with pytest.raises(UsageError, match="cannot come back to"):
        await OAuthTokens(MovingClock(), browser).token(elsewhere)


async def test_callback_port_in_use_is_said() -> None:
    async with RedirectReceiver("http://localhost:0/x", "s") as one:
        with pytest.raises(UsageError, match="cannot be used"):
            async with RedirectReceiver(one.url, "s"):
                pass


async def test_server_that_gives_no_token() -> None:
    server = OAuthServer()
    async with serving(server.handle) as url:
        own = auth(AuthKind.OAUTH2, access_token_url=url, client_id="client", client_secret="wrong")
        with pytest.raises(DeliveryError, match="gave no token: 401 invalid_client") as caught:
            await OAuthTokens(MovingClock()).token(own)
        assert "wrong" not in str(caught.value)
    with pytest.raises(DeliveryError, match="Nothing is listening"):
        await OAuthTokens(MovingClock()).token(own)

    async def html(_: web.BaseRequest) -> web.Response:
        return web.Response(text=json.dumps(["no"]))

    async with serving(html) as url:
        own = auth(AuthKind.OAUTH2, access_token_url=url, client_id="client", client_secret="s")
        with pytest.raises(DeliveryError, match="gave no token: 200"):
            await OAuthTokens(MovingClock()).token(own)
