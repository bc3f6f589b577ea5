"""Thousands of requests that are none, against a listener that runs: it goes on, and records what it said yes to."""

import asyncio
import re
from pathlib import Path

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from torture.mutations import mutated, real_requests
from torture.senders import killed, start_listener
from torture_figures import SEED, Account

from workbench.model.query import CaptureQuery
from workbench.storage.captures import CaptureReader
from workbench.storage.paths import Paths

CASES = 10_000
CONNECTIONS = 32
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


class Fuzzing:
    """Sends cases, each on a connection of its own, and keeps what was sent and answered by the sender's port."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.sent: dict[int, list[bytes]] = {}
        self.accepted: dict[int, int] = {}
        self.silent = 0

    async def send(self, case: bytes) -> bytes:
        """Send all of a case, say that no more will come, and return what was answered."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        own = writer.get_extra_info("sockname")[1]
        self.sent.setdefault(own, []).append(case)  # The system gives ports again, in time.
        came = b""
        try:
            writer.write(case)
            writer.write_eof()
            async with asyncio.timeout(20):
                while piece := await reader.read(65536):
                    came += piece
        except ConnectionError:
            pass
        writer.close()
        self.accepted[own] = self.accepted.get(own, 0) + sum(
            status.startswith(b"2") for status in _STATUS.findall(came)
        )
        self.silent += not came
        return came

    async def send_all(self, cases: list[bytes]) -> None:
        waiting = iter(cases)

        async def some() -> None:
            for case in waiting:
                await self.send(case)

        await asyncio.gather(*(some() for _ in range(CONNECTIONS)))


def resident_mib(process: int) -> float:
    (pages,) = re.findall(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(pages) / 1024


def check_records(paths: Paths, fuzzing: Fuzzing) -> tuple[int, int]:
    """Every record is bytes that were sent; return how many there are, and how many 200s have none."""
    reader = CaptureReader(paths.captures, paths.spool)
    recorded: dict[int, int] = {}
    try:
        numbers = list(reader.numbers(CaptureQuery()))
        assert reader.ledger().lost == 0
        for number in numbers:
            capture = reader.get(number)
            assert capture is not None
            wire = b"".join(capture.request.wire_chunks())
            assert any(wire in case for case in fuzzing.sent[capture.peer.port]), (capture.number, wire)
            if capture.answer.status // 100 == 2:
                recorded[capture.peer.port] = recorded.get(capture.peer.port, 0) + 1
    finally:
        reader.close()
    missing = sum(max(0, count - recorded.get(port, 0)) for port, count in fuzzing.accepted.items())
    return len(numbers), missing


async def test_mutated_requests(paths: Paths, account: Account) -> None:
    figure = account.figure("malformed requests: real ones mutated")
    real = real_requests()
    process, port = await start_listener(paths)
    fuzzing = Fuzzing(port)
    await fuzzing.send_all(real)
    before = resident_mib(process.pid)
    count = CASES if account.rounds > 1 else CASES // 5
    for _ in range(account.rounds):
        await fuzzing.send_all([mutated(account.chance.choice(real), real, account.chance) for _ in range(count)])
        figure.tried(count)
        assert process.returncode is None
        assert b" 200 OK" in await fuzzing.send(real[0])
        figure.survived(count)
    grown = resident_mib(process.pid) - before
    await killed(process)
    records, missing = await asyncio.to_thread(check_records, paths, fuzzing)
    figure.lost(missing)
    figure.note(f"{records} recorded, {fuzzing.silent} without an answer, {grown:+.0f} MiB")
    assert missing == 0
    assert grown < 150


_NAMES = st.sampled_from([b"Content-Length", b"Transfer-Encoding", b"Host", b"Connection", b"Expect", b"X", b""])
_VALUES = st.one_of(
    st.binary(max_size=20),
    st.sampled_from([b"chunked", b"0", b"5", b"-5", b"5, 5", b"identity", b"close", b"100-continue", b"+5", b"5 "]),
)
_ENDS = st.sampled_from([b"\r\n", b"\n", b"\r", b"", b"\r\n "])
_LINES = st.tuples(_NAMES, st.sampled_from([b": ", b":", b" :", b""]), _VALUES, _ENDS).map(b"".join)
_STARTS = st.one_of(
    st.sampled_from([b"POST / HTTP/1.1\r\n", b"GET /\r\n", b"POST / HTTP/1.0\r\n", b"\r\n\r\nGET / HTTP/1.1\r\n"]),
    st.binary(max_size=40),
)
_CASES = st.tuples(_STARTS, st.lists(_LINES, max_size=6).map(b"".join), _ENDS, _ENDS, st.binary(max_size=40))


async def test_made_up_requests(paths: Paths, account: Account) -> None:
    figure = account.figure("malformed requests: made up by hypothesis")
    process, port = await start_listener(paths)
    fuzzing = Fuzzing(port)
    cases: list[bytes] = []

    @seed(SEED)
    @settings(
        max_examples=300 * account.rounds, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(_CASES.map(b"".join))
    def make(case: bytes) -> None:
        cases.append(case)

    make()
    await fuzzing.send_all(cases)
    figure.tried(len(cases))
    assert process.returncode is None
    assert b" 200 OK" in await fuzzing.send(real_requests()[0])
    await killed(process)
    records, missing = await asyncio.to_thread(check_records, paths, fuzzing)
    figure.lost(missing)
    figure.note(f"{records} recorded")
    assert missing == 0
    figure.survived(len(cases))
