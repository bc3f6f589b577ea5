"""Packs as they come with the program, and words that build a request."""

import pytest

from workbench.model.message import Body, Head, Headers, Request
from workbench.model.signature import Secret
from workbench.providers.pack import Provider
from workbench.providers.subject import Subject
from workbench.storage.packs import Packs, load_packs
from workbench.storage.paths import Paths

SECRET = Secret("key", "a secret of more than thirty-two bytes, long enough")


@pytest.fixture(scope="session")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Packs:
    home = tmp_path_factory.mktemp("packs")
    return load_packs(Paths(home, home))


def request(body: bytes, *headers: tuple[str, str], target: str = "/hooks", method: str = "POST") -> Request:
    pairs = (("Host", "example.com"), *headers, ("Content-Length", str(len(body))))
    return Request(Head.build(f"{method} {target} HTTP/1.1", Headers(pairs)), Body(body))


def subject(request: Request, url: str = "https://example.com") -> Subject:
    return Subject.of_head(request.head, request.body.content, url)


def ids(packs: list[Provider]) -> list[str]:
    return [provider.id for provider in packs]
