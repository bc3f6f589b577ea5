"""Starting and ending the window.

The order is a story: the home is made sure of; the window's frame is painted; the listener's process starts, so that
it gets ready while the panels are put in; then come the event loop of asyncio, the stores and everything that loads
the HTTP client. Ending goes the other way: drafts are kept, the listener finishes what is under way, the stores
close, the loop ends.
"""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox

import workbench
from workbench.model.errors import WorkbenchError
from workbench.storage.paths import Paths
from workbench.storage.settings import load_settings
from workbench.ui.crash_reporting import CrashReporting, DiscreetFormatter
from workbench.ui.fonts import FontChoice
from workbench.ui.icons import application_icon
from workbench.ui.main_window import MainWindow
from workbench.ui.theme import Appearance

if TYPE_CHECKING:
    from workbench.ui.desktop.instance import InstanceServer

log = logging.getLogger(__name__)

Watch = Callable[[QApplication, MainWindow], None]


def main(words: list[str], watch: Watch | None = None, *, port: int | None = None) -> int:
    """Open the window and return when it was closed. `watch` is called once it is shown, for measurements."""
    os.environ.setdefault("QT_API", "pyside6")
    arguments = _arguments(words)
    paths = Paths.of_home(arguments.home)
    application = _application()
    try:
        paths.ensure()
    except WorkbenchError as error:
        return _refuse(application, error)
    files = [os.path.abspath(file) for file in arguments.files]
    lock = _window_lock(paths)
    if lock is False:
        return _join_first(application, paths, files)
    settings, problems = load_settings(paths.settings)
    fonts = FontChoice(settings.text_font, settings.code_font, settings.text_size)
    reporting = CrashReporting(paths)
    appearance = Appearance(application, settings.appearance, fonts)
    window = MainWindow(paths, settings, appearance)
    reporting.reported.connect(window.crashed)
    appearance.dress()
    program = _Program(application, window, arguments.port if port is None else port, problems)
    program.home, program.files = arguments.home, files
    window.first_painted.connect(program.begin_soon)
    window.show()
    if watch is not None:
        watch(application, window)
    try:
        return application.exec() or program.exit_code
    finally:
        reporting.close()
        if lock:
            lock.close()


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="workbench gui", description="Open the window.")
    parser.add_argument("--home", metavar="DIR", help="keep everything in this folder")
    parser.add_argument("--port", type=int, help="listen on this port")
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="files to import, as if they were dropped on the window"
    )
    return parser.parse_args(words)


def _application() -> QApplication:
    # By its argument and not by `setStyle`, whose overloads make Python build QStyle's many enumerations: 12 ms.
    application = QApplication([*sys.argv[:1], "-style", "Fusion"])
    application.setApplicationName("Webhook Workbench")
    application.setApplicationVersion(workbench.__version__)
    application.setDesktopFileName("webhook-workbench")
    QGuiApplication.setWindowIcon(application_icon())
    # The window's closing starts the end; the end itself comes when everything is kept.
    application.setQuitOnLastWindowClosed(False)
    return application


def _window_lock(paths: Paths) -> "IO[bytes] | Literal[False] | None":
    """Return the lock of this home's window, False where another window has it, None where there can be none."""
    from workbench.storage.file_lock import lock_file

    try:
        return lock_file(paths.window_lock) or False
    except OSError:
        return None


def _join_first(application: QApplication, paths: Paths, files: list[str]) -> int:
    """Bring this home's window to the front instead of opening a second one."""
    from workbench.ui.desktop.instance import hand_over

    try:
        hand_over(paths, files)
    except WorkbenchError as error:
        return _refuse(application, error)
    return 0


def _refuse(application: QApplication, error: WorkbenchError) -> int:
    """Say why nothing can be opened; the message is the only window there will be."""
    print(f"workbench: {error.message}", file=sys.stderr)
    box = QMessageBox(QMessageBox.Icon.Critical, "Webhook Workbench", error.message)
    box.setInformativeText(error.hint or "")
    box.finished.connect(application.quit)
    box.open()
    application.exec()
    return error.exit_code


def _log_to(paths: Paths) -> None:
    from logging.handlers import RotatingFileHandler

    handler = RotatingFileHandler(paths.log, maxBytes=1_000_000, backupCount=1, encoding="utf-8", delay=True)
    handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)


class _Program:
    """What lives behind the window, from the first paint to the end."""

    def __init__(
        self,
        application: QApplication,
        window: MainWindow,
        port: int | None,
        problems: list[str],
    ) -> None:
        self._application = application
        self._window = window
        self._port = port
        self._problems = problems
        self._loop: Any = None
        self._instance: InstanceServer | None = None
        self.exit_code = 0
        self.home: str | None = None
        """The home as it was named, None for the usual one."""
        self.files: list[str] = []
        """Files to open once the window works."""

    def begin_soon(self) -> None:
        """Go on once the first paint is on the screen."""
        QTimer.singleShot(0, self._begin)

    def _begin(self) -> None:
        import gc

        _log_to(self._window.paths)
        self._window.listener.start(self._port)
        self._window.furnish()
        from workbench.ui.jobs import Jobs
        from workbench.ui.loop import WorkbenchLoop

        self._loop = WorkbenchLoop(self._application, already_running=True)
        self._loop.set_exception_handler(_report)
        _quit_on_signals(self._window)
        self._hear_second_starts()
        self._jobs = Jobs(self._window, self._window.show_error)
        self._jobs.start(self._live(), "the program")
        # What lives as long as the program is not looked through again: a full collection would hold up a frame.
        gc.freeze()
        gc.enable()

    def _hear_second_starts(self) -> None:
        from workbench.ui.desktop.instance import InstanceServer

        self._instance = InstanceServer(self._window.paths, self._window)
        self._instance.wanted.connect(self._window.come_to_front)

    def _remember_home(self) -> None:
        from workbench.storage.paths import HOME_VARIABLE
        from workbench.storage.recent_homes import USUAL, remember_home

        named = self.home or os.environ.get(HOME_VARIABLE)
        remember_home(Paths.recent_homes(), str(self._window.paths.data) if named else USUAL)

    async def _live(self) -> None:
        """Own the program's life: everything opened here is closed here."""
        from workbench.engine.workbench import open_workbench
        from workbench.ui.dialogs import say_failure

        try:
            async with open_workbench(self._window.paths) as opened:
                for problem in self._problems:
                    self._window.show_warning(problem)
                self._remember_home()
                if self.files:
                    QTimer.singleShot(0, lambda: self._window.come_to_front(self.files))
                await self._window.live(opened)
        except WorkbenchError as error:
            log.error("%s", error.message)
            self.exit_code = error.exit_code
            await say_failure(self._window, error)
        except Exception as error:
            # A bug of ours: nothing works behind this window, so it ends, and says so.
            self.exit_code = 1
            log.error("the window had to end")
            sys.excepthook(type(error), error, error.__traceback__)
        finally:
            # The loop may only stop after this task has ended.
            QTimer.singleShot(0, self._end)

    def _end(self) -> None:
        self._window.hide()
        if self._instance is not None:
            self._instance.close()
        self._loop.shut()
        self._application.quit()


def _report(_loop: Any, context: dict[str, Any]) -> None:
    """Give what a task or callback raised to the one place for our own bugs."""
    error = context.get("exception")
    if error is None:
        log.error("%s", context.get("message"))
    else:
        sys.excepthook(type(error), error, error.__traceback__)


def _quit_on_signals(window: MainWindow) -> None:
    """Close the window on SIGINT and SIGTERM; a second one ends the program at once.

    Python runs its handlers between bytecodes, and Qt's loop runs none while nothing happens: the number is written
    to a socket as well, which wakes the loop. A timer that looked for it would wake an idle program for ever.
    """
    import socket

    from PySide6.QtCore import QSocketNotifier

    woken, waker = socket.socketpair()
    woken.setblocking(False)
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    notifier = QSocketNotifier(woken.fileno(), QSocketNotifier.Type.Read, window)
    notifier.activated.connect(lambda *_: woken.recv(64))

    def ask(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        QTimer.singleShot(0, window.close)

    def sleep() -> None:
        signal.set_wakeup_fd(-1)
        waker.close()

    window.destroyed.connect(sleep)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
