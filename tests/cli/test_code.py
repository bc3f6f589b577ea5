"""`workbench code`: programs from words, files and captures; receivers; what is refused."""

import sys
from pathlib import Path

from program import Program, Ran, listening


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
