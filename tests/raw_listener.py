"""A listener that keeps exactly what arrives: bytes of a head and of a body, by socket alone."""

import re
import socket
import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Arrived:
    """One request as it was on the wire, its chunks undone."""

    head: bytes
    body: bytes

    @property
    def start_line(self) -> str:
        return self.head.split(b"\r\n", 1)[0].decode("latin-1")

    @property
    def headers(self) -> list[tuple[str, str]]:
        lines = self.head.decode("latin-1").rstrip("\r\n").split("\r\n")[1:]
        return [(name, value.strip(" ")) for name, _, value in (line.partition(":") for line in lines)]


class RawListener:
    """Answers every request with 200, one connection after the other."""

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as stream:
            connection.settimeout(10)
            while True:
                head = bytearray()
                while not head.endswith(b"\r\n\r\n"):
                    line = stream.readline()
                    if not line:
                        return
                    head += line
                if re.search(rb"(?im)^expect: *100", head):
                    stream.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                    stream.flush()
                length = re.search(rb"(?im)^content-length: *(\d+)", head)
                body = stream.read(int(length[1])) if length else b""
                self.arrived.append(Arrived(bytes(head), body))
                stream.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                stream.flush()
