"""Tunnels: ways for the world to reach our listener, how each stands, and what proves that it works."""

from dataclasses import dataclass, replace
from enum import StrEnum


class TunnelKind(StrEnum):
    """How a tunnel comes about."""

    NGROK = "ngrok"
    CLOUDFLARED = "cloudflared"
    LOCALTUNNEL = "localtunnel"
    SSH = "ssh"
    RELAY = "relay"
    """A channel whose events are read by us (smee.io); it writes JSON anew."""
    OWN_URL = "own-url"
    """A public address that somebody else leads to us: nothing is started, it is proven all the same."""


@dataclass(frozen=True, slots=True)
class Tunnel:
    """One tunnel as it can be started; what a kind does not use is empty."""

    name: str
    kind: TunnelKind
    about: str = ""
    host: str = ""
    """Of ssh: `user@host` or a name of ssh's own configuration."""
    port: int = 0
    """Of ssh: the server's port, 0 for ssh's own choice."""
    url: str = ""
    """The public address where it is known before: ours, a proxy's before ssh, a channel, a domain of ngrok's."""
    server: str = ""
    """Of localtunnel and relays: the service's address."""
    remote_port: int = 0
    """Of ssh: what the server shall listen on, 0 for any free port."""
    words: tuple[str, ...] = ()
    """Of ssh: what is said to the server's program."""
    url_pattern: str = ""
    """Of ssh: a regular expression for the line that names the public address; its first group is the address."""
    subdomain: str = ""
    token: str = ""
    """Of ngrok: a secret by reference."""
    program: str = ""
    """Where the agent's program is, if not on the path."""
    config: str = ""
    """Of ssh: a configuration file instead of the user's own."""
    authority: str = ""
    """PEM file of the authority to trust when the public address is checked, beside the system's."""
    probe_every_s: float = 2.0
    """How often the proof is made anew; some services count requests."""

    @property
    def is_exact(self) -> bool:
        """Whether requests arrive as they were sent; a relay writes bodies anew."""
        return self.kind is not TunnelKind.RELAY


RELAYED = (
    "This relay reads JSON and writes it anew: bodies are not the bytes that were sent, so signatures over them do "
    "not verify; only POST with a JSON object reaches you."
)
"""What must be said of a tunnel that is not exact."""


class TunnelState(StrEnum):
    """What a tunnel's launcher is doing."""

    STOPPED = "stopped"
    STARTING = "starting"
    UP = "up"
    WAITING = "waiting"
    """It ended or did not start, and is tried again in a moment."""
    FAILED = "failed"
    """It cannot be started before a person mends something."""


class Part(StrEnum):
    """What is broken between the world and us."""

    DNS = "dns"
    TLS = "tls"
    TUNNEL = "tunnel"
    LISTENER = "listener"


class ProofState(StrEnum):
    """What is known of the way through a tunnel."""

    UNPROVEN = "unproven"
    PROVEN = "proven"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Proof:
    """What the last probe showed. `at_us` is when it was proven last, also while it is broken."""

    state: ProofState = ProofState.UNPROVEN
    at_us: int | None = None
    round_trip_us: int | None = None
    part: Part | None = None
    reason: str = ""

    def broken(self, part: Part, reason: str) -> "Proof":
        """Return what is known after a failure; the last good proof stays on record."""
        return replace(self, state=ProofState.BROKEN, part=part, reason=reason)


@dataclass(frozen=True, slots=True)
class TunnelStatus:
    """How a tunnel stands now."""

    name: str
    kind: TunnelKind
    state: TunnelState = TunnelState.STOPPED
    url: str = ""
    local: str = ""
    """Where it leads to: our listener."""
    proof: Proof = Proof()
    reason: str = ""
    """Why it is not up, as a sentence."""
    hint: str = ""
    """What to do about that."""
    starts: int = 0
    """How often it was started."""

    @property
    def is_working(self) -> bool:
        """True where a webhook sent now is known to arrive."""
        return self.state is TunnelState.UP and self.proof.state is ProofState.PROVEN


def told(status: TunnelStatus, now_us: int) -> str:
    """Return how a tunnel stands, as one sentence for people."""
    where = f"{status.name}: {status.url}" if status.url else status.name
    match status.state:
        case TunnelState.STOPPED:
            return f"{where}: stopped."
        case TunnelState.STARTING:
            return f"{where}: starting."
        case TunnelState.FAILED:
            return f"{where}: failed. {status.reason}"
        case TunnelState.WAITING:
            return f"{where}: down, tried again in a moment. {status.reason}"
        case TunnelState.UP:
            return f"{where} {proof_told(status.proof, now_us)}"


def proof_told(proof: Proof, now_us: int) -> str:
    """Return what the last probe showed, in words: `proven, 182 ms, 3 s ago`."""
    age = "" if proof.at_us is None else f"{max(0, now_us - proof.at_us) // 1_000_000} s ago"
    match proof.state:
        case ProofState.UNPROVEN:
            return "is up, not proven yet."
        case ProofState.PROVEN:
            return f"proven, {(proof.round_trip_us or 0) / 1000:.0f} ms, {age}."
        case ProofState.BROKEN:
            last = f" Last proven {age}." if age else ""
            return f"BROKEN ({proof.part}): {proof.reason}{last}"
