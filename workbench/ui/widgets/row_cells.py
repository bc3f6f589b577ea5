"""The cells of a `RowTable`: how one is painted and edited. Variables are coloured, hidden values masked."""

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QStringListModel,
    Qt,
)
from PySide6.QtGui import QHelpEvent, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QCompleter,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from workbench.ui.text_units import units
from workbench.ui.variable_line import VariableLine
from workbench.ui.variable_words import MASK
from workbench.ui.variables import Variables

if TYPE_CHECKING:
    from workbench.ui.widgets.row_table import RowTable

Index = QModelIndex | QPersistentModelIndex
_PAINTED_CHARACTERS = 600


class CellDelegate(QStyledItemDelegate):
    """Paints and edits the cells of one table."""

    def __init__(self, table: "RowTable", variables: Variables | None = None) -> None:
        super().__init__(table)
        self._table = table
        self._variables = variables
        if variables is not None:
            variables.changed.connect(table.viewport().update)

    # Painting

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        text = option.text  # pyright: ignore[reportAttributeAccessIssue]
        if self._is_masked(index) and text:
            option.text = MASK  # pyright: ignore[reportAttributeAccessIssue]

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        text = str(index.data() or "")[:_PAINTED_CHARACTERS]
        words = "" if text else self._table.empty_words(index)
        marks = self._variables.words.marks(text) if self._variables is not None and "{{" in text else []
        if not words and (not marks or self._is_masked(index)):
            super().paint(painter, option, index)
            return
        style = self._table.style()
        dressed = QStyleOptionViewItem(option)
        self.initStyleOption(dressed, index)
        dressed.text = ""  # pyright: ignore[reportAttributeAccessIssue]
        element = QStyle.SubElement.SE_ItemViewItemText
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, dressed, painter, self._table)
        dressed.text = text or words  # pyright: ignore[reportAttributeAccessIssue]
        place = style.subElementRect(element, dressed, self._table).adjusted(3, 0, -3, 0)
        painter.save()
        painter.setClipRect(place)
        painter.setPen(
            self._table.palette().placeholderText().color() if words else self._table.palette().text().color()
        )
        layout = QTextLayout(text or words, dressed.font)  # pyright: ignore[reportAttributeAccessIssue]
        no_wrap = QTextOption()
        no_wrap.setWrapMode(QTextOption.WrapMode.NoWrap)
        layout.setTextOption(no_wrap)
        layout.setFormats([self._range(text, mark) for mark in marks])
        layout.beginLayout()
        line = layout.createLine()
        layout.endLayout()
        top = place.top() + (place.height() - line.height()) / 2
        layout.draw(painter, QPointF(place.left(), top))
        painter.restore()

    def _range(self, text: str, mark) -> QTextLayout.FormatRange:
        assert self._variables is not None
        made = QTextLayout.FormatRange()
        made.start = units(text, mark.start)  # pyright: ignore[reportAttributeAccessIssue]
        made.length = units(text, mark.end) - made.start  # pyright: ignore[reportAttributeAccessIssue]
        made.format = self._variables.text_format(mark.state)  # pyright: ignore[reportAttributeAccessIssue]
        return made

    def _is_masked(self, index: Index) -> bool:
        return self._table.is_masked(index.column(), self._table.row_at(index.row()))

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        if event.type() != QEvent.Type.ToolTip or self._is_masked(index):
            return super().helpEvent(event, view, option, index)
        text = str(index.data() or "")
        explained: list[str] = []
        if self._variables is not None:
            words = self._variables.words
            explained = [words.explain(text, mark.start) for mark in words.marks(text)[:6]]
        elif len(text) > 40:
            explained = [text[:2000]]
        QToolTip.showText(event.globalPos(), "\n\n".join(explained), view)
        return True

    # Editing

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        choices = self._table.columns[index.column()].choices
        if choices:
            return self._chooser(parent, choices)
        editor = VariableLine(self._variables, parent)
        editor.setFrame(False)
        if self._is_masked(index):
            editor.setEchoMode(QLineEdit.EchoMode.Password)
        offered = self._table.completions(index.column(), self._table.row_at(index.row()))
        if offered:
            completer = QCompleter(QStringListModel(list(offered), editor), editor)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            editor.setCompleter(completer)
        return editor

    def _chooser(self, parent: QWidget, choices: tuple[str, ...]) -> QComboBox:
        box = QComboBox(parent)
        box.addItems(choices)
        box.activated.connect(lambda _: self._chosen(box))
        return box

    def _chosen(self, box: QComboBox) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        text = str(index.data(Qt.ItemDataRole.EditRole) or "")
        if isinstance(editor, QComboBox):
            if text and editor.findText(text) < 0:
                editor.addItem(text)  # What we do not know is kept as it was written.
            editor.setCurrentIndex(max(0, editor.findText(text)))
        elif isinstance(editor, QLineEdit):
            editor.setText(text)

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        text = editor.currentText() if isinstance(editor, QComboBox) else ""
        if isinstance(editor, QLineEdit):
            text = editor.text()
        model.setData(index, text)
