"""Stand-ins for ngrok's and cloudflared's programs: they speak what those document, failures too.

Run as `tunnel_agents.py ngrok|cloudflared WORDS`, in the mode of FAKE_MODE. They lead nowhere by themselves: the
public address is a small server of their own that forwards to the listener, as the services do.
"""

import http.server
import json
import os
import stat
import sys
import threading
import time
import urllib.request
from pathlib import Path


def write_agent(folder: Path, name: str) -> Path:
    """Put a program of that name into a folder."""
    program = folder / name
    program.write_text(
        f"#!{sys.executable}\nimport runpy, sys\nsys.argv[1:1] = [{name!r}]\n"
        f"runpy.run_path({__file__!r}, run_name='__main__')\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def serve(port: int, answer) -> int:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answer(self)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def edge(local: str) -> str:
    """Start the public side; return its address."""

    def forward(handler: http.server.BaseHTTPRequestHandler) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(f"{local}{handler.path}", timeout=5) as answer:
                return answer.status, answer.read()
        except OSError:
            return 502, b"bad gateway"

    return f"http://127.0.0.1:{serve(0, forward)}"


def ngrok(words: list[str], mode: str) -> None:
    def say(**entry: object) -> None:
        print(json.dumps(entry), flush=True)

    if mode == "fail":
        reason = (
            "authentication failed: Usage of ngrok requires a verified account and authtoken.\n\nERR_NGROK_4018\n"
        )
        say(lvl="eror", msg="failed to auth", obj="csess", err=reason)
        say(lvl="crit", msg="command failed", err="ERR_NGROK_4018")
        sys.exit(1)
    if mode == "busy":
        say(lvl="eror", msg="failed to start tunnel", err="failed to start tunnel: ERR_NGROK_334")
        sys.exit(1)
    if "token" in mode:
        print(f"the token is {os.environ.get('NGROK_AUTHTOKEN')}", flush=True)
    url = edge(f"http://{words[1]}")
    known = {"tunnels": [{"name": "command_line", "public_url": url, "proto": "http", "config": {"addr": words[1]}}]}

    def api(handler: http.server.BaseHTTPRequestHandler) -> tuple[int, bytes]:
        return (200, json.dumps(known).encode()) if handler.path == "/api/tunnels" else (404, b"")

    say(lvl="info", msg="starting web service", obj="web", addr=f"127.0.0.1:{serve(0, api)}")
    say(lvl="info", msg="tunnel session started", obj="tunnels.session")
    if mode != "api":
        say(lvl="info", msg="started tunnel", obj="tunnels", name="command_line", addr=f"http://{words[1]}", url=url)


def cloudflared(words: list[str], mode: str) -> None:
    def say(**entry: object) -> None:
        print(json.dumps({"time": "t", **entry}), file=sys.stderr, flush=True)

    port = int(words[words.index("--metrics") + 1].rpartition(":")[2])
    say(level="info", message="Requesting new quick Tunnel on trycloudflare.com...")
    if mode == "fail":
        say(
            level="error",
            error="failed to request quick Tunnel: dial tcp: lookup api.trycloudflare.com: no such host",
        )
        sys.exit(1)
    if mode == "limit":
        say(level="error", error='failed to unmarshal quick Tunnel: status_code="429 Too Many Requests"')
        sys.exit(1)
    url = edge(words[words.index("--url") + 1])
    began = time.monotonic()

    def metrics(handler: http.server.BaseHTTPRequestHandler) -> tuple[int, bytes]:
        ready = time.monotonic() - began > 0.2
        if handler.path == "/quicktunnel":
            return 200, json.dumps({"hostname": url}).encode()
        return 200 if ready else 503, json.dumps({"readyConnections": int(ready)}).encode()

    serve(port, metrics)


if __name__ == "__main__":
    kind, mode = sys.argv[1], os.environ.get("FAKE_MODE", "ok")
    (ngrok if kind == "ngrok" else cloudflared)(sys.argv[2:], mode)
    if mode == "dies":
        time.sleep(0.6)
        sys.exit(3)
    threading.Event().wait()
