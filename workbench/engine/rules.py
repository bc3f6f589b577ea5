"""What is known of the user's configuration: packs, endpoints, and the secrets that endpoints name.

Read whole and never changed after: whoever needs it takes one `Rules` and works by that, so that nothing is decided
by a half-read configuration.
"""

from dataclasses import dataclass, field, replace

from workbench.engine.guarding import Guarding
from workbench.model.capture import Capture
from workbench.model.endpoint import CATCH_ALL, Endpoint, Forward
from workbench.model.errors import UsageError, WorkbenchError
from workbench.model.message import Request
from workbench.model.signature import Detection, Secret
from workbench.providers.context import Context
from workbench.providers.detection import describe
from workbench.providers.pack import Provider
from workbench.providers.pack_reading import PackError
from workbench.providers.subject import Subject
from workbench.storage.endpoints import Endpoints, load_endpoints
from workbench.storage.fetched_keys import kept_key
from workbench.storage.packs import Packs, load_packs
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets

BODY_LIMIT_BYTES = 16 * 1024 * 1024
"""A larger body is not verified on its own: it would take memory that the listener promised not to take."""


@dataclass(slots=True)
class Rules:
    """Packs, endpoints and the secrets they name, as they were last read; `problems` are sentences."""

    paths: Paths
    packs: Packs
    endpoints: Endpoints
    secrets: dict[str, list[Secret]] = field(default_factory=dict[str, list[Secret]], repr=False)
    """What signatures of an endpoint's requests are checked with, by the endpoint's name."""
    credentials: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    """What guards ask for, by reference."""
    guarding: dict[str, Guarding] = field(default_factory=dict[str, Guarding])
    """Guards made ready, by the endpoint's name."""
    unusable: dict[str, str] = field(default_factory=dict[str, str])
    """Endpoints that can let nobody in, with why: their guards or templates are wrong and were never right."""
    problems: list[str] = field(default_factory=list[str])

    @classmethod
    def load(
        cls,
        paths: Paths,
        secrets: Secrets | None = None,
        before: "Rules | None" = None,
        forwards: tuple[Forward, ...] = (),
    ) -> "Rules":
        """Read everything; a secret that cannot be had is left out and said. What is broken is as it was `before`.

        `forwards` are those that every endpoint has beside its own.
        """
        rules = cls(paths, load_packs(paths), load_endpoints(paths, before.endpoints if before else None))
        rules.problems += [*rules.packs.problems, *rules.endpoints.problems]
        store = secrets or Secrets(paths)
        for endpoint in rules.endpoints.all:
            rules.secrets[endpoint.name] = _resolved(endpoint, store, rules.problems)
            rules.credentials |= _credentials(endpoint, store, rules.problems)
        ready = [rules._ready(endpoint, before) for endpoint in rules.endpoints.all]
        rules.endpoints = Endpoints(tuple(_with_forwards(endpoint, forwards) for endpoint in ready))
        return rules

    def _ready(self, endpoint: Endpoint, before: "Rules | None") -> Endpoint:
        """Make an endpoint's guards and templates ready; return it, or its last good version."""
        old = before.guarding.get(endpoint.name) if before is not None else None
        try:
            self.guarding[endpoint.name] = _guarding(self, endpoint, old)
        except UsageError as error:
            if before is not None and old is not None and (last := before.endpoints.get(endpoint.name)) is not None:
                self.guarding[endpoint.name] = old
                self.problems.append(
                    f"Endpoint {endpoint.name}: {error.message} Its last good version stays in force."
                )
                return last
            self.unusable[endpoint.name] = error.message
            self.problems.append(f"Endpoint {endpoint.name} lets nobody in: {error.message}")
        return endpoint

    def judge_alike(self, other: "Rules") -> bool:
        """Return whether signatures are judged by both in the same way, whatever is answered."""
        return self._judged_by() == other._judged_by()

    def _judged_by(self) -> list[tuple[object, ...]]:
        return [
            (item.name, item.path, item.provider, item.public_url, item.settings, self.secrets_of(item))
            for item in self.endpoints.all
        ]

    def endpoint(self, name: str) -> Endpoint:
        return self.endpoints.get(name) or self.endpoints.get(CATCH_ALL) or Endpoint(CATCH_ALL)

    def provider_of(self, endpoint: Endpoint) -> Provider | None:
        """Return the provider that an endpoint names; None where it names none, or one that is not known."""
        try:
            return self.packs.get(endpoint.provider) if endpoint.provider else None
        except PackError:
            return None

    def context(self, endpoint: Endpoint) -> Context:
        """Return an endpoint's settings, and the keys that were fetched before."""
        return Context(dict(endpoint.settings), lambda url: kept_key(self.paths, url))

    def secrets_of(self, endpoint: Endpoint) -> list[Secret]:
        return self.secrets.get(endpoint.name, [])


def _resolved(endpoint: Endpoint, store: Secrets, problems: list[str]) -> list[Secret]:
    found: list[Secret] = []
    for use in endpoint.secrets:
        try:
            found.append(store.resolve(use.reference, use.provider or endpoint.provider))
        except WorkbenchError as error:
            problems.append(f"Endpoint {endpoint.name}: {error.message}")
    return found


def _guarding(rules: Rules, endpoint: Endpoint, old: Guarding | None) -> Guarding:
    for answer in (endpoint.answer, *(step.answer for step in endpoint.program.steps)):
        if answer.template:
            from workbench.engine.templates import read_template

            read_template(answer.template)
    guarding = Guarding.of(endpoint.guards, rules.credentials, rules.paths.workspace, rules.provider_of(endpoint))
    return guarding if old is None else guarding.going_on_from(old)


def _with_forwards(endpoint: Endpoint, forwards: tuple[Forward, ...]) -> Endpoint:
    own = {forward.url for forward in endpoint.forwards}
    more = tuple(forward for forward in forwards if forward.url not in own)
    return replace(endpoint, forwards=(*endpoint.forwards, *more)) if more else endpoint


def _credentials(endpoint: Endpoint, store: Secrets, problems: list[str]) -> dict[str, str]:
    guards, found = endpoint.guards, dict[str, str]()
    for reference in filter(None, (guards.basic, guards.bearer, guards.header[1])):
        try:
            found[reference] = store.resolve(reference).value
        except WorkbenchError as error:
            problems.append(f"Endpoint {endpoint.name} lets nobody in: {error.message}")
    return found


def subject_of(request: Request, endpoint: Endpoint, body: bytes) -> Subject:
    """Return a captured request as signatures see it."""
    return Subject.of_head(request.head, body, endpoint.public_url)


def find_provider(rules: Rules, endpoint: Endpoint, subject: Subject) -> tuple[Provider | None, Detection]:
    """Return whose request it is: the endpoint's provider, else what the request looks like."""
    provider = rules.provider_of(endpoint)
    if provider is not None:
        return provider, describe(provider, subject)
    return rules.packs.detector.detect(subject)


def judged_capture(rules: Rules, capture: Capture) -> tuple[Provider | None, Subject, Endpoint, Context]:
    """Return what explaining a capture's signature needs."""
    endpoint = rules.endpoint(capture.endpoint)
    subject = subject_of(capture.request, endpoint, capture.request.body.read())
    provider, _ = find_provider(rules, endpoint, subject)
    return provider, subject, endpoint, rules.context(endpoint)
