"""Why no answer came, as a sentence: errors of the HTTP clients put into the words of `Failure`."""

import errno
import ssl

import aiohttp

from workbench.model.delivery import Failure, FailureKind


class AnswerTooLargeError(Exception):
    """An answer's body is over the limit, in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


def seconds_text(seconds: float) -> str:
    """Return a time in words: `1 second`, `0.5 seconds`."""
    return f"{seconds:g} second{'' if seconds == 1 else 's'}"


def is_socks_error(error: Exception) -> bool:
    """Return whether a SOCKS proxy is at fault: its errors have no base in common with aiohttp's."""
    return type(error).__module__.partition(".")[0] in ("aiohttp_socks", "python_socks")


def failure_of(error: Exception, where: str, timeout_s: float | None, *, connected: bool, answered: bool) -> Failure:
    """Return the failure an error of aiohttp's means; `where` is the target's authority."""
    if isinstance(error.__cause__, ssl.SSLError) and not isinstance(error, aiohttp.ClientConnectorError):
        error = error.__cause__
    match error:
        case _ if is_socks_error(error):
            return Failure(FailureKind.PROXY, f"The proxy did not lead to {where}: {_words(error)}.")
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            return Failure(FailureKind.PROXY, f"The proxy did not lead to {where}: {_proxy_words(error)}.")
        case TimeoutError():
            what = "did not answer" if connected else "did not accept a connection"
            return Failure(FailureKind.TIMED_OUT, f"{where} {what} within {seconds_text(timeout_s or 0)}.")
        case AnswerTooLargeError():
            return Failure(FailureKind.BAD_RESPONSE, f"The answer of {where} is larger than {_size(error.limit)}.")
        case aiohttp.ClientConnectorDNSError():
            return Failure(FailureKind.NOT_FOUND, f"The host {where} was not found. Check its name and your network.")
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError() | ssl.SSLError():
            return Failure(FailureKind.TLS, f"No trusted TLS connection to {where}: {tls_reason(error)}.")
        case aiohttp.ClientConnectorError():
            return _not_connected(error, where)
        case aiohttp.ClientResponseError():
            message = error.message.splitlines()[0].rstrip(":.") if error.message else "it is not HTTP"
            return Failure(FailureKind.BAD_RESPONSE, f"The answer of {where} cannot be read: {message}.")
        case aiohttp.ServerDisconnectedError() | ConnectionError() | aiohttp.ClientPayloadError():
            when = "before its answer was complete" if answered else "before it answered"
            return Failure(FailureKind.DISCONNECTED, f"{where} closed the connection {when}.")
        case OSError(errno=errno.ECONNRESET | errno.EPIPE | errno.ECONNABORTED):
            return Failure(FailureKind.DISCONNECTED, f"{where} closed the connection before it answered.")
        case FileNotFoundError():
            return Failure(FailureKind.NETWORK, "The body to send is no longer stored.")
        case _:
            return Failure(FailureKind.NETWORK, f"Sending to {where} failed: {_words(error)}.")


def tls_reason(error: Exception) -> str:
    """Return why TLS did not come about, in OpenSSL's words."""
    inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    if isinstance(inner, ssl.SSLCertVerificationError):
        return inner.verify_message.rstrip(".")
    if isinstance(inner, ssl.SSLError) and inner.reason:
        return inner.reason.replace("_", " ").lower()
    return str(inner).rstrip(".")


def _not_connected(error: aiohttp.ClientConnectorError, where: str) -> Failure:
    if isinstance(error.os_error, ConnectionRefusedError):
        message = f"Nothing is listening at {where}. Start your server, or check the port."
        return Failure(FailureKind.REFUSED, message)
    reason = error.os_error.strerror or str(error.os_error)
    return Failure(FailureKind.NETWORK, f"No connection to {where}: {reason}.")


def _proxy_words(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"it answered {error.status} {error.message}".strip().rstrip(".")
    return "nothing is listening there" if _is_refusal(error) else _words(error)


def _is_refusal(error: Exception) -> bool:
    return isinstance(getattr(error, "os_error", None), ConnectionRefusedError)


def _words(error: Exception) -> str:
    return (str(error) or type(error).__name__).rstrip(".")


def _size(limit: int) -> str:
    return f"{limit // 1024 // 1024} MiB" if limit >= 1024 * 1024 else f"{limit:,} bytes"
