"""What is dragged onto the window: files and folders are imported, a command or an address becomes a request."""

from typing import TYPE_CHECKING

from workbench.ui.composer.request_bar import looks_like_command

if TYPE_CHECKING:
    from workbench.ui.composing_work import ComposingWork
    from workbench.ui.main_window import MainWindow


class DroppingWork:
    """Takes text; files go to the import, which says what it found before it writes anything."""

    def __init__(self, window: "MainWindow", composing: "ComposingWork") -> None:
        self._window = window
        self._composing = composing
        window.text_dropped.connect(self._on_text)
        window.files_dropped.connect(self._on_files)

    def _on_text(self, text: str) -> None:
        if looks_like_command(text):
            self._composing.open_command(text)
        elif _is_address(text):
            self._composing.open_address(text.strip())
        else:
            self._window.show_warning("What was dropped is neither a command, such as curl, nor an address.")

    def _on_files(self, paths: list[str]) -> None:
        if len(paths) > 1:
            self._window.show_info("Imports go one by one: this is the first of what was dropped.")


def _is_address(text: str) -> bool:
    words = text.split()
    return len(words) == 1 and words[0].startswith(("http://", "https://"))
