"""`captures list --sort --column --group --saved`, `tag`, `note`, `saved`, `prune`, as a shell runs them."""

import pytest
from fakes import Catcher
from program import Inside, Program, listening

from workbench.storage.paths import Paths


@pytest.fixture
async def caught(catcher: Catcher) -> None:
    """Three captures with bodies of 27, 3 and 9 bytes."""
    for path, body in (("/a", b'{"id": 1.0, "name": "first"}'), ("/b", b"[7]"), ("/c", b'{"id": 2}')):
        head = f"POST {path} HTTP/1.1\r\nHost: a\r\nX-Id: r{path[1]}\r\nContent-Length: {len(body)}\r\n\r\n"
        assert (await catcher.exchange(head.encode() + body)).startswith(b"HTTP/1.1 200 ")


async def listed(inside: Inside, *words: str) -> list[int]:
    return [each["number"] for each in (await inside("captures", "list", "--json", *words)).objects]


@pytest.mark.usefixtures("caught")
async def test_list_in_an_order_with_columns(inside: Inside) -> None:
    assert await listed(inside, "--sort=-size") == [1, 3, 2]
    assert await listed(inside, "--sort=json:id", "--limit=2") == [1, 3]
    ran = await inside("captures", "list", "--json", "--column=header:x-id", "--column=json:id")
    assert ran.objects[0]["columns"] == {"header:x-id": "ra", "json:id": "1.0"}
    assert "json:id=2" in (await inside("captures", "list", "--column", "json:id", "c")).text
    grouped = await inside("captures", "list", "--json", "--group=event")
    assert [(each["number"], each["count"]) for each in grouped.objects] == [(3, 3)]


@pytest.mark.usefixtures("caught")
async def test_tags_notes_and_saved_searches(inside: Inside) -> None:
    await inside("captures", "tag", "1-2", "to-fix", "late")
    await inside("captures", "untag", "2", "late")
    await inside("captures", "note", "3", "ask Ann")
    assert await listed(inside, "tag:late") == [1]
    assert (await inside("captures", "note", "3")).text == "ask Ann\n"
    await inside("captures", "saved", "add", "To fix", "tag:to-fix", "-path:/b")
    assert (await inside("captures", "saved")).text == "To fix: tag:to-fix -path:/b\n"
    assert await listed(inside, "--saved=to fix") == [1]
    assert await listed(inside, "--saved=to fix", "path:/c") == []
    failed = await inside("captures", "list", "--saved=other")
    assert (failed.code, "There are To fix." in failed.err) == (2, True)


@pytest.mark.usefixtures("caught")
async def test_prune_says_first_and_keeps_what_was_marked(inside: Inside) -> None:
    await inside("captures", "pin", "1")
    asked = await inside("captures", "prune", "--keep=2", "--dry-run", "--json")
    assert asked.objects == [{"captures": 1, "bytes": 3, "reasons": {"more than the limit": 1}, "deleted": False}]
    refused = await inside("captures", "prune", "--keep=2")
    assert (refused.code, "--yes" in refused.err) == (2, True)
    assert (await inside("captures", "prune", "--keep=2", "--yes")).code == 0
    assert await listed(inside) == [1, 3]
    assert "Pruned by hand: 1 capture" in (await inside("log")).text
    assert (await inside("captures", "prune", "--older-than=soon")).code == 2
    assert (await inside("captures", "prune")).code == 2


@pytest.mark.usefixtures("caught")
async def test_listener_keeps_within_the_limits_of_the_settings(
    workbench: Program, inside: Inside, paths: Paths
) -> None:
    paths.settings.write_text("keep_count = 1\n")
    said = ""
    async with listening(workbench):
        for _ in range(100):
            said = (await inside("log")).text
            if "captures deleted" in said:
                break
    assert "2 captures deleted: 2 more than the limit" in said
    assert await listed(inside) == [3]
