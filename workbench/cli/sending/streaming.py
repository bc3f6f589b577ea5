"""An answer's body written as it comes: into the file of a download, or to where it is printed."""

import argparse
import codecs
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from workbench.cli.console import Console
from workbench.cli.sending.downloads import PARTIAL_CONTENT, check_start
from workbench.cli.sending.showing import RESPONSE_BODY, RESPONSE_HEAD, Look, charset_of, head_text, without_controls
from workbench.model.errors import StorageError
from workbench.model.message import EMPTY_BODY, Head, Response


class FileSink:
    """The file of a download. A new file keeps what came of a broken one, so that `--continue` can go on with it.

    One that was there is replaced only by a whole answer; until then it lies beside, with `.part` behind its name.
    """

    def __init__(self, choose: Callable[[Response], Path], *, resume: bool) -> None:
        self._choose = choose
        self._resume = resume
        self._stream: BinaryIO | None = None
        self._beside: Path | None = None
        self.file: Path | None = None
        """Where the body goes; None until an answer began that is one."""
        self.size = 0
        """How many bytes came, without those that were there before."""

    def begin(self, head: Head) -> bool:
        """Open the file; an answer that is no success is an error's, and is not taken."""
        response = Response(head, EMPTY_BODY)
        if not 200 <= response.status < 300:
            return False
        self.file = self._choose(response)
        start = self.file.stat().st_size if self._resume and self.file.is_file() else 0
        if start and response.status == PARTIAL_CONTENT:
            check_start(response, start)
        try:
            self._stream = self._opened(is_rest=bool(start) and response.status == PARTIAL_CONTENT)
        except OSError as error:
            raise self._unwritten(error) from error
        return True

    def _opened(self, *, is_rest: bool) -> BinaryIO:
        file = self.file or Path()
        if is_rest:
            return file.open("ab")
        if file.is_file():
            place = file.resolve()
            self._beside = place.with_name(f"{place.name}.part")
            return self._beside.open("wb")
        return file.open("wb")

    def write(self, piece: bytes) -> None:
        """Write the next bytes; StorageError."""
        if self._stream is not None:
            try:
                self._stream.write(piece)
            except OSError as error:
                raise self._unwritten(error) from error
            self.size += len(piece)

    def __enter__(self) -> "FileSink":
        return self

    def __exit__(self, *_: object) -> None:
        self.close(is_whole=False)

    def close(self, *, is_whole: bool) -> None:
        """End the file, and put it in the place of a former one if all of it came; StorageError."""
        stream, self._stream = self._stream, None
        if stream is None:
            return
        try:
            stream.close()
            if self._beside is not None and is_whole and self.file is not None:
                os.replace(self._beside, self.file.resolve())
            elif self._beside is not None:
                self._beside.unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritten(error) from error

    def _unwritten(self, error: OSError) -> StorageError:
        return StorageError(f"{self.file} could not be written: {error.strerror or error}.")


class PrintSink:
    """Standard output: the head where it is asked for, then the body as it comes, exact or made harmless."""

    def __init__(self, console: Console, look: Look) -> None:
        self._console = console
        self._look = look
        self._decoder: codecs.IncrementalDecoder | None = None
        self.has_begun = False

    def __enter__(self) -> "PrintSink":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is to be closed: standard output is the program's."""

    def begin(self, head: Head) -> bool:
        """Print the head; a redirect, an empty answer and one to be decompressed for a terminal are not taken."""
        response = Response(head, EMPTY_BODY)
        is_readable = self._look.is_exact or not response.headers.get("content-encoding")
        if 300 <= response.status < 400 or response.status == 401 or not is_readable:
            return False
        if not self._look.is_exact:
            self._decoder = codecs.getincrementaldecoder(charset_of(head.content_type))("replace")
        if RESPONSE_HEAD in self._look.parts:
            self._console.line(head_text(head, self._look))
            self._console.line()
        self.has_begun = True
        return True

    def write(self, piece: bytes) -> None:
        """Print the next bytes, at once."""
        if self._decoder is None:
            self._console.bytes((piece,))
        else:
            self._console.out.write(without_controls(self._decoder.decode(piece)))
            self._console.out.flush()


def print_sink(arguments: argparse.Namespace, console: Console, look: Look) -> PrintSink | None:
    """Return what prints an answer as it comes, where `--stream` asks for it and that can be."""
    wanted = arguments.stream and not (arguments.json or arguments.offline or arguments.output or arguments.download)
    alone = not (arguments.all or arguments.verbose)
    return PrintSink(console, look) if wanted and alone and RESPONSE_BODY in look.parts else None
