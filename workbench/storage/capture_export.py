"""Captures written to a file of another program, one at a time: as many as there are cost the memory of one.

What is hidden and what had to be left out is counted on the way, and said in sentences at the end.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from workbench.model.capture import Capture, CaptureSummary
from workbench.model.credentials import hidden_in_target, without_credentials
from workbench.model.errors import StorageError, UsageError
from workbench.model.progress import Progress
from workbench.storage.captures import CaptureReader
from workbench.storage.durable_file import write_whole

FORMATS = {
    "ndjson": "NDJSON, every byte of each capture",
    "har": "HTTP archive (HAR)",
    "csv": "CSV, a line for each capture",
    "curl": "curl commands",
    "httpie": "HTTPie commands",
    "raw": "Raw files in a tar archive",
}
"""Names of the formats, with words for people."""

SUFFIXES = {"ndjson": ".ndjson", "har": ".har", "csv": ".csv", "curl": ".sh", "httpie": ".sh", "raw": ".tar"}
COMMAND_BODY_LIMIT_BYTES = 1024 * 1024
_PAGE = 500


class CaptureExport:
    """One export of captures that `numbers` names; take `pieces` or `write` once, then read `report`.

    Belongs to the reader's thread. Credentials are hidden unless `with_credentials`.
    """

    def __init__(
        self,
        reader: CaptureReader,
        numbers: Sequence[int],
        wanted: str,
        *,
        with_credentials: bool = False,
        progress: Progress | None = None,
    ) -> None:
        if wanted not in FORMATS:
            raise UsageError(f"There is no format {wanted!r}.", f"There are: {', '.join(FORMATS)}.")
        self._reader = reader
        self._numbers = numbers
        self._wanted = wanted
        self._with_credentials = with_credentials
        self._progress = progress or Progress()
        self._progress.begin("exported", len(numbers))
        self.written = 0
        self._hidden: Counter[str] = Counter()
        self._masked = 0
        self._left_out: list[int] = []
        self._gone = 0

    def write(self, file: Path) -> None:
        """Put the file in place once it is complete: after an error or Cancelled there is none, or the former one."""
        try:
            write_whole(file, self.pieces(), mode=0o600)
        except OSError as error:
            raise UsageError(f"{file} cannot be written: {error.strerror or error}.") from error

    def pieces(self) -> Iterator[bytes]:
        """Yield the file; StorageError where a capture cannot be read, Cancelled where somebody said stop."""
        makers: dict[str, Callable[[], Iterator[bytes]]] = {
            "ndjson": self._ndjson,
            "har": self._har,
            "csv": self._csv,
            "curl": self._curl,
            "httpie": self._httpie,
            "raw": self._raw,
        }
        try:
            yield from makers[self._wanted]()
        except FileNotFoundError as error:
            raise StorageError(
                f"The body of a capture is missing: {error.filename} is not there.",
                "Restore the spool folder from a backup, or leave that capture out.",
            ) from error

    def report(self) -> list[str]:
        """Return a sentence for each thing that is not in the file as it was captured."""
        said: list[str] = []
        if self._hidden:
            names = ", ".join(f"{name} ({count:,})" for name, count in self._hidden.most_common())
            said.append(f"Hidden in {_counted(self._masked)}: {names}. Bodies were not looked through.")
        if self._with_credentials:
            said.append("Credentials are in the file: whoever gets it can use them.")
        if self._left_out:
            numbers = ", ".join(f"#{number}" for number in self._left_out[:5])
            more = f" and {len(self._left_out) - 5:,} more" if len(self._left_out) > 5 else ""
            said.append(f"Too long for this format, and left out: the body of {numbers}{more}. NDJSON keeps it.")
        if self._gone:
            said.append(f"Deleted meanwhile, and not in the file: {_counted(self._gone)}.")
        return said

    # The formats

    def _ndjson(self) -> Iterator[bytes]:
        from workbench.formats.capture_lines import capture_lines

        for capture, hidden in self._captures():
            yield from capture_lines(capture, hidden)

    def _har(self) -> Iterator[bytes]:
        from workbench.formats.har import BODY_LIMIT_BYTES, har_log

        return har_log(self._noting(self._captures(), BODY_LIMIT_BYTES))

    def _raw(self) -> Iterator[bytes]:
        from workbench.formats.raw_files import raw_tar

        return raw_tar(capture for capture, _ in self._captures())

    def _csv(self) -> Iterator[bytes]:
        from workbench.formats.table import capture_csv

        return (line.encode() for line in capture_csv(self._summaries()))

    def _summaries(self) -> Iterator[CaptureSummary]:
        for start in range(0, len(self._numbers), _PAGE):
            page = self._numbers[start : start + _PAGE]
            found = self._reader.summaries(page)
            self._gone += len(page) - len(found)
            for summary in found:
                hidden: list[str] = []
                target = summary.target if self._with_credentials else hidden_in_target(summary.target, hidden)
                self._count(hidden)
                yield replace(summary, target=target)

    def _curl(self) -> Iterator[bytes]:
        from workbench.formats.curl import to_curl

        for capture, _ in self._noting(self._captures(), COMMAND_BODY_LIMIT_BYTES):
            request = capture.request
            if request.body.size > COMMAND_BODY_LIMIT_BYTES:
                yield _command(
                    capture, "# Its body is too long for a command line: replay it, or export it as NDJSON."
                )
            else:
                yield _command(capture, to_curl(request.head, request.body.read(), _origin(capture)))

    def _httpie(self) -> Iterator[bytes]:
        from workbench.formats.snippets.generation import generate

        for capture, _ in self._captures():
            file = f"{capture.number:07}.body"
            made = generate("httpie", capture.request, _origin(capture), body_file=file)
            if made.body_file:
                self._left_out.append(capture.number)
            yield _command(capture, made.text.removeprefix("#!/usr/bin/env bash\n"))

    # One after the other

    def _captures(self) -> Iterator[tuple[Capture, tuple[str, ...]]]:
        """Yield each capture that is still there, with what was hidden in it."""
        for number in self._numbers:
            capture = self._reader.get(number)
            if capture is None:
                self._gone += 1
                self._progress.advance()
                continue
            hidden: tuple[str, ...] = ()
            if not self._with_credentials:
                capture, hidden = without_credentials(capture)
            yield capture, hidden
            self._count(hidden)

    def _noting(
        self, captures: Iterable[tuple[Capture, tuple[str, ...]]], limit: int
    ) -> Iterator[tuple[Capture, tuple[str, ...]]]:
        for capture, hidden in captures:
            if capture.request.body.size > limit:
                self._left_out.append(capture.number)
            yield capture, hidden

    def _count(self, hidden: Sequence[str]) -> None:
        self.written += 1
        self._masked += bool(hidden)
        self._hidden.update(list(dict.fromkeys(hidden)))
        self._progress.advance()


def _command(capture: Capture, text: str) -> bytes:
    return f"# capture {capture.number}\n{text.rstrip()}\n\n".encode()


def _origin(capture: Capture) -> str:
    peer = capture.peer
    host = capture.request.headers.get("host") or f"{peer.local_address}:{peer.local_port}"
    return f"{'https' if peer.tls else 'http'}://{host}"


def _counted(count: int) -> str:
    return f"{count:,} capture{'' if count == 1 else 's'}"
