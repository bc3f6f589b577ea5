"""Fields that know `{{variables}}`: coloured, completed as one types, explained under the pointer."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex, QObject, QRect, QStringListModel, Qt
from PySide6.QtGui import QHelpEvent, QInputMethodEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QPlainTextEdit, QToolTip, QWidget

from workbench.ui.text_units import column, units
from workbench.ui.variable_words import open_placeholder
from workbench.ui.variables import Variables

_OF_THE_LIST = (
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Tab,
    Qt.Key.Key_Backtab,
    Qt.Key.Key_Escape,
)
_SHOWN = 10


class VariableCompletion(QObject):
    """The list under a field while a `{{` is open; `take` puts what was chosen into the field."""

    def __init__(self, field: QWidget, variables: Variables, take: Callable[[str], None]) -> None:
        super().__init__(field)
        self._variables = variables
        self._take = take
        self._entries: list[str] = []
        self._model = QStringListModel(self)
        self._completer = QCompleter(self._model, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setWidget(field)
        self._completer.setMaxVisibleItems(_SHOWN)
        self._popup = QListView(field)
        self._popup.setAccessibleName("Variables")
        self._popup.setObjectName("popup")
        self._popup.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._completer.setPopup(self._popup)
        self._completer.activated[QModelIndex].connect(self._on_activated)  # pyright: ignore[reportIndexIssue]

    def offer(self, text: str, position: int, place: QRect) -> None:
        """Show what fits where a placeholder is open at the position; hide the list where none is."""
        start = open_placeholder(text, position)
        found = [] if start is None else self._variables.words.completions(text[start:position])
        if not found:
            self._popup.hide()
            return
        self._entries = [insert for insert, _ in found]
        self._model.setStringList([f"{insert}   {word}".rstrip() for insert, word in found])
        place.setWidth(420)
        self._completer.complete(place)
        self._popup.setCurrentIndex(self._completer.completionModel().index(0, 0))

    def takes(self, event: QKeyEvent) -> bool:
        """Return whether a key belongs to the list and not to the field."""
        return self._popup.isVisible() and event.key() in _OF_THE_LIST

    def _on_activated(self, index: QModelIndex) -> None:
        if 0 <= index.row() < len(self._entries):
            self._take(self._entries[index.row()])


def completed(text: str, position: int, chosen: str) -> tuple[int, int, str]:
    """Return which part of the text a chosen name replaces, and by what: the closing braces come with it once."""
    start = open_placeholder(text, position)
    begin = position if start is None else start
    after = text[position:]
    closing = "" if after.lstrip(" ").startswith("}}") else "}}"
    return begin, position, chosen + closing


class VariableLine(QLineEdit):
    """A line of text with variables in it."""

    def __init__(self, variables: Variables | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._variables = variables
        self._completion: VariableCompletion | None = None
        self.textChanged.connect(lambda _: self._colour())
        if variables is not None:
            self._completion = VariableCompletion(self, variables, self._take)
            variables.changed.connect(self._colour)
            self.textEdited.connect(lambda _: self._offer())

    def _colour(self) -> None:
        """Colour the placeholders: a line edit takes formats by way of an input method that types nothing."""
        if self._variables is None:
            return
        text, cursor = self.text(), self.cursorPosition()
        attributes: list[QInputMethodEvent.Attribute] = []
        for mark in self._variables.words.marks(text):
            start, end = units(text, mark.start), units(text, mark.end)
            look = self._variables.text_format(mark.state)
            kind = QInputMethodEvent.AttributeType.TextFormat
            attributes.append(QInputMethodEvent.Attribute(kind, start - cursor, end - start, look))
        QCoreApplication.sendEvent(self, QInputMethodEvent("", attributes))

    def _offer(self) -> None:
        if self._completion is not None:
            text = self.text()
            place = self.cursorRect()
            place.setBottom(self.rect().bottom() + 2)
            self._completion.offer(text, column(text, self.cursorPosition()), place)

    def _take(self, chosen: str) -> None:
        text = self.text()
        begin, end, insert = completed(text, column(text, self.cursorPosition()), chosen)
        self.setSelection(units(text, begin), units(text, end) - units(text, begin))
        self.insert(insert)

    def insert_value(self, text: str) -> None:
        """Put text where the cursor is, as if it was typed."""
        self.insert(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._completion is not None and self._completion.takes(event):
            event.ignore()
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._variables is not None:
            position = column(self.text(), self.cursorPositionAt(event.pos()))
            explained = self._variables.words.explain(self.text(), position)
            if explained:
                QToolTip.showText(event.globalPos(), explained, self)
                return True
        return super().event(event)


class VariableText(QPlainTextEdit):
    """Text of many lines with variables in it; who colours it is the owner's to say."""

    def __init__(self, variables: Variables | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._variables = variables
        self._completion = VariableCompletion(self, variables, self._take) if variables is not None else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._completion is not None and self._completion.takes(event):
            event.ignore()
            return
        super().keyPressEvent(event)
        if self._completion is not None and event.text() and not self.isReadOnly():
            line, position = self._line()
            self._completion.offer(line, position, self.cursorRect())

    def _line(self) -> tuple[str, int]:
        cursor = self.textCursor()
        return cursor.block().text(), column(cursor.block().text(), cursor.positionInBlock())

    def _take(self, chosen: str) -> None:
        line, position = self._line()
        begin, end, insert = completed(line, position, chosen)
        cursor = self.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, end - begin)
        cursor.insertText(insert)
        self.setTextCursor(cursor)

    def insert_value(self, text: str) -> None:
        """Put text where the cursor is, as if it was typed."""
        self.insertPlainText(text)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._variables is not None:
            cursor = self.cursorForPosition(self.viewport().mapFrom(self, event.pos()))
            line = cursor.block().text()
            explained = self._variables.words.explain(line, column(line, cursor.positionInBlock()))
            if explained:
                QToolTip.showText(event.globalPos(), explained, self)
                return True
        return super().event(event)
