"""OpenAPI 3.0 to 3.2 (and Swagger 2.0, brought into its form): a request for each operation, webhook and callback.

Tags become folders, servers an address in `{{baseUrl}}`, security schemes authentication with secret variables.
Webhooks go to `{{webhookUrl}}`, the receiver that is to be tried. Nothing is fetched; what is not in the document or
beside it is reported.
"""

import re
from collections.abc import Iterable

from workbench.formats.interchange.documents import Plain, load, mapping, rows, sequence, text, title
from workbench.formats.interchange.imported import Beside, Imported, Losses, nothing_beside
from workbench.formats.interchange.openapi_operations import Operations, operations_of
from workbench.formats.interchange.openapi_references import References
from workbench.formats.interchange.openapi_samples import Sampler
from workbench.formats.interchange.openapi_security import Security
from workbench.formats.interchange.swagger import as_openapi
from workbench.formats.interchange.variable_names import variable_name
from workbench.model.collection import CollectionTree, Defaults, SavedRequest
from workbench.model.errors import FormatError
from workbench.model.variables import Environment, Variable

RECEIVER = "http://localhost:3000"
_SERVER_VARIABLE = re.compile(r"\{([^{}]+)\}")


def read_openapi(raw: bytes, read: Beside = nothing_beside) -> Imported:
    """Return an API document's operations as requests; FormatError for what is none, or of an unknown version."""
    document = mapping(load(raw))
    losses = Losses()
    version = text(document.get("openapi"))
    if text(document.get("swagger")).startswith("2"):
        document = as_openapi(document)
    elif not version.startswith("3."):
        what = f"OpenAPI {version}" if version else "no OpenAPI document"
        raise FormatError(f"This is {what}, which is not read.", "OpenAPI 3.0, 3.1 and 3.2 and Swagger 2.0 are read.")
    name = title(mapping(document.get("info")).get("title"), "API")
    return Imported(_Reader(document, name, read, losses.at(name)).tree(), losses.all())


class _Reader:
    """Reads one document."""

    def __init__(self, document: Plain, name: str, read: Beside, losses: Losses) -> None:
        self._document = document
        self._name = name
        self._losses = losses
        self._references = References(document, read, losses)
        components = mapping(document.get("components"))
        self._security = Security(components.get("securitySchemes"), self._references)
        self._operations = Operations(self._references, Sampler(self._references), self._security)
        self._by_tag: dict[str, list[SavedRequest]] = {}
        self._webhooks: list[SavedRequest] = []
        self._callbacks: list[SavedRequest] = []

    def tree(self) -> CollectionTree:
        variables, environments = self._servers()
        global_security = self._security.secured(self._document.get("security"), self._losses)
        for path, node in mapping(self._document.get("paths")).items():
            if not path.startswith("x-"):
                self._path(path, self._references.resolved(node))
        for name, node in mapping(self._document.get("webhooks")).items():
            self._webhooks += self._sent(name, self._references.resolved(node), self._losses.at("Webhooks"))
        if not self._by_tag and not self._webhooks:
            self._losses.add("The document describes no operation and no webhook.")
        if self._operations.described_answers:
            self._losses.add(
                f"Descriptions of answers are not carried over: {self._operations.described_answers} operations."
            )
        if self._webhooks or self._callbacks:
            variables.append(Variable("webhookUrl", RECEIVER))
        variables += self._security.variables.values()
        if global_security.query:
            self._losses.add("API keys in the query of every request are to be added by hand.")
        defaults = Defaults(
            headers=tuple(global_security.headers),
            auth=global_security.auth,
            variables=tuple({variable.name: variable for variable in reversed(variables)}.values())[::-1],
            docs=text(mapping(self._document.get("info")).get("description")),
        )
        requests = tuple(self._by_tag.pop("", ()))
        return CollectionTree(self._name, self._folders(), requests, defaults, environments)

    def _folders(self) -> tuple[CollectionTree, ...]:
        described = {text(tag.get("name")): tag for tag in rows(self._document.get("tags"))}
        order = [
            *(name for name in described if name in self._by_tag),
            *(name for name in self._by_tag if name not in described),
        ]
        folders = [
            CollectionTree(
                title(name, "Untitled"),
                requests=tuple(self._by_tag[name]),
                defaults=Defaults(docs=text(mapping(described.get(name)).get("description"))),
            )
            for name in order
        ]
        for name, requests in (("Webhooks", self._webhooks), ("Callbacks", self._callbacks)):
            if requests:
                folders.append(CollectionTree(name, requests=tuple(requests)))
        return tuple(folders)

    def _path(self, path: str, item: Plain) -> None:
        for method, operation in operations_of(item):
            tag = text(next(iter(sequence(operation.get("tags"))), ""))
            place = self._losses.at(tag) if tag else self._losses
            base = self._base(operation.get("servers") or item.get("servers"))
            address = path if path.startswith("/") else f"/{path}"
            request = self._operations.request(method, base, address, item, operation, place)
            self._by_tag.setdefault(tag, []).append(request)
            for name, sent in self._operations.callbacks(operation):
                self._callbacks += self._sent(f"{request.name}: {name}", sent, self._losses.at("Callbacks"))

    def _sent(self, name: str, item: Plain, losses: Losses) -> Iterable[SavedRequest]:
        """Yield what somebody's receiver gets; its own name says more than an operation's."""
        operations = operations_of(item)
        for method, operation in operations:
            docs = "\n\n".join(filter(None, (text(operation.get("summary")), text(operation.get("description")))))
            called = name if len(operations) == 1 else f"{name} ({method})"
            named = {**operation, "summary": called, "description": docs}
            yield self._operations.request(method, "{{webhookUrl}}", "", item, named, losses)

    def _base(self, servers: object) -> str:
        """Return the address that a path's or an operation's own servers name, their variables filled in."""
        listed = rows(servers)
        if not listed:
            return "{{baseUrl}}"
        defaults = mapping(listed[0].get("variables"))
        url = _SERVER_VARIABLE.sub(
            lambda match: text(mapping(defaults.get(match[1])).get("default")), text(listed[0].get("url"))
        )
        return url.rstrip("/") if "://" in url else "{{baseUrl}}" + url.rstrip("/")

    def _servers(self) -> tuple[list[Variable], tuple[Environment, ...]]:
        """Return the variables of the first server, and an environment for each where there are several."""
        servers = rows(self._document.get("servers"))
        if not servers:
            self._losses.add("The document names no server: set baseUrl.")
            return [Variable("baseUrl", "http://localhost")], ()
        if len(servers) == 1:
            return self._server(servers[0]), ()
        environments: dict[str, Environment] = {}
        for at, server in enumerate(servers, 1):
            name = title(server.get("name") or server.get("description"), f"Server {at}")
            name = name if name not in environments else f"{name} {at}"
            environments[name] = Environment(name, tuple(self._server(server)))
        return self._server(servers[0]), tuple(environments.values())

    def _server(self, server: Plain) -> list[Variable]:
        described = mapping(server.get("variables"))
        names = {name: variable_name(name, self._losses) for name in described}
        url = text(server.get("url")).rstrip("/")
        url = _SERVER_VARIABLE.sub(lambda match: "{{" + names.get(match[1], match[1]) + "}}", url)
        if "://" not in url and not url.startswith("{{"):
            self._losses.add(f"The server “{url or '/'}” names no host: set baseUrl.")
            url = f"http://localhost{url}" if not url.startswith("//") else f"https:{url}"
        values = {names[name]: text(mapping(each).get("default")) for name, each in described.items()}
        return [Variable("baseUrl", url), *(Variable(name, value) for name, value in values.items())]
