"""`workbench captures export` and `import`: there and back between two homes, through files and pipes."""

from pathlib import Path

from fakes import Catcher
from program import Program

POST = (
    b"POST /hook?token=t0p HTTP/1.1\r\nHost: a\r\nAuthorization: Basic czNjcjN0\r\nContent-Length: 3\r\n\r\n\x00\xff!"
)


async def test_captures_move_to_another_home_and_verify_to_the_byte(workbench: Program, catcher: Catcher) -> None:
    for _ in range(3):
        await catcher.exchange(POST)
    out = await workbench("captures", "export", "--format=ndjson", "2-3", "--with-credentials")
    assert out.err == "Credentials are in the file: whoever gets it can use them.\n"
    done = await workbench("captures", "import", "-", stdin=out.out)
    assert (done.code, done.err) == (0, "2 captures imported: #4 to #5.\n")
    assert (await workbench("captures", "show", "5", "--part=raw")).out == POST


async def test_hidden_credentials_are_said_and_hidden(workbench: Program, catcher: Catcher, tmp_path: Path) -> None:
    await catcher.exchange(POST)
    file = tmp_path / "out.har"
    done = await workbench("captures", "export", "--format=har", f"--output={file}")
    assert done.err == (
        f"1 capture written to {file}.\n"
        "Hidden in 1 capture: authorization (1), ?token (1). Bodies were not looked through.\n"
    )
    assert b"czNjcjN0" not in file.read_bytes()
    assert b"t0p" not in file.read_bytes()
    said = await workbench("captures", "import", str(file), "--json")
    assert said.objects == [{"imported": 1, "first": 2, "last": 2}]


async def test_a_file_that_is_not_sound_exits_2_and_says_where(workbench: Program, tmp_path: Path) -> None:
    file = tmp_path / "in.ndjson"
    file.write_bytes(b'{"format":1}\n')
    done = await workbench("captures", "import", str(file))
    assert (done.code, done.out) == (2, b"")
    assert done.err.startswith("workbench: Line 1: Object missing required field `received_at`")
    assert "Nothing was imported." in done.err
    missing = await workbench("captures", "import", str(tmp_path / "none"))
    assert (missing.code, missing.err) == (
        2,
        f"workbench: {tmp_path / 'none'} cannot be read: No such file or directory.\n",
    )
