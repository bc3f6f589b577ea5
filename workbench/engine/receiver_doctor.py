"""Examines a receiver's address as a provider would meet it: name, connection, TLS, answer, speed, clock, signatures.

Without a provider only `GET` is sent. With one, a sample event is sent, signed rightly and then wrongly in each way
that a receiver must notice.
"""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from workbench.engine.composing import USER_AGENT, Target, parse_target
from workbench.engine.routes import DIRECT, Route
from workbench.engine.sender import HttpSender
from workbench.engine.signing import Signing, signed
from workbench.model.clock import EPOCH, Clock, elapsed_s
from workbench.model.delivery import Attempt, FailureKind
from workbench.model.errors import UsageError
from workbench.model.examination import Check, Outcome
from workbench.model.message import Body, Head, Headers, Request
from workbench.model.signature import SignMode

TIMEOUT_S = 10.0
CONNECT_TIMEOUT_S = 5.0
SLOW_S = 2.0
USUAL_PATIENCE_S = 5.0
"""How long providers wait that do not say."""

EXPIRES_SOON_DAYS = 14
SKEW_WARNING_S, SKEW_BAD_S = 30, 300

_WRONG = {
    SignMode.MISSING: "no signature",
    SignMode.TAMPERED: "a body that was changed after signing",
    SignMode.WRONG_KEY: "a signature by another key",
    SignMode.STALE: "a signature that is too old",
}


@dataclass(frozen=True, slots=True)
class Event:
    """What is sent to try signatures: a sample of the provider, without its signature."""

    signing: Signing
    method: str
    headers: Headers
    body: bytes


class ReceiverDoctor:
    """Examines one address."""

    def __init__(self, url: str, clock: Clock, event: Event | None = None, route: Route = DIRECT) -> None:
        """UsageError where the address makes no sense."""
        self._target = parse_target(url)
        if self._target.user is not None:
            raise UsageError("A password in the address would stand in logs.", "Leave it out.")
        self._clock = clock
        self._event = event
        self._route = route
        self._sender = HttpSender(clock)

    async def examine(self) -> AsyncIterator[Check]:
        """Yield each check as it is done; what makes others pointless ends it."""
        yield self._check_address()
        name = await self._check_name()
        yield name
        if name.unreachable:
            return
        connection = await self._check_connection()
        yield connection
        if connection.unreachable:
            return
        attempt = await self._sender.attempt(
            self._target, self._request("GET", Headers(), b""), TIMEOUT_S, self._route
        )
        if self._target.is_secure:
            yield check_tls(attempt, self._clock.now_us())
        if attempt.failure is not None and attempt.failure.kind is FailureKind.TLS:
            return
        answer = check_answer(attempt, self._target)
        yield answer
        if answer.unreachable:
            return
        yield check_speed(attempt, self._patience_s)
        yield check_clock(attempt)
        if self._event is not None:
            async for check in self._check_signatures(self._event):
                yield check

    @property
    def _patience_s(self) -> float:
        retry = self._event.signing.provider.retry if self._event else None
        return (retry.timeout_s if retry else None) or USUAL_PATIENCE_S

    def _check_address(self) -> Check:
        host, _ = self._target.address
        if _is_local(host):
            return Check(
                "address",
                Outcome.WARNING,
                f"{host} is this machine or this network: no provider can reach it.",
                "Start a tunnel, and give the provider its address: workbench tunnel list",
            )
        if not self._target.is_secure:
            return Check(
                "address",
                Outcome.WARNING,
                "It is http: what is sent can be read on the way.",
                "Most providers want https.",
            )
        return Check("address", Outcome.GOOD, f"{self._target.url} can be given to a provider.")

    async def _check_name(self) -> Check:
        host, port = self._target.address
        began = elapsed_s()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except TimeoutError:
            return _unreachable("name", f"The name server did not answer for {host}.", "Check your network.")
        except OSError:
            return _unreachable(
                "name", f"The name {host} is not known.", "Check how it is written, and its DNS entry."
            )
        addresses = list(dict.fromkeys(str(item[4][0]) for item in found))
        took = f"{(elapsed_s() - began) * 1000:.0f} ms"
        private = [address for address in addresses if _is_local(address)]
        if private and not _is_local(host):
            return Check(
                "name",
                Outcome.BAD,
                f"{host} leads to {private[0]}, an address of a private network.",
                "Providers outside cannot reach it: mend the DNS entry, or use a tunnel.",
            )
        return Check("name", Outcome.GOOD, f"{host} is {', '.join(addresses[:4])} ({took}).")

    async def _check_connection(self) -> Check:
        host, port = self._target.address
        began = elapsed_s()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                _, writer = await asyncio.open_connection(host, port)
        except TimeoutError:
            advice = "A firewall may drop what comes, or the machine is off."
            return _unreachable(
                "connection", f"{self._target.authority} does not accept connections in time.", advice
            )
        except ConnectionRefusedError:
            advice = "Start the server, or check the port."
            return _unreachable("connection", f"Nothing listens at {self._target.authority}.", advice)
        except OSError as error:
            reason = error.strerror or str(error)
            return _unreachable(
                "connection", f"No connection to {self._target.authority}: {reason}.", "Check your network."
            )
        writer.close()
        return Check("connection", Outcome.GOOD, f"It accepts connections ({(elapsed_s() - began) * 1000:.0f} ms).")

    def _request(self, method: str, headers: Headers, body: bytes) -> Request:
        own = [("Host", self._target.authority), ("Accept", "*/*")]
        if not headers.get("user-agent"):
            own.append(("User-Agent", USER_AGENT))
        length = (("Content-Length", str(len(body))),) if body or method != "GET" else ()
        head = Head.build(f"{method} {self._target.path or '/'} HTTP/1.1", Headers((*own, *headers, *length)))
        return Request(head, Body(body))

    # Signatures

    async def _check_signatures(self, event: Event) -> AsyncIterator[Check]:
        yield _check_accepted(await self._send(event, SignMode.FRESH))
        for mode, words in _WRONG.items():
            try:
                attempt = await self._send(event, mode)
            except UsageError as error:
                yield Check(f"signature: {mode}", Outcome.SKIPPED, error.message)
                continue
            yield _check_refused(mode, words, attempt)

    async def _send(self, event: Event, mode: SignMode) -> Attempt:
        signing = Signing(
            event.signing.provider,
            event.signing.secret,
            mode,
            event.signing.scheme,
            event.signing.public_url,
            event.signing.settings,
        )
        plain = self._request(event.method, event.headers, event.body)
        request = await asyncio.to_thread(signed, plain, self._target.url, signing, self._clock.now_us())
        return await self._sender.attempt(self._target, request, TIMEOUT_S, self._route)


def _unreachable(name: str, finding: str, advice: str) -> Check:
    return Check(name, Outcome.BAD, finding, advice, unreachable=True)


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local")):
        return True
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return False


def check_tls(attempt: Attempt, now_us: int) -> Check:
    """Judge the TLS connection and the certificate."""
    failure, security = attempt.failure, attempt.security
    if failure is not None and failure.kind is FailureKind.TLS:
        return _unreachable("certificate", failure.message, _tls_advice(failure.message))
    if security is None or security.certificate is None:
        return Check("certificate", Outcome.SKIPPED, "There was no TLS connection to judge.")
    days = (security.certificate.not_after_us - now_us) // 86_400_000_000
    said = f"{security.version}, trusted, valid for {days} more days."
    if days < EXPIRES_SOON_DAYS:
        return Check("certificate", Outcome.WARNING, said, "Renew it now; check that renewal runs by itself.")
    if security.version in ("TLSv1", "TLSv1.1"):
        return Check("certificate", Outcome.WARNING, said, "Providers want TLS 1.2 or newer.")
    return Check("certificate", Outcome.GOOD, said)


def _tls_advice(message: str) -> str:
    if "expired" in message:
        return "Renew the certificate."
    if "local issuer" in message:
        return "Send the whole chain: the intermediate certificate is missing, or the authority is one of your own."
    if "self-signed" in message or "self signed" in message:
        return "Providers trust no self-signed certificate: get one of a public authority."
    if "mismatch" in message.lower() or "not valid for" in message:
        return "Get a certificate that has this name in it."
    return "Check the server's TLS settings."


def check_answer(attempt: Attempt, target: Target) -> Check:
    """Judge what a plain GET is answered."""
    if attempt.failure is not None or attempt.response is None:
        message = attempt.failure.message if attempt.failure else "There was no answer."
        return _unreachable("answer", message, "Look at the server's log.")
    status = attempt.response.status
    if 300 <= status < 400:
        where = attempt.response.headers.get("location") or "elsewhere"
        advice = "Providers do not follow redirects: give them the last address."
        return Check("answer", Outcome.BAD, f"It answers {status} and sends on to {where}.", advice)
    if status in (502, 503, 504):
        advice = "The proxy or tunnel is up, your server behind it is not."
        return Check("answer", Outcome.BAD, f"It answers {status}.", advice)
    if status >= 500:
        return Check("answer", Outcome.BAD, f"It answers {status} to GET.", "Look at the server's log.")
    if status == 404:
        advice = "Check the path; some servers answer 404 to GET where POST is right."
        return Check("answer", Outcome.WARNING, f"It answers 404 at {target.path or '/'}.", advice)
    return Check("answer", Outcome.GOOD, f"It answers {status} to GET.")


def check_speed(attempt: Attempt, patience_s: float) -> Check:
    """Judge the time to the answer against how long the provider waits."""
    took_s = attempt.timings.total_us / 1_000_000
    said = f"The answer took {took_s * 1000:.0f} ms; a provider waits {patience_s:g} s."
    advice = "Answer first and work afterwards: store the event, return 2xx."
    if took_s > patience_s:
        return Check("speed", Outcome.BAD, said, advice)
    if took_s > min(SLOW_S, patience_s / 2):
        return Check("speed", Outcome.WARNING, said, advice)
    return Check("speed", Outcome.GOOD, said)


def check_clock(attempt: Attempt) -> Check:
    """Compare the server's clock, by its Date header, with ours."""
    date = attempt.response.headers.get("date") if attempt.response else ""
    try:
        server_us = round((parsedate_to_datetime(date) - EPOCH).total_seconds() * 1_000_000)
    except (ValueError, TypeError):
        return Check("clock", Outcome.SKIPPED, "The server does not say its time.")
    ours_us = attempt.started_at_us + attempt.timings.total_us // 2
    skew_s = abs(server_us - ours_us) / 1_000_000
    if skew_s <= SKEW_WARNING_S:
        return Check("clock", Outcome.GOOD, "Its clock and ours agree.")
    bad = skew_s > SKEW_BAD_S
    return Check(
        "clock",
        Outcome.BAD if bad else Outcome.WARNING,
        f"Its clock and ours are {skew_s:.0f} s apart{'; signatures with a time will be refused' if bad else ''}.",
        "Set both clocks by NTP: signatures carry a time.",
    )


def _check_accepted(attempt: Attempt) -> Check:
    name = "signature: valid"
    if attempt.failure is not None or attempt.response is None:
        message = attempt.failure.message if attempt.failure else "There was no answer."
        return Check(name, Outcome.BAD, message, "Look at the server's log.")
    status = attempt.response.status
    if 200 <= status < 300:
        return Check(name, Outcome.GOOD, f"A rightly signed event is answered {status}.")
    if status in (400, 401, 403):
        advice = (
            "It has another secret, or verifies other bytes than it got: see docs of its framework for the raw body."
        )
        return Check(name, Outcome.BAD, f"A rightly signed event is refused with {status}.", advice)
    return Check(name, Outcome.BAD, f"A rightly signed event is answered {status}.", "Providers will send it again.")


def _check_refused(mode: SignMode, words: str, attempt: Attempt) -> Check:
    name = f"signature: {mode}"
    if attempt.failure is not None or attempt.response is None:
        message = attempt.failure.message if attempt.failure else "There was no answer."
        return Check(name, Outcome.WARNING, message, "Refuse with 400 or 401 instead.")
    status = attempt.response.status
    if 200 <= status < 300:
        advice = "Anyone can send events to it: verify the signature before anything else."
        if mode is SignMode.STALE:
            advice = "Whoever got hold of an event can send it again: check the signature's time."
        return Check(name, Outcome.BAD, f"It accepts {words} ({status}).", advice)
    if status >= 500:
        return Check(
            name, Outcome.WARNING, f"{words} makes it answer {status}.".capitalize(), "Refuse with 400 or 401."
        )
    return Check(name, Outcome.GOOD, f"It refuses {words} ({status}).")
