"""Export: for which program, and what that program will not have."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.formats.interchange.exported import Exported, Options
from workbench.ui.collections.losses_table import LossesTable
from workbench.ui.dialogs import mark
from workbench.ui.words import size_words

_FORMAT = int(Qt.ItemDataRole.UserRole)
OF_ENVIRONMENT = "postman-environment"


class ExportDialog(QDialog):
    """Lets a person choose a format; `preview_wanted` comes whenever another export is to be looked at."""

    preview_wanted = Signal()

    def __init__(
        self, name: str, formats: Mapping[str, str], environments: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Export {name}")
        self.resize(720, 520)
        self.exported: Exported | None = None
        self.list = QListWidget(self)
        self.list.setAccessibleName("Format")
        for format_name, words in formats.items():
            if format_name != OF_ENVIRONMENT or environments:
                item = QListWidgetItem(words[:1].upper() + words[1:], self.list)
                item.setData(_FORMAT, format_name)
        self.list.currentRowChanged.connect(lambda _: self._on_choice())
        self.list.setMaximumHeight(7 * (self.fontMetrics().height() + 12))
        self.environment = QComboBox(self)
        self.environment.addItems(list(environments))
        self.environment.setAccessibleName("Environment to export")
        self.environment.setToolTip("Whose values are written")
        self.environment.currentIndexChanged.connect(lambda _: self._on_choice())
        self.with_secrets = QCheckBox("With passwords and tokens that stand in requests", self)
        self.with_secrets.setToolTip("Whoever gets the file can read them; values of secret variables never go out")
        self.with_secrets.toggled.connect(lambda _: self._on_choice())
        self.facts = QLabel(self)
        self.facts.setTextFormat(Qt.TextFormat.PlainText)
        self.facts.setObjectName("heading")
        self.losses = LossesTable(self)
        self.trouble = QLabel(self)
        self.trouble.setTextFormat(Qt.TextFormat.PlainText)
        self.trouble.setObjectName("bad")
        self.trouble.setWordWrap(True)
        self.trouble.hide()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel, self
        )
        save = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        save.setText("Save as…")
        save.setToolTip("Choose where the file is written")
        mark(save, "primary")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        options = QHBoxLayout()
        options.addWidget(self.with_secrets)
        options.addStretch()
        options.addWidget(self.environment)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(self.list)
        layout.addLayout(options)
        layout.addWidget(self.facts)
        layout.addWidget(self.losses, 1)
        layout.addWidget(self.trouble)
        layout.addWidget(self.buttons)
        self.list.setCurrentRow(0)
        self._on_choice()

    @property
    def format_name(self) -> str:
        """The chosen format's name."""
        item = self.list.currentItem()
        return item.data(_FORMAT) if item is not None else ""

    @property
    def options(self) -> Options:
        """What was chosen beside the format."""
        return Options(with_secrets=self.with_secrets.isChecked(), environment=self.environment.currentText())

    def show_exported(self, exported: Exported) -> None:
        """Show what an export would be, and all that it would lack."""
        self.exported = exported
        count = len(exported.losses)
        lost = f"not carried over, or different: {count}" if count else "nothing is lost"
        self.facts.setText(f"{size_words(len(exported.content))}; {lost}")
        self.losses.show_losses(exported.losses)
        self._show(trouble="")

    def show_problem(self, text: str) -> None:
        """Say why this cannot be exported so."""
        self.exported = None
        self.losses.show_losses(())
        self.facts.setText("")
        self._show(trouble=text)

    def _show(self, trouble: str) -> None:
        self.trouble.setText(trouble)
        self.trouble.setVisible(bool(trouble))
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(self.exported is not None)

    def _on_choice(self) -> None:
        self.environment.setVisible(self.format_name == OF_ENVIRONMENT)
        self.exported = None
        self._show(trouble="")
        self.preview_wanted.emit()
