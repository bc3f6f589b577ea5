"""A body with its views: a bar to choose one, to copy and to save, and below it the text, table or picture.

Reading and formatting happen off the window's thread from `THREAD_LIMIT_BYTES` on; a small body is there at once, and
of a large one its beginning. Making JSON readable still holds Python's lock for some 3 ms a megabyte.
"""

import asyncio
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.formats.body import BodyView, View, view
from workbench.formats.kind import Kind
from workbench.model.clock import SystemClock
from workbench.model.message import Body
from workbench.ui.icons import icon
from workbench.ui.json_tree_view import JsonTreeView
from workbench.ui.rows_table_view import RowsTableView
from workbench.ui.theme import Appearance
from workbench.ui.widgets.code_view import CodeView
from workbench.ui.widgets.find_bar import FindBar
from workbench.ui.widgets.key_value_table import KeyValueTable
from workbench.ui.widgets.lines import HexLines, TextLines
from workbench.ui.widgets.long_text import ElidedLabel
from workbench.ui.widgets.syntax_colours import DARK, LIGHT
from workbench.ui.words import size_words

SHOWN_LIMIT_BYTES = 128 * 1024 * 1024
FIRST_LOOK_BYTES = 1024 * 1024
THREAD_LIMIT_BYTES = 256 * 1024
COPY_LIMIT_BYTES = 16 * 1024 * 1024


class BodyPane(QWidget):
    """Shows one body."""

    save_wanted = Signal(object)
    """The Body to write to a file."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._body = Body()
        self._type, self._encoding = "", ""
        self._shown = 0
        self._language: str | None = None
        self._build()
        self._on_theme()
        appearance.changed.connect(self._on_theme)

    def _build(self) -> None:
        self.views = QComboBox(self)
        self.views.setAccessibleName("View of the body")
        self.views.setToolTip("How the body is shown")
        self.views.activated.connect(self._on_view)
        self.facts = ElidedLabel(self)
        self.facts.setObjectName("muted")
        self.problem = ElidedLabel(self)
        self.problem.setObjectName("bad")
        self.problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = QWidget(self)
        bar = QHBoxLayout(self.bar)
        bar.setContentsMargins(12, 6, 8, 6)
        bar.setSpacing(10)
        bar.addWidget(self.views)
        bar.addWidget(self.facts)
        bar.addWidget(self.problem)
        bar.addStretch()
        bar.addWidget(self._button("search", "Find in the body (Ctrl+F while it has the focus)", self._find))
        bar.addWidget(self._button("copy", "Copy the body as it was received", self.copy))
        bar.addWidget(self._button("download", "Save exactly the body's bytes", self._save))
        self.code = CodeView(self)
        self.code.setAccessibleName("Body")
        self.find_bar = FindBar(self.code, self)
        self.table = KeyValueTable("Fields of the body", self)
        self.picture = QLabel(self)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setAccessibleName("Picture")
        scroller = QScrollArea(self)
        scroller.setWidget(self.picture)
        scroller.setWidgetResizable(True)
        scroller.setFrameShape(QScrollArea.Shape.NoFrame)
        self.tree = JsonTreeView(self)
        self.tree.save_wanted.connect(self.save_wanted)
        self.tree.refused.connect(self.problem.setText)
        self.rows = RowsTableView(self)
        self.stack = QStackedWidget(self)
        for widget in (self.code, self.table, scroller, self.tree, self.rows):
            self.stack.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self.stack, 1)
        layout.addWidget(self.find_bar)

    def _button(self, picture: str, tip: str, slot) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(picture))
        button.setIconSize(QSize(16, 16))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(slot)
        return button

    @property
    def code_language(self) -> str | None:
        """The language of what is shown as text; None for none."""
        return self._language

    async def show_body(self, body: Body, content_type: str, content_encoding: str) -> None:
        """Show another body, in the view that suits it."""
        self._body, self._type, self._encoding = body, content_type, content_encoding
        await self._show(None)

    def clear(self, message: str = "") -> None:
        """Show nothing but a message."""
        self._shown += 1
        self._body = Body()
        self._fill(view(b"", ""), message)

    async def _show(self, wanted: View | None) -> None:
        self._shown += 1
        mine = self._shown
        body, kind, encoding = self._body, self._type, self._encoding
        make = partial(_view_of, body, kind, encoding, wanted)
        if body.size > FIRST_LOOK_BYTES:
            await self._show_first_look(mine)
        try:
            seen = await asyncio.to_thread(make) if body.size > THREAD_LIMIT_BYTES else make()
        except FileNotFoundError:
            self.clear("The body is no longer stored.")
            return
        if mine == self._shown:
            self._fill(seen, "")

    async def _show_first_look(self, mine: int) -> None:
        """Show the beginning of a large body at once, as it came, while the rest is read and made readable."""
        try:
            beginning = Body(self._body.read(FIRST_LOOK_BYTES))
        except FileNotFoundError:
            return
        look = partial(_view_of, beginning, self._type, self._encoding, View.SOURCE)
        seen = await asyncio.to_thread(look)
        if mine == self._shown and seen.view is View.SOURCE:
            self._fill(seen, "")
            self.problem.setText("The beginning; the rest is being read…")

    def _fill(self, seen: BodyView, message: str) -> None:
        self._language = seen.language
        self.views.blockSignals(True)
        self.views.clear()
        self.views.addItems([each.value for each in seen.views])
        self.views.setCurrentText(seen.view.value)
        self.views.blockSignals(False)
        self.bar.setVisible(seen.kind is not Kind.EMPTY)
        self.facts.setText(self._facts(seen))
        self.problem.setText(seen.problem)
        self.code.set_placeholder(message or "No body")
        self.tree.show_json(seen.text if seen.view is View.TREE else b"")
        if seen.view is View.FORM:
            self.table.set_pairs((field.name, field.value) for field in seen.fields)
            self.stack.setCurrentIndex(1)
        elif seen.view is View.PARTS:
            self.table.set_pairs(_part_row(part) for part in seen.parts)
            self.stack.setCurrentIndex(1)
        elif seen.view is View.IMAGE:
            self._show_picture(seen)
        elif seen.view is View.TREE:
            self.stack.setCurrentWidget(self.tree)
        elif seen.view is View.TABLE:
            self.rows.show_rows(seen.table)
            self.stack.setCurrentWidget(self.rows)
        else:
            lines = HexLines(seen.text) if seen.view is View.HEX else TextLines(seen.text)
            self.code.set_content(lines, seen.language)
            self.stack.setCurrentIndex(0)

    def _facts(self, seen: BodyView) -> str:
        if seen.kind is Kind.EMPTY:
            return ""
        words = size_words(self._body.size)
        if seen.decoded.applied:
            words = f"{size_words(len(seen.decoded.content))} from {words} {' + '.join(seen.decoded.applied)}"
        if self._body.size > SHOWN_LIMIT_BYTES:
            words += f", the first {SHOWN_LIMIT_BYTES // 1024 // 1024} MiB shown"
        return words

    def _show_picture(self, seen: BodyView) -> None:
        picture = QPixmap()
        if picture.loadFromData(seen.text):
            if picture.width() > 1600 or picture.height() > 1600:
                keep = Qt.AspectRatioMode.KeepAspectRatio
                picture = picture.scaled(1600, 1600, keep, Qt.TransformationMode.SmoothTransformation)
            self.picture.setPixmap(picture)
        else:
            self.picture.setText("This picture cannot be shown.")
        self.stack.setCurrentIndex(2)

    def _on_view(self) -> None:
        from workbench.ui.jobs import Jobs

        wanted = View(self.views.currentText())
        self._jobs = getattr(self, "_jobs", None) or Jobs(self, lambda error: self.problem.setText(error.message))
        self._jobs.start(self._show(wanted), "show the body in another way")

    def copy(self) -> None:
        """Copy the body as text, as received; a large one is to be saved instead."""
        if self._body.size > COPY_LIMIT_BYTES:
            self.problem.setText("Too large for the clipboard: save it instead.")
            return
        QGuiApplication.clipboard().setText(self._body.read().decode("utf-8", "replace"))

    def _save(self) -> None:
        self.save_wanted.emit(self._body)

    def _find(self) -> None:
        self.stack.setCurrentIndex(0)
        self.find_bar.open()

    def _on_theme(self) -> None:
        self.code.set_colours(DARK if self._appearance.theme.is_dark else LIGHT)


def _view_of(body: Body, content_type: str, encoding: str, wanted: View | None) -> BodyView:
    return view(body.read(SHOWN_LIMIT_BYTES), content_type, encoding, wanted, SystemClock().now_us())


def _part_row(part) -> tuple[str, str]:
    name = part.name or "(no name)"
    if part.filename:
        return name, f"{part.filename}  ({part.content_type}, {size_words(len(part.content))})"
    return name, part.content[:2000].decode("utf-8", "replace")
