"""The bar under a payload to find words in it: Enter for the next match, Shift+Enter for the one before."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from workbench.ui.widgets.code_view import CodeView
from workbench.ui.widgets.searching import FindResult

_LONGEST_PRESET = 200


class FindBar(QWidget):
    """Belongs under its view. Hidden until the view asks for it (Ctrl+F); Escape closes it and returns the focus."""

    def __init__(self, view: CodeView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._words = QLineEdit(self)
        self._words.setPlaceholderText(self.tr("Find in payload"))
        self._words.setClearButtonEnabled(True)
        self._words.setAccessibleName(self.tr("Find"))
        self._words.installEventFilter(self)
        self._case = self._button("Aa", self.tr("Match case"))
        self._case.setCheckable(True)
        self._pattern = self._button(".*", self.tr("Regular expression"))
        self._pattern.setCheckable(True)
        self._count = QLabel(self)
        self._count.setTextFormat(Qt.TextFormat.PlainText)
        self._count.setMinimumWidth(self.fontMetrics().horizontalAdvance("0000 of 0000"))
        self._previous = self._button("↑", self.tr("Previous match (Shift+Enter)"))
        self._next = self._button("↓", self.tr("Next match (Enter)"))
        self._close = self._button("✕", self.tr("Close (Esc)"))
        self._lay_out()
        self._connect()
        self.hide()

    def open(self) -> None:
        """Show the bar with the selected words in it, ready to type."""
        selected = self._view.selected_bytes()[: _LONGEST_PRESET + 1]
        if selected and len(selected) <= _LONGEST_PRESET and b"\n" not in selected:
            self._words.setText(selected.decode("utf-8", "replace"))
        self.show()
        self._words.selectAll()
        self._words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._seek()

    def close_bar(self) -> None:
        """Hide the bar and its marks; the match stays selected in the view."""
        self.hide()
        self._view.clear_find()
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    def find_next(self) -> None:
        self._find(backwards=False)

    def find_previous(self) -> None:
        self._find(backwards=True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._find(backwards=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            return True
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(4)
        row.addWidget(self._words, 1)
        for widget in (self._case, self._pattern, self._count, self._previous, self._next, self._close):
            row.addWidget(widget)

    def _connect(self) -> None:
        self._view.find_requested.connect(self.open)
        self._view.found.connect(self._show_result)
        self._view.content_changed.connect(self._seek)
        self._words.textChanged.connect(self._seek)
        self._case.toggled.connect(self._seek)
        self._pattern.toggled.connect(self._seek)
        self._next.clicked.connect(self.find_next)
        self._previous.clicked.connect(self.find_previous)
        self._close.clicked.connect(self.close_bar)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.close_bar)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _button(self, sign: str, words: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(sign)
        button.setToolTip(words)
        button.setAutoRaise(True)
        button.setAccessibleName(words)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _seek(self) -> None:
        """Find as one types."""
        if not self.isHidden():
            self._view.clear_find()
            self._find(backwards=False)

    def _find(self, *, backwards: bool) -> None:
        words, case, pattern = self._words.text(), self._case.isChecked(), self._pattern.isChecked()
        self._show_result(self._view.find(words, backwards, case, pattern))

    def _show_result(self, result: FindResult) -> None:
        self._count.setText(self._words_for(result) if self._words.text() else "")
        self._count.setToolTip(result.problem)

    def _words_for(self, result: FindResult) -> str:
        if result.problem:
            return self.tr("no pattern")
        if result.count is None:
            return self.tr("searching…")
        if not result.count:
            return self.tr("no match")
        return self.tr("{index} of {count}").format(index=f"{result.index:,}", count=f"{result.count:,}")
