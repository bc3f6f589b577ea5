"""What the editor of an endpoint shows while it is being typed."""

from workbench.engine.endpoint_trial import try_endpoint
from workbench.storage.paths import Paths


def test_endpoint_that_relays_says_whose_answer_it_gives(paths: Paths) -> None:
    text = "path: /*\nprogram: 503 x1 then 200\nforward: [{url: 'http://127.0.0.1:3000/hooks', relay: true}]"
    failing, relayed = try_endpoint(paths, "relaying", text, None, 0).answers
    assert failing[0] == "request 1"
    assert failing[1].startswith(b"HTTP/1.1 503 ")
    assert "from request 2 on: what http://127.0.0.1:3000/hooks answers" in relayed[0]


def test_endpoint_that_only_forwards_shows_its_own_answer(paths: Paths) -> None:
    text = "path: /*\nanswer: 202\nforward: 'http://127.0.0.1:3000/hooks'"
    ((which, answer),) = try_endpoint(paths, "forwarding", text, None, 0).answers
    assert which == "from request 1 on"
    assert answer.startswith(b"HTTP/1.1 202 ")
