"""An endpoint: a part of our address, whose requests come there, who may send them, and what is answered."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from workbench.model.answer import NO_PROGRAM, USUAL, Answer, Program

CATCH_ALL = "catch-all"

PROVIDER = "provider"
"""Among allowed networks: those that the endpoint's provider sends from."""

_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class SecretUse:
    """A secret by reference; `provider` limits it to that provider's requests, empty is for anyone's."""

    reference: str
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Guards:
    """Who may send, and what; a request that does not pass is captured and refused. Empty fields let all pass."""

    allow: tuple[str, ...] = ()
    """Networks as CIDR; a single address is one of its own, and `provider` stands for those its provider names."""
    deny: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    content_types: tuple[str, ...] = ()
    body_limit_bytes: int | None = None
    basic: str = ""
    """A secret's reference: the value is `user:password`."""
    bearer: str = ""
    header: tuple[str, str] = ("", "")
    """A header's name, and the reference of the value it must have."""
    requests: int = 0
    """At most this many in `per_s` seconds; 0 is any number."""
    per_s: float = 1.0
    schema: str = ""
    """A JSON Schema's file, relative to the workspace."""
    signature: bool = False
    """Only what is signed rightly passes."""
    trusted_proxies: tuple[str, ...] = ()
    """Networks of proxies and tunnels that are believed when they say for whom a request is; by default none."""


NO_GUARDS = Guards()


@dataclass(frozen=True, slots=True)
class Forward:
    """A program of the user's that gets what comes in. `events` limits it to some: patterns, `*` is anything."""

    url: str
    events: tuple[str, ...] = ()
    relay: bool = False
    """Its answer is the sender's answer."""
    attempts: int = 4
    timeout_s: float = 30.0

    def takes(self, event: str) -> bool:
        """Return whether an event of this kind goes there; the kind is empty where it is not known."""
        return not self.events or any(fnmatchcase(event, pattern) for pattern in self.events)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where we listen, and what to check there. `path` is a pattern: `*` stands for anything."""

    name: str
    path: str = "/*"
    provider: str = ""
    """Whose requests come here; empty: found out from each request."""
    secrets: tuple[SecretUse, ...] = ()
    public_url: str = ""
    """What the provider calls, where signatures cover the URL: a tunnel's or proxy's address."""
    settings: tuple[tuple[str, str], ...] = ()
    """What signatures need beside secrets: `webhook_id`, `audience`."""
    answer: Answer = USUAL
    program: Program = NO_PROGRAM
    guards: Guards = NO_GUARDS
    forwards: tuple[Forward, ...] = ()
    handshakes: bool = True
    """Whether a provider's handshakes are answered as it asks."""
    is_answer_said: bool = False
    """Whether its file says the answer; else the status that the listener was started with counts."""

    def matches(self, target: str) -> bool:
        path = target.split("?", 1)[0]
        return fnmatchcase(path, self.path) or (self.path.endswith("/*") and path == self.path[:-2])


def match_endpoint(endpoints: tuple[Endpoint, ...], target: str) -> Endpoint:
    """Return the endpoint of a request target.

    Of several that fit: one whose path is the target's, else the one that says most before its first `*`, then the
    longest, then the first by name. The catch-all gets what nobody else does.
    """
    fitting = [endpoint for endpoint in endpoints if endpoint.matches(target)]
    if not fitting:
        return Endpoint(CATCH_ALL)
    return fitting[0] if len(fitting) == 1 else min(fitting, key=_rank)


def _rank(endpoint: Endpoint) -> tuple[bool, bool, int, int, str]:
    path = endpoint.path
    literal = _WILD.split(path, maxsplit=1)[0]
    return endpoint.name == CATCH_ALL, literal != path, -len(literal), -len(path), endpoint.name
