"""What is known of the user's configuration: packs, endpoints, and the secrets that endpoints name.

Read whole and never changed after: whoever needs it takes one `Rules` and works by that, so that nothing is decided
by a half-read configuration.
"""

import logging
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
from workbench.storage.endpoints import Endpoints, last_good, load_endpoints
from workbench.storage.fetched_keys import kept_key
from workbench.storage.packs import Packs, load_packs
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets

log = logging.getLogger(__name__)

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
    guarding: dict[str, Guarding] = field(default_factory=dict[str, Guarding])
    """Guards made ready, by the endpoint's name."""
    unusable: dict[str, str] = field(default_factory=dict[str, str])
    """Endpoints that can let nobody in, with why: their files, guards or templates are wrong and were never right."""
    texts: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    """What is in force, as its file had it, by the endpoint's name."""
    problems: list[str] = field(default_factory=list[str])

    @classmethod
    def load(
        cls,
        paths: Paths,
        secrets: Secrets | None = None,
        before: "Rules | None" = None,
        forwards: tuple[Forward, ...] = (),
    ) -> "Rules":
        """Read everything; a secret that cannot be had is left out and said.

        An endpoint that is broken is whole as it was `before`, or as it was when it was last good; one that never was
        good lets nobody in. `forwards` are those that every endpoint has beside its own.
        """
        loaded, store = load_endpoints(paths), secrets or Secrets(paths)
        rules = cls(paths, load_packs(paths), loaded)
        rules.problems += rules.packs.problems
        taken = [rules._take(item, loaded.texts.get(item.name, ""), store, before) for item in loaded.all]
        for broken in loaded.broken:
            taken.append(rules._last_good(Endpoint(broken.name, broken.path), broken.reason, store, before))
        taken.sort(key=lambda endpoint: endpoint.name)
        rules.endpoints = Endpoints(tuple(_with_forwards(endpoint, forwards) for endpoint in taken))
        return rules

    def _take(self, endpoint: Endpoint, text: str, store: Secrets, before: "Rules | None") -> Endpoint:
        """Make an endpoint ready; return it, or its last good version."""
        reason = self._make_ready(endpoint, text, store, before)
        if not reason:
            return endpoint
        return self._last_good(endpoint, f"Endpoint {endpoint.name} lets nobody in: {reason}", store, before)

    def _make_ready(self, endpoint: Endpoint, text: str, store: Secrets, before: "Rules | None") -> str:
        """Take up an endpoint with its guards and secrets; return why that cannot be, empty where it was done."""
        problems: list[str] = []
        credentials = _credentials(endpoint, store, problems)
        old = before.guarding.get(endpoint.name) if before is not None else None
        try:
            self.guarding[endpoint.name] = _guarding(self, endpoint, credentials, old)
        except UsageError as error:
            return error.message
        except Exception as error:  # A bug of ours must not keep other changes from being taken up.
            log.exception("the endpoint %s cannot be made ready", endpoint.name)
            return f"{type(error).__name__}; see the log."
        self.secrets[endpoint.name] = _resolved(endpoint, store, problems)
        self.texts[endpoint.name] = text
        self.problems += problems
        return ""

    def _last_good(self, endpoint: Endpoint, reason: str, store: Secrets, before: "Rules | None") -> Endpoint:
        """Return what is in force instead of a broken version: the last good one, with its own secrets and guards."""
        name = endpoint.name
        said = f"{reason.replace(' lets nobody in:', ':')} Its last good version stays in force."
        last = before.endpoints.get(name) if before is not None and name in before.guarding else None
        if before is not None and last is not None:
            self.guarding[name] = before.guarding[name]
            self.secrets[name] = before.secrets_of(last)
            self.texts[name] = before.texts.get(name, "")
            self.problems.append(said)
            return last
        kept = last_good(self.paths, name)
        if kept is not None and not self._make_ready(*kept, store, None):
            self.problems.append(said)
            return kept[0]
        self.unusable[name] = reason
        self.problems.append(reason)
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


def _guarding(rules: Rules, endpoint: Endpoint, credentials: dict[str, str], old: Guarding | None) -> Guarding:
    for answer in (endpoint.answer, *(step.answer for step in endpoint.program.steps)):
        if answer.template:
            from workbench.engine.templates import read_template

            read_template(answer.template)
    guarding = Guarding.of(endpoint.guards, credentials, rules.paths.workspace, rules.provider_of(endpoint))
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


def event_of(rules: Rules, endpoint: Endpoint, request: Request) -> str:
    """Return what kind of event a request is, as its provider says; empty where that is not known. Blocks."""
    try:
        body = b"" if request.body.size > BODY_LIMIT_BYTES else request.body.read()
    except OSError:
        body = b""
    return find_provider(rules, endpoint, subject_of(request, endpoint, body))[1].event


def judged_capture(rules: Rules, capture: Capture) -> tuple[Provider | None, Subject, Endpoint, Context]:
    """Return what explaining a capture's signature needs."""
    endpoint = rules.endpoint(capture.endpoint)
    subject = subject_of(capture.request, endpoint, capture.request.body.read())
    provider, _ = find_provider(rules, endpoint, subject)
    return provider, subject, endpoint, rules.context(endpoint)
