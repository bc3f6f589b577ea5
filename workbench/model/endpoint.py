"""An endpoint: a part of our address, whose requests come there, and how their signatures are checked."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

CATCH_ALL = "catch-all"


@dataclass(frozen=True, slots=True)
class SecretUse:
    """A secret by reference; `provider` limits it to that provider's requests, empty is for anyone's."""

    reference: str
    provider: str = ""


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

    def matches(self, target: str) -> bool:
        path = target.split("?", 1)[0]
        return fnmatchcase(path, self.path) or (self.path.endswith("/*") and path == self.path[:-2])


def match_endpoint(endpoints: tuple[Endpoint, ...], target: str) -> Endpoint:
    """Return the endpoint of a request target: the longest pattern that fits, else the catch-all."""
    best: Endpoint | None = None
    for endpoint in endpoints:
        if endpoint.matches(target) and (best is None or len(endpoint.path) > len(best.path)):
            best = endpoint
    return best or Endpoint(CATCH_ALL)
