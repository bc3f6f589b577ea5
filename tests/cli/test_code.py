"""`workbench code`: programs from words, files and captures; receivers; what is refused."""

import re
import sys
from base64 import b64encode
from pathlib import Path

import pytest
from program import Inside, Program, Ran, listening

from workbench.storage.collections import create_collection
from workbench.storage.paths import Paths


async def test_program_from_words_signs_itself(workbench: Program) -> None:
    ran = await workbench("code", "--target=python-httpx", "POST", ":3000/hooks", "a=b", "n:=1.0", "--sign=stripe")
    assert ran.code == 0
    assert 'os.environ["STRIPE_WEBHOOK_SECRET"]' in ran.text
    assert "http://localhost:3000/hooks" in ran.text
    assert '{"a": "b", "n": 1.0}' in ran.text
    assert "STRIPE_WEBHOOK_SECRET" in ran.err
    compile(ran.text, "send.py", "exec")


async def test_program_of_a_capture_sends_the_same_again(workbench: Program, tmp_path: Path) -> None:
    body = bytes(range(256)) * 300
    (tmp_path / "body").write_bytes(body)
    async with listening(workbench, "--count=2") as listener:
        await workbench(
            "send", "POST", f"{listener.url}/hooks?a=b", "X-Odd: v", "User-Agent: x", f"--data=@{tmp_path / 'body'}"
        )
        file = tmp_path / "send.py"
        made = await workbench("code", "--target=python-httpx", "--capture=1", f"--output={file}")
        assert made.code == 0, made.err
        assert (tmp_path / "body.bin").read_bytes() == body
        ran = await run_python(file)
        assert ran == 0
        await listener.ended()
    first, second = [(await workbench("captures", "show", n, "--part=raw")).out for n in ("1", "2")]
    assert sorted(first.split(b"\r\n\r\n", 1)[0].split(b"\r\n")) == sorted(
        second.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
    )
    assert first.split(b"\r\n\r\n", 1)[1] == second.split(b"\r\n\r\n", 1)[1] == body


async def run_python(file: Path) -> int:
    import asyncio

    process = await asyncio.create_subprocess_exec(
        sys.executable, str(file), cwd=file.parent, stdout=asyncio.subprocess.DEVNULL
    )
    return await process.wait()


async def test_receiver_and_list(workbench: Program) -> None:
    ran = await workbench("code", "--receiver=php", "--provider=github", "--scheme=sha1", "--json")
    (said,) = ran.objects
    assert (said["language"], said["file_name"]) == ("php", "receive.php")
    assert "hash_equals" in said["text"]
    listed = (await workbench("code", "--list")).text
    assert "--target python-requests" in listed
    assert "--receiver ruby" in listed


async def test_what_is_refused(workbench: Program) -> None:
    async def refused(*words: str) -> Ran:
        ran = await workbench("code", *words)
        assert ran.code == 2
        assert ran.out == b""
        return ran

    assert "For which client" in (await refused(":3000")).err
    assert "There is no target" in (await refused(":3000", "--target=cobol")).err
    assert "Which request" in (await refused("--target=curl")).err
    assert "Whose webhooks" in (await refused("--receiver=go")).err
    assert "private key" in (await refused("--receiver=go", "--provider=discord")).err
    assert "no capture 7" in (await refused("--target=curl", "--capture=7")).err
    assert "signs" in (await refused("--target=curl", ":1", "x=1", "--sign=mailgun")).err


async def test_what_cannot_be_signed_is_said_in_the_program(workbench: Program) -> None:
    ran = await workbench("code", "--target=go", "POST", ":3000", "a=b", "--sign=discord")
    assert ran.code == 0
    assert "// Discord (ed25519) signs with a private key" in ran.text
    assert "private key" in ran.err


SAVED = """\
info:
  name: Order
  type: http
http:
  method: POST
  url: "http://127.0.0.1:9/{{path}}"
  headers:
    - name: X-Token
      value: "{{token}}"
    - name: X-Basic
      value: "{{token | base64}}"
"""
ENVIRONMENT = """\
name: live
variables:
  - name: path
    value: orders
  - name: token
    secret: true
"""


async def test_program_of_a_form_with_a_file_sends_what_send_makes(workbench: Program, tmp_path: Path) -> None:
    (tmp_path / "scan.bin").write_bytes(bytes(range(256)))
    words = ["--multipart", "--boundary=edge", "-a", "ana:open", "PUT", "127.0.0.1:9/x", "q==1", "title=Scan"]
    words += [f"file@{tmp_path / 'scan.bin'};type=image/x", "X-Kind: v"]
    sent = (await workbench("send", "--offline", "-I", *words)).out
    made = await workbench("code", "--target=python-httpx", "-I", *words)
    assert made.code == 0, made.err
    compile(made.text, "send.py", "exec")
    body = b64encode(sent.partition(b"\r\n\r\n")[2]).decode()
    assert body in re.sub(r"[\s\"']", "", made.text)
    for expected in (
        "multipart/form-data; boundary=edge",
        "Basic YW5hOm9wZW4=",
        "http://127.0.0.1:9/x?q=1",
        "X-Kind",
    ):
        assert expected in made.text


async def test_secret_of_an_environment_is_a_word_in_the_program(
    inside: Inside, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = paths.workspace / "billing"
    create_collection(folder, "Billing")
    (folder / "environments").mkdir()
    (folder / "environments" / "live.yml").write_text(ENVIRONMENT + "dotEnvFilePath: .env\n")
    (folder / ".env").write_text("token=s3cr3t-of-env\n")
    (folder / "order.yml").write_text(SAVED)
    monkeypatch.setenv("PASSWORD_OF_ANA", "s3cr3t-of-ana")
    sent = await inside("send", "--offline", "-I", "--saved=billing/order", "--env=live")
    assert b"X-Token: s3cr3t-of-env" in sent.out, sent.err
    ran = await inside(
        "code", "--target=curl", "--saved=billing/order", "--env=live", "-a=ana", "--auth-secret=env:PASSWORD_OF_ANA"
    )
    assert ran.code == 0, ran.err
    assert "http://127.0.0.1:9/orders" in ran.text
    assert "X-Token: YOUR_TOKEN" in ran.text
    assert "YOUR_TOKEN stands for a secret" in ran.err
    assert "The environment variable BASIC_AUTH holds user and password, as ana:PASSWORD." in ran.err
    assert "YOUR_PASSWORD" not in ran.text + ran.err
    assert "s3cr3t" not in ran.text + ran.err
    assert "czNjcjN0" not in ran.text  # "s3cr3t" in base64.


async def test_missing_variable_and_two_requests_are_refused(inside: Inside) -> None:
    ran = await inside("code", "--target=curl", "-I", "POST", ":3000/{{x}}", "a=b")
    assert (ran.code, ran.out) == (2, b"")
    assert "The variable “x” has no value." in ran.err
    ran = await inside("code", "--target=curl", "-I", "POST", ":3000/{{x}}", "a=b", "--var=x=1")
    assert "http://localhost:3000/1" in ran.text
