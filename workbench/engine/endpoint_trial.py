"""An endpoint that is being written: whether it is sound, and what it would answer to a request at hand."""

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby

from workbench.engine.answers import response_to
from workbench.engine.guarding import Guarding
from workbench.engine.rules import subject_of
from workbench.engine.templates import Values, read_template, render
from workbench.model.answer import Answer, Condition, ProgramRun, Way
from workbench.model.endpoint import CATCH_ALL, PROVIDER, Endpoint
from workbench.model.errors import UsageError, WorkbenchError
from workbench.model.message import Body, Head, Request
from workbench.storage.endpoints import (
    as_yaml,
    endpoint_path,
    load_endpoints,
    parse_endpoint,
    save_endpoint,
)
from workbench.storage.packs import load_packs
from workbench.storage.paths import Paths

log = logging.getLogger(__name__)

REQUESTS_TRIED = 24
EXAMPLE = Request(
    Head(b"POST /example?name=value HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\r\n"),
    Body(b'{"id": "evt_1", "type": "example", "data": {"id": "obj_1"}}'),
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a trial. Where `problem` is empty, the text is sound."""

    problem: str = ""
    hint: str = ""
    answers: tuple[tuple[str, bytes], ...] = ()
    """What the first requests get: which ones in words, and head and body as they would go out."""


def try_endpoint(paths: Paths, name: str, text: str, request: Request | None, now_us: int) -> Trial:
    """Read an endpoint's text and answer a request by it, or an example; never raises for a wrong text. Blocks."""
    try:
        endpoint = parse_endpoint(name, text)
        for answer in (endpoint.answer, *(step.answer for step in endpoint.program.steps)):
            if answer.template:
                read_template(answer.template)
        provider = load_packs(paths).get(endpoint.provider) if PROVIDER in endpoint.guards.allow else None
        Guarding.of(endpoint.guards, {}, paths.workspace, provider)
        return Trial(answers=tuple(_answers(endpoint, request or EXAMPLE, now_us)))
    except WorkbenchError as error:
        return Trial(error.message, error.hint or "")
    except Exception as error:
        log.exception("the endpoint %s could not be tried", name)  # A bug of ours; what is typed is still there.
        return Trial(f"This cannot be tried: {type(error).__name__}; see the log.")


def _answers(endpoint: Endpoint, request: Request, now_us: int) -> Iterator[tuple[str, bytes]]:
    """Yield what the first requests get, equal ones together, as far as no condition holds."""
    run = ProgramRun(endpoint.program)
    ordered = sum(step.times or 0 for step in endpoint.program.steps if step.in_order) + 1
    is_all = ordered <= REQUESTS_TRIED and all(step.in_order for step in endpoint.program.steps)
    tried = ordered if is_all else REQUESTS_TRIED
    program = endpoint.program
    steps = [run.next(_nothing_holds)[0] for _ in range(tried)]
    given = [(program.in_full(step, endpoint.answer), program.is_own(step)) for step in steps]
    relay = next((forward.url for forward in endpoint.forwards if forward.relay), "")
    first = 1
    for (answer, is_own), group in groupby(given):
        last = first + len(list(group)) - 1
        is_end = is_all and last == tried
        which = (
            f"from request {first} on"
            if is_end
            else f"request {first}"
            if first == last
            else f"requests {first}–{last}"
        )
        own = _answered(endpoint, answer, request, first, now_us)
        if relay and is_own and answer.way is Way.WHOLE:
            yield f"{which}: what {relay} answers, or 502; this for events that it does not get", own
        else:
            yield f"{which}{_way(answer)}", own
        first = last + 1


def _nothing_holds(_condition: Condition) -> bool:
    return False


def _answered(endpoint: Endpoint, answer: Answer, request: Request, count: int, now_us: int) -> bytes:
    content = answer.body.encode()
    if answer.template:
        values = Values(subject_of(request, endpoint, request.body.read()), count, endpoint.program.seed)
        content = render(answer.template, values).encode("utf-8", "surrogateescape")
    response = response_to(answer, content, now_us // 1_000_000)
    return response.head.raw + response.body.content


def _way(answer: Answer) -> str:
    words = "" if answer.way is Way.WHOLE else f", {answer.way.value}"
    return f"{words}, after {answer.delay_s:g} s" if answer.delay_s else words


def taken_endpoint_names(paths: Paths) -> frozenset[str]:
    """Return the names that endpoints have, also those whose files cannot be read. Blocks."""
    files = endpoint_path(paths, CATCH_ALL).parent.glob("*.yml")
    return frozenset({endpoint.name for endpoint in load_endpoints(paths).all} | {file.stem for file in files})


def free_endpoint_name(taken: Collection[str], provider: str) -> str:
    """Return a name that is not taken for a new endpoint of a provider, empty for anyone's."""
    name, number = provider or "endpoint", 1
    while name in taken:
        number += 1
        name = f"{provider or 'endpoint'}-{number}"
    return name


def new_endpoint(taken: Collection[str], provider: str, name: str = "", path: str = "") -> Endpoint:
    """Return an endpoint for a provider; without a name and a path, under free ones.

    UsageError where the name is another's or none, FormatError where the path is none.
    """
    name = name or free_endpoint_name(taken, provider)
    if name in taken:
        raise UsageError(f"There is an endpoint {name} already.", "Choose another name, or edit that one.")
    return parse_endpoint(name, as_yaml(Endpoint(name, path or f"/{name}/*", provider)))


def add_endpoint(paths: Paths, provider: str, name: str = "", path: str = "") -> Endpoint:
    """Make the file of a `new_endpoint`, and return that; StorageError, too. Blocks."""
    endpoint = new_endpoint(taken_endpoint_names(paths), provider, name, path)
    save_endpoint(paths, endpoint)
    return endpoint
