"""Captures and deliveries as JSON: the shape of `--json` on the command line.

Times are RFC 3339 with microseconds, durations milliseconds. What is not known is null, never an empty string.
"""

from dataclasses import asdict
from typing import Any

from workbench.model.capture import Capture, CaptureSummary, Tls
from workbench.model.clock import rfc3339
from workbench.model.delivery import Attempt, Delivery, Timings
from workbench.model.masking import masked_request
from workbench.model.message import message_json, response_json


def capture_json(capture: Capture, body_limit: int | None = None) -> dict[str, Any]:
    """Return a capture whole; bodies over `body_limit` are described and left out."""
    peer = capture.peer
    request = message_json(capture.request.head, capture.request.body, body_limit)
    request["chunked"] = capture.request.framing is not None
    request["trailers"] = [[name, value] for name, value in capture.request.trailers]
    return {
        "number": capture.number,
        "received_at": rfc3339(capture.received_at_us),
        "completed_at": rfc3339(capture.completed_at_us),
        "answered_at": None if capture.answered_at_us is None else rfc3339(capture.answered_at_us),
        "endpoint": capture.endpoint,
        "peer": {
            "address": peer.address,
            "port": peer.port,
            "local_address": peer.local_address,
            "local_port": peer.local_port,
            "tls": _tls_json(peer.tls),
        },
        "provider": capture.provider or None,
        "event": capture.event or None,
        "delivery_id": capture.delivery_id or None,
        "sent_at": None if capture.sent_at_us is None else rfc3339(capture.sent_at_us),
        "attempt": capture.attempt,
        "verification": _verification_json(capture),
        "fault": {"kind": capture.fault, "message": capture.fault_message} if capture.fault else None,
        "answer_reason": capture.answer_reason or None,
        "refused_by": capture.guard or None,
        "pinned": capture.pinned,
        "request": request,
        "answer": response_json(capture.answer, body_limit),
    }


def _tls_json(tls: Tls | None) -> dict[str, Any] | None:
    if tls is None:
        return None
    return {"version": tls.version, "cipher": tls.cipher, "server_name": tls.server_name or None}


def _verification_json(capture: Capture) -> dict[str, Any] | None:
    if not capture.verification:
        return None
    return {
        "verdict": capture.verification,
        "reason": capture.verification_reason,
        "scheme": capture.scheme or None,
        "matched_secret": capture.matched_secret or None,
        "covers_body": capture.covers == "body",
    }


def summary_json(summary: CaptureSummary) -> dict[str, Any]:
    """Return one row of a list."""
    return {
        "number": summary.number,
        "received_at": rfc3339(summary.received_at_us),
        "method": summary.method,
        "target": summary.target,
        "endpoint": summary.endpoint,
        "source": summary.peer_address,
        "content_type": summary.content_type or None,
        "body_size": summary.body_size,
        "status": summary.status,
        "duration_ms": _milliseconds(summary.duration_us),
        "fault": summary.fault,
        "answer_reason": summary.answer_reason or None,
        "refused_by": summary.guard or None,
        "provider": summary.provider or None,
        "event": summary.event or None,
        "delivery_id": summary.delivery_id or None,
        "sent_at": None if summary.sent_at_us is None else rfc3339(summary.sent_at_us),
        "attempt": summary.attempt,
        "verification": summary.verification or None,
        "pinned": summary.pinned,
        "unread": summary.unread,
        "tags": list(summary.tags),
        "note": summary.note or None,
    }


def delivery_json(delivery: Delivery, body_limit: int | None = None) -> dict[str, Any]:
    """Return a send or replay with its attempts."""
    failure = delivery.last.failure
    return {
        "number": delivery.number,
        "kind": delivery.kind,
        "url": delivery.url,
        "capture": delivery.capture_number,
        "created_at": rfc3339(delivery.created_at_us),
        "status": delivery.status,
        "failure": {"kind": failure.kind, "message": failure.message} if failure else None,
        "attempts": [_attempt_json(attempt, body_limit) for attempt in delivery.attempts],
    }


def _attempt_json(attempt: Attempt, body_limit: int | None) -> dict[str, Any]:
    failure, response = attempt.failure, attempt.response
    return {
        "started_at": rfc3339(attempt.started_at_us),
        "url": attempt.url or None,
        "follows": attempt.follows or None,
        "engine": attempt.engine or None,
        "protocol": attempt.protocol or None,
        "security": asdict(attempt.security) if attempt.security else None,
        "sizes": asdict(attempt.sizes),
        "timings_ms": _timings_json(attempt.timings),
        "request": _sent_json(attempt, body_limit),
        "response": response_json(response, body_limit) if response else None,
        "failure": {"kind": failure.kind, "message": failure.message} if failure else None,
    }


def _sent_json(attempt: Attempt, body_limit: int | None) -> dict[str, Any]:
    """Return the request as it was sent, secrets masked; `masked` says that something was."""
    shown = masked_request(attempt.request, attempt.secret_ranges)
    described = message_json(shown.head, shown.body, body_limit)
    if attempt.secret_ranges:
        described |= {"body_size": attempt.request.body.size, "masked": True}
    return described


def _timings_json(timings: Timings) -> dict[str, float | None]:
    return {
        "resolve": _milliseconds(timings.resolve_us),
        "connect": _milliseconds(timings.connect_us),
        "tls": _milliseconds(timings.tls_us),
        "send": _milliseconds(timings.send_us),
        "wait": _milliseconds(timings.wait_us),
        "receive": _milliseconds(timings.receive_us),
        "total": _milliseconds(timings.total_us),
    }


def _milliseconds(duration_us: int | None) -> float | None:
    return None if duration_us is None else duration_us / 1000
