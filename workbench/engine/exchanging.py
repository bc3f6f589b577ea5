"""One delivery on its way: challenges answered, redirects followed, cookies kept, every exchange an attempt."""

import asyncio
import logging
from dataclasses import replace

from workbench.engine.authenticating import aws_signed
from workbench.engine.body_sink import BodySink
from workbench.engine.composing import Target
from workbench.engine.cookies import CookieStore
from workbench.engine.digest import send_with_digest
from workbench.engine.head_changes import with_header, without_headers
from workbench.engine.preparing import Prepared
from workbench.engine.redirecting import is_redirect, redirected
from workbench.engine.sender import HttpSender
from workbench.model.authentication import AuthKind
from workbench.model.clock import Clock
from workbench.model.delivery import Attempt, Failure, FailureKind, Follows, Timings
from workbench.model.errors import StorageError, UsageError
from workbench.model.masking import masked_sentence, masked_text, secret_ranges
from workbench.model.message import Request, Response, readable

log = logging.getLogger(__name__)

SEARCHED_ON_LOOP_BYTES = 64 * 1024


class Exchange:
    """Sends what was prepared; `attempts` has everything that is over, also when `run` is cancelled.

    The time-out of the settings counts for each attempt.
    """

    def __init__(
        self, prepared: Prepared, clock: Clock, cookies: CookieStore | None, sink: BodySink | None = None
    ) -> None:
        self._sink = sink
        self.attempts: list[Attempt] = []
        self._prepared = prepared
        self._clock = clock
        self._cookies = cookies if prepared.settings.cookies else None
        self._target = prepared.target
        self._request = prepared.request
        self._secrets = set(prepared.secrets)
        self._started_us = clock.now_us()

    async def run(self) -> None:
        """Send, and go where the answers lead."""
        hops = 0
        while True:
            await self._one_hop(Follows.REDIRECT if hops else Follows.NOTHING)
            last = self.attempts[-1]
            if (
                last.response is None
                or not self._prepared.settings.follow_redirects
                or not is_redirect(last.response)
            ):
                return
            if hops >= (self._prepared.settings.max_redirects or 0):
                self._stop(f"It was redirected {hops} times and would be again; it was not followed any further.")
                return
            hops += 1
            try:
                self._turn(last)
            except UsageError as error:
                self._stop(error.message)
                return

    def cancelled(self) -> Attempt:
        """Return the attempt that was under way, as cancelled."""
        failure = Failure(FailureKind.CANCELLED, "Cancelled before an answer came.")
        spent_us = max(0, self._clock.now_us() - self._started_us)
        follows = Follows.REDIRECT if self.attempts else Follows.NOTHING
        return Attempt(
            self._request,
            self._started_us,
            Timings(total_us=spent_us),
            failure=failure,
            url=masked_text(self._target.url + self._request.target, self._secrets),
            follows=follows,
            secret_ranges=secret_ranges(self._request, self._secrets),
        )

    async def _one_hop(self, follows: Follows) -> None:
        """Send the request once, and once more where digest is asked for; keep the cookies of each answer."""
        before = len(self.attempts)
        digest = self._prepared.auth.kind is AuthKind.DIGEST and self._target.url == self._prepared.target.url
        self._started_us = self._clock.now_us()
        if digest:
            made = await send_with_digest(self._prepared.auth, self._target, self._request, self._attempt)
        else:
            made = [await self._attempt(self._request)]
        self.attempts += made
        if self.attempts[before].follows is Follows.NOTHING:
            self.attempts[before] = replace(self.attempts[before], follows=follows)

    async def _attempt(self, request: Request) -> Attempt:
        settings, target = self._prepared.settings, self._target
        if settings.http2 and target.is_secure:
            from workbench.engine.http2_sending import Http2Sender

            sender: Http2Sender | HttpSender = Http2Sender(self._clock)
        else:
            sender = HttpSender(self._clock)
        made = await sender.attempt(target, request, settings.timeout_s, self._prepared.route, self._sink)
        if self._cookies is not None and made.response is not None:
            self._keep_cookies(self._cookies, target.url + request.target, made.response)
        return await self._masked(made)

    def _keep_cookies(self, cookies: CookieStore, url: str, response: Response) -> None:
        try:
            cookies.keep(url, response.headers.all("set-cookie"))
        except StorageError as error:
            log.error("%s", error)  # The answer counts more than its cookies.

    async def _masked(self, attempt: Attempt) -> Attempt:
        if not self._secrets:
            return attempt
        if attempt.request.body.size <= SEARCHED_ON_LOOP_BYTES:
            ranges = secret_ranges(attempt.request, self._secrets)
        else:
            ranges = await asyncio.to_thread(secret_ranges, attempt.request, self._secrets)
        failure = attempt.failure
        if failure is not None:
            failure = replace(failure, message=masked_sentence(failure.message, self._secrets))
        return replace(attempt, url=masked_text(attempt.url, self._secrets), secret_ranges=ranges, failure=failure)

    def _turn(self, last: Attempt) -> None:
        """Make the answer's redirect the next request; UsageError where it leads nowhere."""
        assert last.response is not None
        former = self._target
        self._target, request = redirected(
            former, self._request, last.response, self._credentials(), self._prepared.signed
        )
        if self._prepared.sends_cookies and self._cookies is not None:
            request = self._with_cookies(self._target, request, self._cookies)
        if self._prepared.auth.kind is AuthKind.AWS_V4 and self._target.url == self._prepared.target.url:
            request = aws_signed(self._prepared.auth, self._target, request, self._clock.now_us())
        self._request = request

    def _credentials(self) -> set[str]:
        """Return the headers that no other origin may see: those of the authentication, and all that hold a secret.

        A provider's token that a signature put in a header is one of them, and so is a typed header with a secret.
        """
        values = [(name, readable(value)) for name, value in self._request.headers]
        holding = {name.lower() for name, value in values if masked_text(value, self._secrets) != value}
        return {*self._prepared.credentials, *holding, "x-amz-security-token"}

    def _with_cookies(self, target: Target, request: Request, cookies: CookieStore) -> Request:
        value = cookies.header_for(target.url + request.target)
        if not value:
            return Request(without_headers(request.head, {"cookie"}), request.body, request.framing)
        self._secrets.add(value)
        return Request(with_header(request.head, "Cookie", value), request.body, request.framing)

    def _stop(self, reason: str) -> None:
        said = masked_sentence(reason, self._secrets)
        self.attempts[-1] = replace(self.attempts[-1], failure=Failure(FailureKind.REDIRECTS, said))
