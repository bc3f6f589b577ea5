"""`:name` segments of a path that nothing fills: refused together with variables, and nothing goes out."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from fakes import RawTarget

from workbench.engine.workbench import Workbench, open_workbench
from workbench.model.collection import Field, SavedRequest
from workbench.model.template import MissingVariables
from workbench.model.variables import Scope, ScopeKind, Scopes
from workbench.storage.paths import Paths

SCOPES = Scopes((Scope(ScopeKind.ENVIRONMENT, "local", {"nothing": "", "seven": "7"}),))


@pytest.fixture
async def workbench(paths: Paths) -> AsyncIterator[Workbench]:
    async with open_workbench(paths) as opened:
        yield opened


@pytest.mark.parametrize(
    ("path", "rows", "said"),
    [
        ("/orders/:id", (), "The path parameter “id” has no value."),
        ("/orders/:id", (Field("id", ""),), "The path parameter “id” has no value."),
        ("/orders/:id?x=1", (Field("id", "{{nothing}}"),), "The path parameter “id” has no value."),
        ("/:shop/:id/:shop", (), "These path parameters have no value: “shop”, “id”."),
        (
            "/{{who}}/:id",
            (),
            "The variable “who” has no value. The path parameter “id” has no value.",
        ),
    ],
)
async def test_what_nothing_fills_is_refused_all_at_once(
    workbench: Workbench, path: str, rows: tuple[Field, ...], said: str
) -> None:
    async with RawTarget() as target:
        with pytest.raises(MissingVariables) as caught:
            await workbench.deliveries.send(SavedRequest(url=target.url + path, path_params=rows), scopes=SCOPES)
        assert caught.value.message == said
        assert target.received == []


@pytest.mark.parametrize(
    ("request_of", "sent"),
    [
        (SavedRequest(url="/orders/:id", path_params=(Field("id", "{{seven}}"),)), b"/orders/7"),
        (SavedRequest(url="/orders/:id", path_params=(Field("id", "", enabled=False),)), b"/orders/:id"),
        (SavedRequest(url="/orders/:id", literal=True), b"/orders/:id"),
        (SavedRequest(url="/orders/%3Aid"), b"/orders/%3Aid"),
        (SavedRequest(url="/orders:batch/a:b?at=/:id"), b"/orders:batch/a:b?at=/:id"),
        (SavedRequest(url="/orders#/:id"), b"/orders"),
    ],
)
async def test_what_is_filled_or_no_parameter_goes_out(
    workbench: Workbench, request_of: SavedRequest, sent: bytes
) -> None:
    async with RawTarget() as target:
        await workbench.deliveries.send(replace(request_of, url=target.url + request_of.url), scopes=SCOPES)
        assert target.received[0].split(b" ")[1] == sent
