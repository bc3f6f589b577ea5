"""How a tunnel stands, as JSON: on the board, on the command line, from the tunnel's process to the window."""

from typing import Any

from workbench.model.tunnel import RELAYED, Part, Proof, ProofState, TunnelKind, TunnelState, TunnelStatus


def status_json(status: TunnelStatus) -> dict[str, Any]:
    """Return a status as plain values; instants are microseconds since 1970."""
    proof = status.proof
    return {
        "name": status.name,
        "kind": str(status.kind),
        "state": str(status.state),
        "url": status.url or None,
        "local": status.local,
        "proof": str(proof.state),
        "proven_at_us": proof.at_us,
        "round_trip_us": proof.round_trip_us,
        "broken": str(proof.part) if proof.part else None,
        "reason": status.reason or proof.reason or None,
        "hint": status.hint or None,
        "caveat": RELAYED if status.kind is TunnelKind.RELAY else None,
        "starts": status.starts,
    }


def status_of_json(said: dict[str, Any]) -> TunnelStatus:
    """Return the status that `status_json` made; KeyError, ValueError where it is none."""
    proof = Proof(
        ProofState(said["proof"]),
        said["proven_at_us"],
        said["round_trip_us"],
        Part(said["broken"]) if said["broken"] else None,
        said["reason"] or "",
    )
    state = TunnelState(said["state"])
    reason = (said["reason"] or "") if state in (TunnelState.WAITING, TunnelState.FAILED) else ""
    return TunnelStatus(
        said["name"],
        TunnelKind(said["kind"]),
        state,
        said["url"] or "",
        said["local"],
        proof,
        reason,
        said["hint"] or "",
        said["starts"],
    )
