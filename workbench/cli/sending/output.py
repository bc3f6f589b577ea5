"""Where the answer goes: to the terminal, into a pipe or a file, or into a download's file."""

import argparse
import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.console import Console
from workbench.cli.render import printable, size_text
from workbench.cli.sending.downloads import file_name, free_file, is_whole, write_file
from workbench.cli.sending.showing import META, look_of, show, show_request
from workbench.cli.sending.streaming import FileSink, PrintSink, print_sink
from workbench.model.collection import SavedRequest
from workbench.model.delivery import Delivery
from workbench.model.errors import StorageError
from workbench.model.message import Request, Response

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    from workbench.engine.delivering import Sent


class _Nowhere(io.RawIOBase):
    """Takes bytes and keeps none."""

    def writable(self) -> bool:
        return True

    def write(self, content: "ReadableBuffer", /) -> int:
        return memoryview(content).nbytes


def silent() -> Console:
    """Return a console that nothing comes out of."""
    nothing = io.TextIOWrapper(io.BufferedWriter(_Nowhere()), encoding="utf-8", errors="replace")
    return Console(nothing, nothing)


class _File(Console):
    """A console whose output ends in a file, put there whole by `close`."""

    def __init__(self, file: Path, err: Console) -> None:
        self._bytes = io.BytesIO()
        super().__init__(
            io.TextIOWrapper(self._bytes, encoding="utf-8", errors="surrogateescape", newline=""), err.err
        )
        self._file = file

    def close(self) -> None:
        """Write the file; StorageError leaves the former one as it was."""
        self.out.flush()
        try:
            write_file(self._file, iter((self._bytes.getvalue(),)))
        except OSError as error:
            raise StorageError(f"{self._file} could not be written: {error.strerror or error}.") from error


def write_offline(request: Request, arguments: argparse.Namespace, console: Console) -> None:
    """Write the request that would be sent: exactly its bytes into a pipe or a file, readable on a terminal."""
    out = _File(Path(arguments.output).expanduser(), console) if arguments.output else console
    look = look_of(arguments, out, "HB")
    if look.is_exact and look.parts == "HB":
        out.bytes(request.wire_chunks())
    else:
        show_request(request, look, out)
    if isinstance(out, _File):
        out.close()


Sink = FileSink | PrintSink


def sink_for(saved: SavedRequest, arguments: argparse.Namespace, console: Console) -> Sink | None:
    """Return what takes the answer's body as it comes; None where it is printed once it is whole."""
    if not arguments.download:
        return print_sink(arguments, console, look_of(arguments, console, "hb" if console.is_terminal else "b"))
    if not arguments.output and not console.is_terminal:
        return PrintSink(
            console, replace(look_of(arguments, console, "b"), parts="b", is_safe=False, is_sorted=False)
        )
    return FileSink(lambda response: _file(response, saved, arguments), resume=arguments.resume)


def write_answer(sent: "Sent", sink: Sink | None, arguments: argparse.Namespace, console: Console) -> bool:
    """Write what was asked for and is not written yet; return False where a download is not whole."""
    delivery = sent.delivery
    if arguments.download:
        return _download(delivery, sink, arguments, console)
    if isinstance(sink, PrintSink) and sink.has_begun:
        look = look_of(arguments, console, "b")
        show(delivery.attempts[-1:], replace(look, parts=META if META in look.parts else ""), console)
        return True
    out = _File(Path(arguments.output).expanduser(), console) if arguments.output else console
    _write(sent, arguments, out)
    if isinstance(out, _File) and delivery.last.response is not None:
        out.close()
    return True


def _write(sent: "Sent", arguments: argparse.Namespace, out: Console) -> None:
    delivery = sent.delivery
    if arguments.json:
        from workbench.formats.capture_json import delivery_json

        checks = [
            {"expression": each.assertion.expression, "passed": each.passed, "message": each.message or None}
            for each in sent.checks
        ]
        out.json(delivery_json(delivery) | ({"checks": checks} if checks else {}))
        return
    look = look_of(arguments, out, "hb" if out.is_terminal else "b")
    show(delivery.chain if arguments.all or arguments.verbose else delivery.attempts[-1:], look, out)


def _download(delivery: Delivery, sink: Sink | None, arguments: argparse.Namespace, console: Console) -> bool:
    """Show the head on standard error, and end the file; a body that had to be held goes to its place now."""
    about = Console(console.err, console.err)
    show(delivery.attempts[-1:], look_of(arguments, about, "h"), about)
    response = delivery.last.response
    if response is None:
        if isinstance(sink, FileSink):
            _end_broken(sink, about)
        return False
    if sink is None or not 200 <= response.status < 300:
        return True  # It is an error's body, not the file: nothing is overwritten, and the exit code says so.
    if response.body.size and sink.begin(response.head):  # Assertions read it, so it was held.
        for piece in response.body.chunks():
            sink.write(piece)
    size = delivery.last.sizes.response_body
    whole = is_whole(response, size)
    if isinstance(sink, FileSink) and sink.file is not None:
        sink.close(is_whole=whole)
        spent_s = delivery.last.timings.total_us / 1_000_000
        speed = f", {size_text(round(size / spent_s))}/s" if spent_s else ""
        about.line(f"\nDone. {size_text(size)} in {spent_s:.2f} s{speed}, in {printable(str(sink.file))}")
    return whole


def _end_broken(sink: FileSink, about: Console) -> None:
    sink.close(is_whole=False)
    if sink.file is not None and sink.size and sink.file.is_file():
        file = printable(str(sink.file))
        about.note(f"workbench: {size_text(sink.size)} came. Go on with: -d -c -o {file}")


def _file(response: Response, saved: SavedRequest, arguments: argparse.Namespace) -> Path:
    if arguments.output:
        return Path(arguments.output).expanduser()
    return free_file(Path.cwd(), file_name(response, saved.url))
