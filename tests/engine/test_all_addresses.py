"""`::` means every address of the machine: senders by IPv4 are let in and judged as what they are."""

import asyncio
import socket

import pytest
from engine.conftest import Served, request, status_of, write_endpoint

from workbench.engine.listener import ListenOptions
from workbench.engine.serving import serving
from workbench.storage.paths import Paths


async def exchange(host: str, port: int, path: str) -> int:
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(request("POST", path))
    answer = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return status_of(answer)


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
async def test_both_families_come_in_and_are_guarded_by_their_own_addresses(paths: Paths) -> None:
    write_endpoint(paths, "four", "path: /four\nguards: {allow: [127.0.0.0/8]}")
    write_endpoint(paths, "six", "path: /six\nguards: {allow: ['::1/128']}")
    async with serving(paths, ListenOptions(host="::", port=0)) as running:
        port = Served(running, paths).port
        assert await exchange("127.0.0.1", port, "/four") == 200
        assert await exchange("127.0.0.1", port, "/six") == 403
        assert await exchange("::1", port, "/six") == 200
        assert await exchange("::1", port, "/four") == 403
