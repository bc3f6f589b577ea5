"""What others do with the same load, in the same run; each is passed over, with a sentence, where it is not there."""

import argparse
import asyncio
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmark.processes import print_line

START_TIMEOUT_S = 30


def found(name: str) -> str | None:
    """Return a program, that of this Python first; says so where it is not there."""
    beside = Path(sys.executable).with_name(name)
    path = str(beside) if beside.exists() else shutil.which(name)
    if path is None:
        print(f"{name} is not installed and was not measured.", file=sys.stderr)
    return path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of the bare handler."""
    parser.add_argument("--low-level", action="store_true")


def run(arguments: argparse.Namespace) -> None:
    """The yardstick's process: an aiohttp handler that reads the body and keeps nothing."""
    from aiohttp import web

    async def handler(request: web.BaseRequest) -> web.Response:
        await request.read()
        return web.Response()

    async def main() -> None:
        if arguments.low_level:
            server: Any = web.Server(handler, access_log=None)
        else:
            application = web.Application()
            application.router.add_route("*", "/{path:.*}", handler)
            runner = web.AppRunner(application, access_log=None)
            await runner.setup()
            server = runner.server
        listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
        print_line({"port": listening.sockets[0].getsockname()[1]})
        await asyncio.to_thread(sys.stdin.read)

    asyncio.run(main())


_NGINX = """
worker_processes 1;
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    keepalive_requests 100000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; location / {{ return 200; }} }}
}}
"""


@contextmanager
def nginx() -> Generator[int | None]:
    """Run nginx with one worker that answers 200; gives its port, None where it is not installed."""
    program = found("nginx")
    if program is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="bench-nginx-") as folder:
        port = _free_port()
        file = Path(folder, "nginx.conf")
        file.write_text(_NGINX.format(folder=folder, port=port))
        with _running([program, "-p", folder, "-c", str(file), "-e", f"{folder}/error.log"], port):
            yield port


@contextmanager
def mitmdump(target_port: int) -> Generator[int | None]:
    """Run mitmdump in front of a port; gives its own, None where it is not installed."""
    program = found("mitmdump")
    if program is None:
        yield None
        return
    port = _free_port()
    words = [program, "--quiet", f"--mode=reverse:http://127.0.0.1:{target_port}", f"--listen-port={port}"]
    words.append("--listen-host=127.0.0.1")
    with (
        tempfile.TemporaryDirectory(prefix="bench-mitm-") as folder,
        _running([*words, f"--set=confdir={folder}"], port),
    ):
        yield port


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextmanager
def _running(words: list[str], port: int) -> Generator[None]:
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield
    finally:
        process.terminate()
        process.wait(15)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"{words_of(process)} did not begin to listen.")


def words_of(process: subprocess.Popen[bytes]) -> str:
    """Return the command of a process, for a message."""
    return " ".join(map(str, process.args)) if isinstance(process.args, list) else str(process.args)
