"""How a request travels, beside what it says: waiting, redirects, trust, proxy, protocol.

A setting that is None or empty is as the folder above says, at last as `USUAL_SETTINGS` says.
"""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class SendSettings:
    """Settings of a request, a folder, a collection or an environment."""

    timeout_s: float | None = None
    """0 waits without end."""
    follow_redirects: bool | None = None
    max_redirects: int | None = None
    verify: bool | None = None
    """Whether the target's certificate must be trusted."""
    ca_file: str = ""
    """PEM certificates to trust instead of the system's."""
    certificate_file: str = ""
    """PEM certificate, with its chain, that says who we are."""
    key_file: str = ""
    """Its PEM key; empty where it is in the same file."""
    proxy: str = ""
    """`http://`, `https://`, `socks4://`, `socks5://` or `socks5h://` with host and port; `none` for none."""
    http2: bool | None = None
    """HTTP/2 where the target offers it; see `engine.http2_sending` for what that costs in exactness."""
    cookies: bool | None = None
    """Whether cookies of the jar are sent, and kept."""
    compress: str = ""
    """`gzip`, `deflate`, `br` or `zstd`: the body goes out so, and says so in Content-Encoding."""
    response_limit_bytes: int | None = None

    def over(self, below: "SendSettings") -> "SendSettings":
        """Return these settings with those of `below` where nothing is said."""
        chosen = {
            field.name: getattr(below if getattr(self, field.name) in (None, "") else self, field.name)
            for field in fields(self)
        }
        return SendSettings(**chosen)


INHERITED_SETTINGS = SendSettings()
USUAL_SETTINGS = SendSettings(
    timeout_s=30.0,
    follow_redirects=False,
    max_redirects=10,
    verify=True,
    http2=False,
    cookies=False,
    response_limit_bytes=256 * 1024 * 1024,
)
