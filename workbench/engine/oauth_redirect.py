"""Where the browser comes back to after a person signed in: a socket on this machine that lives for that moment.

Only loopback addresses are listened on, and only a request with the state we made ends the waiting; what the browser
gets back is a fixed page.
"""

import asyncio
import hmac
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from workbench.model.errors import UsageError

SIGN_IN_TIMEOUT_S = 300.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")

_PAGE = (
    "<!doctype html><meta charset=utf-8><title>Webhook Workbench</title>"
    '<body style="font: 16px sans-serif; margin: 4em"><p>{} You can close this page.'
)


class RedirectReceiver:
    """An async context in which `code` waits for the browser."""

    def __init__(self, callback_url: str, state: str) -> None:
        """Read the callback URL; an empty one, or port 0, takes a free port. UsageError where it is not ours."""
        try:
            parts = urlsplit(callback_url.strip() or "http://127.0.0.1:0/callback")
            self._host, self._port = parts.hostname or "", parts.port or 0
        except ValueError as error:
            raise UsageError(f"The callback URL cannot be read: {error}.") from error
        if parts.scheme != "http" or self._host not in LOOPBACK:
            raise UsageError(
                f"The browser cannot come back to {callback_url}.",
                "Use http://127.0.0.1:PORT/callback, and register it with the provider.",
            )
        self._path = parts.path or "/"
        self._state = state
        self._result: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._runner = web.ServerRunner(web.Server(self._handle))
        self.url = ""
        """What to register and to send as redirect_uri; known once entered."""

    async def __aenter__(self) -> "RedirectReceiver":
        await self._runner.setup()
        address = "127.0.0.1" if self._host == "localhost" else self._host
        try:
            await web.TCPSite(self._runner, address, self._port).start()
        except OSError as error:
            await self._runner.cleanup()
            reason = error.strerror or str(error)
            raise UsageError(f"The callback URL's port {self._port} cannot be used: {reason}.") from error
        port = self._runner.addresses[0][1]
        host = f"[{self._host}]" if ":" in self._host else self._host
        self.url = f"http://{host}:{port}{self._path}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._result.cancel()
        await self._runner.cleanup()

    async def code(self) -> str:
        """Wait for the code; UsageError where the person or the provider said no, or nobody came."""
        try:
            async with asyncio.timeout(SIGN_IN_TIMEOUT_S):
                return await self._result
        except TimeoutError as error:
            raise UsageError(f"Nobody signed in within {SIGN_IN_TIMEOUT_S / 60:g} minutes.") from error

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        asked = urlsplit(request.raw_path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if asked.path != self._path:
            return _page("Nothing is here.", 404)
        if not hmac.compare_digest(query.get("state", "").encode(), self._state.encode()):
            return _page("This is not the answer that is waited for.", 400)
        if self._result.done():
            return _page("This was answered already.", 400)
        if "code" in query:
            self._result.set_result(query["code"])
            return _page("You are signed in.", 200)
        reason = ": ".join(query[name] for name in ("error", "error_description") if query.get(name))
        self._result.set_exception(UsageError(f"Signing in was refused: {reason or 'no reason was given'}."))
        return _page("Signing in was refused.", 200)


def _page(sentence: str, status: int) -> web.Response:
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Connection": "close"}
    return web.Response(text=_PAGE.format(sentence), status=status, content_type="text/html", headers=headers)
