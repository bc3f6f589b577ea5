"""`workbench listen` as a shell, a script and the window run it."""

import asyncio
import json
import signal
import socket
import sqlite3
import ssl
from pathlib import Path

import pytest
from fakes import RawTarget, read_answer
from program import Program, listening

from workbench.storage.paths import Paths

POST = b"POST /hook HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n"
BODY = b'{"a": 1}'


async def post(port: int, target: bytes = b"/hook") -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(POST.replace(b"/hook", target) + BODY)
    answer = await read_answer(reader)
    writer.close()
    return answer


async def test_json_tells_the_address_then_each_capture_and_count_ends_it(workbench: Program) -> None:
    async with listening(workbench, "--count=2", "--answer=202") as listener:
        assert (await post(listener.port, b"/one")).startswith(b"HTTP/1.1 202 Accepted\r\n")
        first = await listener.next()
        await post(listener.port, b"/two")
        second = await listener.next()
        ended = await listener.ended()
    assert (first["number"], first["request"]["target"]) == (1, "/one")
    assert first["request"]["headers"] == [
        ["Host", "a"],
        ["Content-Type", "application/json"],
        ["Content-Length", "8"],
    ]
    assert json.loads(first["request"]["body"]) == {"a": 1}
    assert (second["number"], second["answer"]["status"]) == (2, 202)
    assert (ended.code, ended.out) == (0, b"")


async def test_people_see_a_line_for_each_capture(workbench: Program) -> None:
    process = await workbench.start("listen", "--port=0", "--count=1")
    assert process.stderr is not None
    address = (await process.stderr.readline()).decode()
    await post(int(address.split()[2].rpartition(":")[2]))
    out, err = await process.communicate()
    assert address == f"Listening on {address.split()[2]}  (Ctrl+C stops)\n"
    assert "POST   /hook  200  8 B  application/json" in out.decode()
    assert err.decode() == "Stopped. 1 captured, 0 refused.\n"


async def test_for_ends_it_after_a_time(workbench: Program) -> None:
    ran = await workbench("listen", "--port=0", "--json", "--for=0.01")
    assert (ran.code, len(ran.objects)) == (0, 1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_signal_drains_what_is_on_its_way(workbench: Program, number: signal.Signals) -> None:
    async with listening(workbench) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(POST + BODY[:4])
        await post(listener.port, b"/whole")
        await listener.next()
        listener.process.send_signal(number)
        while await connects(listener.port):
            continue
        writer.write(BODY[4:])
        assert (await read_answer(reader)).startswith(b"HTTP/1.1 200 ")
        writer.close()
        ended = await listener.ended()
    assert ended.code == 0
    assert [each["request"]["target"] for each in ended.objects] == ["/hook"]


async def connects(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def test_reader_that_stalls_does_not_hold_up_senders(workbench: Program) -> None:
    """64 KiB of pipe and its buffers are full long before; every sender has its answer all the same."""
    body = b"x" * 200_000
    async with listening(workbench) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        for _ in range(150):
            writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            assert (await read_answer(reader)).startswith(b"HTTP/1.1 200 ")
        writer.close()
        listener.process.send_signal(signal.SIGTERM)
        ended = await listener.ended()
    assert [each["number"] for each in ended.objects] == list(range(1, 151))


async def test_control_moves_to_another_port_and_stops_with_its_parent(workbench: Program) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with listening(workbench, "--control") as listener:
        listener.order(port=port)
        moved = await listener.until(lambda said: "listening" in said)
        assert moved == {"listening": f"http://127.0.0.1:{port}", "port": port}
        await post(port)
        await listener.until(lambda said: said.get("stored") == 1)
        assert listener.process.stdin is not None
        listener.process.stdin.close()
        assert (await listener.ended()).code == 0


async def test_control_stays_where_it_is_when_the_port_is_taken(workbench: Program) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with listening(workbench, "--control") as listener:
            listener.order(port=port)
            refused = (await listener.until(lambda said: "not_moved" in said))["not_moved"]
            assert refused["message"] == f"Port {port} on 127.0.0.1 is already in use by another program."
            assert 0 < refused["free_port"] != port
            assert (await post(listener.port)).startswith(b"HTTP/1.1 200 ")
            listener.order(stop=True)
            assert (await listener.ended()).code == 0


async def test_control_answers_an_order_it_does_not_know(workbench: Program) -> None:
    async with listening(workbench, "--control") as listener:
        listener.order(dance=True)
        said = await listener.until(lambda said: "notice" in said)
        assert "does not know this order" in said["notice"]["message"]
        listener.order(stop=True)
        assert (await listener.ended()).code == 0


async def test_port_that_is_taken_is_one_sentence_and_a_way_out(workbench: Program) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = await workbench("listen", f"--port={port}")
    assert (ran.code, ran.out) == (3, b"")
    assert ran.err.startswith(
        f"workbench: Port {port} on 127.0.0.1 is already in use by another program.\n  Use --port "
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--port=70000"], "70000 is not a port."),
        (["--answer=99"], "99 is not a status to answer with."),
        (["--body-limit=lots"], "'lots' is not a size"),
        (["--host=256.1.1.1"], "256.1.1.1"),
        (["--nonsense"], "--nonsense"),
    ],
)
async def test_wrong_words_change_nothing(workbench: Program, words: list[str], said: str) -> None:
    ran = await workbench("listen", "--port=0", "--for=0", *words)
    assert ran.code in (2, 3)
    assert said in ran.err
    assert ran.err.startswith("workbench: ")


async def test_home_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    ran = await Program(str(tmp_path / "file" / "home"))("listen", "--port=0", "--for=0")
    assert ran.code == 4
    assert str(tmp_path / "file") in ran.err
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("words", [["listen", "--port=0", "--for=0"], ["captures", "list"]])
async def test_damaged_database_is_refused_and_left_alone(workbench: Program, paths: Paths, words: list[str]) -> None:
    damaged = b"this is not a database, but somebody may want it back" * 100
    paths.captures.write_bytes(damaged)
    ran = await workbench(*words)
    assert ran.code == 4
    assert str(paths.captures) in ran.err
    assert paths.captures.read_bytes() == damaged


@pytest.mark.parametrize("words", [["listen", "--port=0", "--for=0"], ["captures", "list"]])
async def test_database_of_a_newer_version_is_refused_and_left_alone(
    workbench: Program, paths: Paths, words: list[str]
) -> None:
    await workbench("listen", "--port=0", "--for=0")
    connection = sqlite3.connect(paths.captures)
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    ran = await workbench(*words)
    assert ran.code == 4
    assert "newer" in ran.err


async def test_settings_are_what_no_word_says(workbench: Program, paths: Paths) -> None:
    paths.settings.write_text('answer_status = 202\nbody_limit_bytes = 10\nport = "x"\nprot = 1\n')
    async with listening(workbench) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 202")
        writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 413")
        writer.close()
        listener.process.terminate()
        said = (await listener.ended()).err
    assert "port in" in said
    assert "cannot be 'x'; 8080 is used." in said
    assert "prot, which is no setting" in said


async def test_quick_answers_are_shown_before_a_slow_relay(workbench: Program, paths: Paths) -> None:
    async with RawTarget(None) as silent:
        folder = paths.workspace / "endpoints"
        folder.mkdir(parents=True)
        text = f"path: /slow\nforward: [{{url: '{silent.url}', relay: true, timeout: 2}}]"
        (folder / "slow.yml").write_text(text)
        async with listening(workbench, "--count=2") as listener:
            slow = asyncio.ensure_future(post(listener.port, b"/slow"))
            async with asyncio.timeout(10):
                await silent.asked.wait()
            await post(listener.port, b"/fast")
            first = await listener.next()
            assert not slow.done()
            assert (first["number"], first["request"]["target"]) == (2, "/fast")
            second = await listener.next()
            assert (second["number"], second["answer"]["status"]) == (1, 504)
            assert (await slow).startswith(b"HTTP/1.1 504 ")
            assert (await listener.ended()).code == 0


async def test_second_listener_of_a_home_is_told_where_the_first_is(workbench: Program) -> None:
    async with listening(workbench) as listener:
        ran = await workbench("listen", "--port=0", "--json")
        assert (ran.code, ran.out) == (3, b"")
        assert listener.url in ran.err
        assert "--home" in ran.err
        assert (await post(listener.port)).startswith(b"HTTP/1.1 200 ")
        listener.process.kill()
        await listener.process.wait()
    async with listening(workbench):  # A killed one leaves nothing locked.
        pass


async def test_password_of_a_target_is_refused(workbench: Program) -> None:
    ran = await workbench("listen", "--port=0", "--forward=http://me:sesame@localhost:1/")
    assert ran.code == 2
    assert "password" in ran.err
    assert "sesame" not in ran.err


async def test_https_of_the_settings(workbench: Program, paths: Paths) -> None:
    port = free_port()
    paths.settings.write_text(f"https_port = {port}\n")
    process = await workbench.start("listen", "--port=0", "--json")
    assert process.stdout is not None
    first = json.loads(await process.stdout.readline())
    assert first["https"] == f"https://localhost:{port}"
    process.kill()
    await process.wait()


async def test_window_orders_https(workbench: Program, paths: Paths) -> None:
    async with listening(workbench, "--control") as listener:
        listener.order(https=free_port())
        said = await listener.until(lambda news: "https" in news)
        context = ssl.create_default_context(cafile=said["authority"])
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", said["https_port"], ssl=context, server_hostname="localhost"
        )
        writer.write(POST + BODY)
        assert (await read_answer(reader)).startswith(b"HTTP/1.1 200 ")
        writer.close()
        listener.order(https=said["https_port"])  # It has it already.
        assert await listener.until(lambda news: "https" in news) == said
        listener.order(https=listener.port)
        assert "already in use" in (await listener.until(lambda news: "no_https" in news))["no_https"]["message"]
        listener.order(https=0)
        assert (await listener.until(lambda news: "https" in news))["https"] == ""
    ran = await workbench("captures", "show", "1", "--json")
    tls = ran.objects[0]["peer"]["tls"]
    assert tls["version"] == "TLSv1.3"
    assert tls["server_name"] == "localhost"
    assert tls["cipher"].startswith("TLS_")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def test_log_is_shown_and_exported(workbench: Program, paths: Paths) -> None:
    folder = paths.workspace / "endpoints"
    folder.mkdir(parents=True)
    (folder / "shut.yml").write_text("path: /hook\nguards: {methods: [GET]}")
    assert (await workbench("log")).out == b""
    async with listening(workbench) as listener:
        await post(listener.port)
        (folder / "shut.yml").write_text("path: /hook\nanswer: 202")
        await listener.next()
        while not any(entry["kind"] == "changed" for entry in (await workbench("log", "--json")).objects):
            continue
    entries = (await workbench("log", "--json")).objects
    refused = next(entry for entry in entries if entry["kind"] == "refused")
    assert {**refused, "at": ""} == {
        "at": "", "kind": "refused", "endpoint": "shut", "capture": 1, "status": 405, "refused_by": "method",
        "message": "POST is not among GET.",
    }  # fmt: skip
    shown = (await workbench("log")).text
    assert "#1 405 shut (method)  POST is not among GET." in shown
    assert "changed    shut  Changed: answer none → " in shown
    assert (await workbench("log", "--json", "--limit=1")).objects == entries[-1:]
    assert (await workbench("log", "--json", "--since=1h")).objects == entries
    assert (await workbench("log", "--since=2999-01-01T00:00:00Z")).out == b""
    assert (await workbench("log", "--since=soon")).code == 2
