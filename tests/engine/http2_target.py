"""A small HTTP/2 server for tests, on the h2 library."""

import asyncio
from collections.abc import Callable

from engine.proxies import Handle, Served
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded


def http2(
    status: int = 200, body: bytes = b"ok", extra: tuple[tuple[str, str], ...] = ()
) -> Callable[[Served], Handle]:
    """Answer every stream; what was heard are its header block and body, a line each."""

    def handler(served: Served) -> Handle:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = H2Connection(H2Configuration(client_side=False, header_encoding=None))
            connection.initiate_connection()
            writer.write(connection.data_to_send())
            bodies: dict[int, bytes] = {}
            while data := await reader.read(65536):
                for event in connection.receive_data(data):
                    if isinstance(event, RequestReceived):
                        lines = [bytes(name) + b": " + bytes(value) for name, value in event.headers]
                        served.heard.append(b"\n".join(lines))
                        bodies[event.stream_id] = b""
                    elif isinstance(event, DataReceived):
                        bodies[event.stream_id] += event.data
                        connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                    elif isinstance(event, StreamEnded):
                        served.heard.append(bodies[event.stream_id])
                        connection.send_headers(event.stream_id, [(":status", str(status)), *extra])
                        connection.send_data(event.stream_id, body, end_stream=True)
                writer.write(connection.data_to_send())
                await writer.drain()

        return handle

    return handler
