"""A page of labelled fields that scrolls where there is no room; what the forms of the composer are built on."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFormLayout, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

FIELD_WIDTH = 560
"""Wider fields are no easier to read."""


class FormPage(QScrollArea):
    """A column of rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.page = QWidget(self)
        self.page.setObjectName("page")
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(14)
        self.form.setVerticalSpacing(8)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.column = QVBoxLayout(self.page)
        self.column.setContentsMargins(14, 12, 14, 12)
        self.column.setSpacing(10)
        self.column.addLayout(self.form)
        self.column.addStretch()
        self.setWidget(self.page)

    def add_row(self, title: str, widget: QWidget) -> None:
        """Add a labelled field; the label is the field's name for screen readers too."""
        label = QLabel(title, self.page)
        label.setBuddy(widget)
        widget.setMaximumWidth(FIELD_WIDTH)
        if not widget.accessibleName():
            widget.setAccessibleName(title)
        self.form.addRow(label, widget)

    def note(self, words: str = "") -> QLabel:
        """Return a new muted sentence below the fields."""
        label = QLabel(words, self.page)
        label.setObjectName("muted")
        label.setWordWrap(True)
        self.column.insertWidget(self.column.count() - 1, label)
        return label


def choose(box: QComboBox, value: str) -> None:
    """Choose a value by its data; one that is not offered is added, so that it is kept."""
    position = box.findData(value)
    if position < 0:
        box.addItem(value, value)
        position = box.count() - 1
    box.setCurrentIndex(position)
