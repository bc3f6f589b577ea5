"""The parts of a multipart body: a list, and of the chosen one its headers and its body in a view of its own."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from workbench.formats.multipart import Part
from workbench.model.message import Body
from workbench.ui.jobs import Jobs
from workbench.ui.theme import Appearance
from workbench.ui.widgets.key_value_table import KeyValueTable
from workbench.ui.words import size_words


class PartsPane(QSplitter):
    """Shows parts. A part may have parts itself: its body is shown by a `BodyPane` as any other."""

    def __init__(self, appearance: Appearance, jobs: Jobs, parent: QWidget | None = None) -> None:
        from workbench.ui.body_pane import BodyPane  # Which makes this pane where it has parts to show.

        super().__init__(Qt.Orientation.Vertical, parent)
        self._jobs = jobs
        self._parts: Sequence[Part] = ()
        self.list = KeyValueTable("Parts of the body", self)
        self.list.currentCellChanged.connect(lambda row, *_: self._on_chosen(row))
        self.headers = KeyValueTable("Headers of the part", self)
        self.body = BodyPane(appearance, self)
        for widget in (self.list, self.headers, self.body):
            self.addWidget(widget)
        self.setSizes([160, 110, 400])

    def set_parts(self, parts: Sequence[Part]) -> None:
        """Show other parts, the first one chosen."""
        self._parts = ()
        self.list.set_pairs(_described(part) for part in parts)
        self._parts = parts
        if not parts:
            self.headers.set_pairs([])
            self.body.clear()
        self.list.setCurrentCell(0, 0)
        self._on_chosen(0)

    def _on_chosen(self, row: int) -> None:
        if not 0 <= row < len(self._parts):
            return
        part = self._parts[row]
        self.headers.set_pairs(part.headers)
        self._jobs.start(self.body.show_body(Body(part.content), part.content_type, _encoding(part)), "show a part")


def _encoding(part: Part) -> str:
    return next((value for name, value in part.headers if name.lower() == "content-encoding"), "")


def _described(part: Part) -> tuple[str, str]:
    file = f"{part.filename}  " if part.filename else ""
    return part.name or "(no name)", f"{file}({part.content_type}, {size_words(len(part.content))})"
