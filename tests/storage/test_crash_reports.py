"""Reports of our own bugs say where, never what was worked on."""

import re
from pathlib import Path

import pytest

from workbench.storage.crash_reports import CrashFolder, kind_of, report_of, without_words

SECRET = "whsec_5up3r-s3cret"
NOON = 1_800_000_000_000_000


def failed(work) -> BaseException:
    try:
        work()
    except BaseException as error:
        return error
    raise AssertionError("it did not fail")


def of_a_body() -> None:
    body = f"token={SECRET}"
    try:
        int(body)
    except ValueError as error:
        raise KeyError(body) from error


@pytest.mark.parametrize(
    "work",
    [
        of_a_body,
        lambda: {}[SECRET],
        lambda: float(SECRET),
        lambda: Path(f"/nowhere/{SECRET}").read_bytes(),
        lambda: SECRET.encode().decode("utf-16").encode("ascii"),
        lambda: (_ for _ in ()).throw(ExceptionGroup(SECRET, [ValueError(SECRET)])),
    ],
)
def test_no_report_holds_what_was_worked_on(work) -> None:
    report = report_of(failed(work), NOON)
    assert SECRET not in report
    assert "whsec" not in report
    assert "test_crash_reports.py" in report


def test_a_report_says_where_and_with_which_versions() -> None:
    report = report_of(failed(lambda: None.missing), NOON, "show a capture")  # pyright: ignore
    assert "AttributeError: 'NoneType' object has no attribute 'missing'" in report
    assert "2027-01-15T08:00:00" in report
    assert re.search(r"Python 3\.\d+", report)
    assert "While: show a capture" in report
    assert str(Path(__file__).parents[2]) not in report


def test_causes_come_first(tmp_path: Path) -> None:
    report = report_of(failed(of_a_body), NOON)
    assert report.index("ValueError") < report.index("which led to") < report.index("KeyError")


def test_reports_are_kept_private_shown_once_and_not_without_end(tmp_path: Path) -> None:
    folder = CrashFolder(tmp_path / "crashes")
    for second in range(25):
        assert folder.keep(f"report {second}", NOON + second * 1_000_000)
    assert len(folder.all()) == 20
    assert folder.all()[0].read_text(encoding="utf-8") == "report 24"
    assert {oct(file.stat().st_mode & 0o077) for file in folder.all()} == {"0o0"}
    folder.mark_seen()
    assert (folder.unseen(), len(folder.all())) == ([], 20)
    folder.delete_all()
    assert folder.all() == []


def test_what_the_interpreter_wrote_becomes_a_report(tmp_path: Path) -> None:
    folder = CrashFolder(tmp_path)
    stack = 'Fatal Python error: Segmentation fault\n\n  File "/home/ada/src/workbench/ui/app.py", line 7 in main\n'
    (tmp_path / "fault.txt").write_text(stack, encoding="utf-8")
    folder.take_up_fault(NOON)
    folder.take_up_fault(NOON + 1_000_000)
    (report,) = folder.unseen()
    text = report.read_text(encoding="utf-8")
    assert "Segmentation fault" in text
    assert "workbench/ui/app.py, line 7" in text
    assert "/home/ada" not in text


def test_a_folder_that_cannot_be_written_is_no_second_failure(tmp_path: Path) -> None:
    (tmp_path / "crashes").write_bytes(b"")
    assert CrashFolder(tmp_path / "crashes").keep("report", NOON) is None


def test_kinds_are_told_apart_by_place() -> None:
    kinds = {kind_of(failed(lambda: int("a"))), kind_of(failed(lambda: int("b"))), kind_of(failed(of_a_body))}
    assert len(kinds) == 2 or len(kinds) == 3
    assert all("test_crash_reports.py" in kind for kind in kinds)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (f"ValueError: bad {SECRET}", "ValueError: (its words are left out)"),
        (
            "aiohttp.client_exceptions.ClientError: x",
            "aiohttp.client_exceptions.ClientError: (its words are left out)",
        ),
        ('  File "workbench/engine/wire.py", line 3, in read', '  File "workbench/engine/wire.py", line 3, in read'),
        ("listening on 127.0.0.1:8080", "listening on 127.0.0.1:8080"),
    ],
)
def test_lines_of_the_listener_lose_what_an_error_says(line: str, kept: str) -> None:
    assert without_words(line) == kept
