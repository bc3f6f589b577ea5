"""How a request gets to its target, as `SendSettings` say: trust, certificates, proxy, limits; checked beforehand."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from workbench.engine.dynamic_values import file_path
from workbench.model.errors import UsageError
from workbench.model.send_settings import USUAL_SETTINGS, SendSettings

PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")
USUAL_RESPONSE_LIMIT_BYTES = USUAL_SETTINGS.response_limit_bytes or 0


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy; `url` is scheme, host and port alone."""

    url: str
    scheme: str
    host: str
    port: int
    user: str | None = None
    password: str = field(default="", repr=False)

    @property
    def is_socks(self) -> bool:
        return self.scheme.startswith("socks")

    @property
    def resolves(self) -> bool:
        """Whether the proxy looks up the target's name; we do for `socks4` and `socks5`, as curl does."""
        return self.scheme in ("socks4a", "socks5h", "http", "https")


@dataclass(frozen=True, slots=True)
class Route:
    """The way to a target."""

    tls: ssl.SSLContext | bool = True
    """True trusts what the system trusts, False trusts anybody."""
    verified: bool = True
    proxy: Proxy | None = None
    response_limit_bytes: int = USUAL_RESPONSE_LIMIT_BYTES


DIRECT = Route()


def route_of(settings: SendSettings, folder: Path | None = None) -> Route:
    """Return the route that settings describe; relative files start at `folder`. Blocks while files are read.

    UsageError names the setting that cannot be used.
    """
    verified = settings.verify is not False
    own = settings.ca_file or settings.certificate_file or settings.http2  # httpx wants a context of its own.
    return Route(
        tls=_context(settings, verified, folder) if own else verified,
        verified=verified,
        proxy=proxy_of(settings.proxy),
        response_limit_bytes=settings.response_limit_bytes or USUAL_RESPONSE_LIMIT_BYTES,
    )


def proxy_of(text: str) -> Proxy | None:
    """Read a proxy's URL; None for an empty one and for `none`. UsageError says what is wrong with it."""
    if text.strip().lower() in ("", "none"):
        return None
    try:
        parts = urlsplit(text.strip() if "://" in text else f"http://{text.strip()}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"The proxy's address cannot be read: {error}.") from error
    scheme = parts.scheme.lower()
    if scheme not in PROXY_SCHEMES or not host:
        raise UsageError(
            "The proxy's address cannot be used.",
            "Write it like http://proxy.test:3128 or socks5h://127.0.0.1:1080; none is for none.",
        )
    number = port or {"http": 80, "https": 443}.get(scheme, 1080)
    name = f"[{host}]" if ":" in host else host
    return Proxy(
        url=f"{scheme}://{name}:{number}",
        scheme=scheme,
        host=host,
        port=number,
        user=None if parts.username is None else unquote(parts.username),
        password=unquote(parts.password or ""),
    )


def _context(settings: SendSettings, verified: bool, folder: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if settings.ca_file:
        context = _trusting(context, file_path(settings.ca_file, folder))
    if settings.certificate_file:
        _present(context, settings, folder)
    return context


def _trusting(context: ssl.SSLContext, file: Path) -> ssl.SSLContext:
    """Return a context that trusts these authorities instead of the system's."""
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    own.check_hostname, own.verify_mode = context.check_hostname, context.verify_mode
    try:
        own.load_verify_locations(cafile=str(file))
    except (OSError, ssl.SSLError) as error:
        raise UsageError(
            f"The CA file {file} cannot be used: {_reason(error)}.", "It must hold PEM certificates."
        ) from error
    return own


def _present(context: ssl.SSLContext, settings: SendSettings, folder: Path | None) -> None:
    certificate = file_path(settings.certificate_file, folder)
    key = file_path(settings.key_file, folder) if settings.key_file else None

    def password() -> str:
        raise UsageError(f"The key {key or certificate} is under a passphrase.", "Use one without.")

    try:
        context.load_cert_chain(str(certificate), None if key is None else str(key), password)
    except (OSError, ssl.SSLError) as error:
        hint = "It must be a PEM certificate with its key."
        raise UsageError(f"The certificate {certificate} cannot be used: {_reason(error)}.", hint) from error


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    return error.strerror or str(error)
