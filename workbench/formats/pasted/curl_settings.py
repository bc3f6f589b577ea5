"""What curl's options say of authentication and of the way a request travels."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from workbench.model.authentication import INHERITED, Auth, AuthKind
from workbench.model.send_settings import SendSettings

_SOCKS = {"socks4": "socks4", "socks4a": "socks4a", "socks5": "socks5", "socks5-hostname": "socks5h"}


def auth_of(values: Mapping[str, str], losses: list[str]) -> Auth:
    """Return the authentication that the options say; a bearer token wins over a user, as with curl."""
    if "oauth2-bearer" in values:
        return Auth(AuthKind.BEARER, (("token", values["oauth2-bearer"]),))
    if "user" not in values:
        return INHERITED
    user, colon, password = values["user"].partition(":")
    if not colon:
        losses.append("curl would ask for the password of the user; fill it in.")
    if "aws-sigv4" in values:
        _, _, region, service = (*values["aws-sigv4"].split(":"), "", "", "", "")[:4]
        known = (("access_key_id", user), ("secret_access_key", password))
        more = [(name, value) for name, value in (("service", service), ("region", region)) if value]
        return Auth(AuthKind.AWS_V4, (*known, *more))
    kind = AuthKind.DIGEST if "digest" in values else AuthKind.BASIC
    return Auth(kind, (("username", user), ("password", password)))


def settings_of(values: Mapping[str, str], losses: list[str]) -> SendSettings:
    """Return how the options let a request travel; what they do not say stays unsaid."""
    follows = True if values.keys() & {"location", "location-trusted"} else None
    http2 = True if values.keys() & {"http2", "http2-prior-knowledge"} else None
    if "connect-timeout" in values and "max-time" not in values:
        losses.append("--connect-timeout is not carried over; there is one time-out for all.")
    certificate, password = _certificate(values.get("cert", ""))
    losses += ["The password of the client certificate is not carried over."] if password else []
    keeps_cookies = "cookie-jar" in values or ("cookie" in values and "=" not in values["cookie"])
    return SendSettings(
        timeout_s=_number(values.get("max-time"), "--max-time", losses),
        follow_redirects=follows,
        max_redirects=_whole(values.get("max-redirs"), "--max-redirs", losses),
        verify=False if "insecure" in values else None,
        ca_file=values.get("cacert", ""),
        certificate_file=certificate,
        key_file=values.get("key", ""),
        proxy=_proxy(values, losses),
        http2=False if "http1.1" in values else http2,
        cookies=True if keeps_cookies else None,
        response_limit_bytes=_whole(values.get("max-filesize"), "--max-filesize", losses),
    )


def _proxy(values: Mapping[str, str], losses: list[str]) -> str:
    proxy = values.get("proxy", "")
    for name, scheme in _SOCKS.items():
        if name in values:
            proxy = f"{scheme}://{values[name]}"
    if values.get("noproxy") == "*":
        return "none"
    if "noproxy" in values:
        losses.append("--noproxy with names of hosts is not carried over.")
    if not proxy:
        return ""
    scheme, mark, rest = proxy.partition("://")
    scheme, rest = (scheme, rest) if mark else ("http", proxy)
    scheme = "socks4" if scheme == "socks" else scheme
    if "proxy-user" in values and "@" not in rest:
        user, colon, password = values["proxy-user"].partition(":")
        rest = f"{quote(user, safe='{}')}{colon}{quote(password, safe='{}')}@{rest}"
    return f"{scheme}://{rest}"


def _certificate(text: str) -> tuple[str, str]:
    """Return the file and the password of `--cert file:password`; a drive's colon is none between them."""
    match = re.fullmatch(r"((?:[A-Za-z]:(?=[\\/]))?(?:[^:\\]|\\.)*)(?::(.*))?", text, re.DOTALL)
    if match is None:
        return text, ""
    return match[1].replace("\\:", ":").replace("\\\\", "\\"), match[2] or ""


def _number(text: str | None, name: str, losses: list[str]) -> float | None:
    if text is None:
        return None
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text, re.ASCII):
        return float(text)
    losses.append(f"{name} {text} is no number.")
    return None


def _whole(text: str | None, name: str, losses: list[str]) -> int | None:
    if text is not None and re.fullmatch(r"\d{1,15}", text, re.ASCII):
        return int(text)
    if text is not None:
        losses.append(f"{name} {text} is no whole number.")
    return None
