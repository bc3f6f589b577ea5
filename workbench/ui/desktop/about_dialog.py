"""About the program: version, folders, and the licences of everything that it is made of."""

import platform
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, qVersion
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QSplitter,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

import workbench
from workbench.storage.paths import Paths
from workbench.ui.fonts import code_font
from workbench.ui.icons import application_icon

if TYPE_CHECKING:
    from workbench.ui.licences import Licensed

_PLACE = int(Qt.ItemDataRole.UserRole)
QT_NOTE = (
    "The window is made with Qt and PySide6 (Qt for Python), used under the GNU Lesser General Public License,"
    " version 3. They are separate libraries that you may replace by versions of your own: in a bundle they lie as"
    " files beside the program, elsewhere pip installs them. Their source is at download.qt.io, for exactly the"
    " versions above. Nothing forbids studying or changing them for your own use, or debugging such changes."
)


class AboutDialog(QDialog):
    """Shows what this is; the licences come when they are read."""

    copy_wanted = Signal(str)

    def __init__(self, paths: Paths, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Webhook Workbench")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._packages: Sequence[Licensed] = ()
        self._facts = _facts(paths)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("About")
        self.tabs.addTab(self._about_page(), "This program")
        self.tabs.addTab(self._licences_page(), "Licences")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.setToolTip("Copy versions and folders, for a report")
        copy.clicked.connect(
            lambda: self.copy_wanted.emit("\n".join(f"{name}: {value}" for name, value in self._facts))
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 14)
        layout.setSpacing(12)
        layout.addLayout(self._head())
        layout.addWidget(self.tabs, 1)
        layout.addWidget(buttons)
        self.resize(720, 540)

    def _head(self) -> QHBoxLayout:
        picture = QLabel(self)
        pixmap: QPixmap = application_icon().pixmap(56, 56)
        picture.setPixmap(pixmap)
        name = QLabel(f"Webhook Workbench {workbench.__version__}", self)
        name.setObjectName("empty-title")
        said = QLabel("Catch, read, compose, sign, send and replay webhooks.", self)
        said.setObjectName("muted")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch()
        words.addWidget(name)
        words.addWidget(said)
        words.addStretch()
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(picture)
        head.addLayout(words, 1)
        return head

    def _about_page(self) -> QWidget:
        page = QWidget(self)
        form = QFormLayout(page)
        form.setContentsMargins(0, 14, 0, 0)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setHorizontalSpacing(20)
        for name, value in self._facts:
            label = QLabel(value, page)
            label.setWordWrap(True)
            label.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            label.setAccessibleName(f"{name}: {value}")
            form.addRow(name, label)
        note = QLabel(
            "Nothing leaves this machine but what you send. No account, no telemetry, no updates unasked.", page
        )
        note.setWordWrap(True)
        form.addRow(note)
        return page

    def _licences_page(self) -> QWidget:
        page = QWidget(self)
        note = QLabel(QT_NOTE, page)
        note.setWordWrap(True)
        self.list = QTreeWidget(page)
        self.list.setRootIsDecorated(False)
        self.list.setHeaderLabels(["Package", "Version", "Licence"])
        self.list.setAccessibleName("Packages and their licences")
        self.list.currentItemChanged.connect(lambda item, _: self._show_text(item))
        self.text = QPlainTextEdit(page)
        self.text.setReadOnly(True)
        self.text.setFont(code_font())
        self.text.setAccessibleName("Text of the licence")
        both = QSplitter(Qt.Orientation.Vertical, page)
        both.addWidget(self.list)
        both.addWidget(self.text)
        both.setChildrenCollapsible(False)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.addWidget(note)
        layout.addWidget(both, 1)
        return page

    def show_licences(self, packages: "Sequence[Licensed]") -> None:
        """Show what the program is made of."""
        self._packages = packages
        for place, each in enumerate(packages):
            item = QTreeWidgetItem(self.list, [each.name, each.version, each.licence])
            item.setData(0, _PLACE, place)
        for column in range(2):
            self.list.resizeColumnToContents(column)
        self.list.setCurrentIndex(self.list.model().index(0, 0))

    def _show_text(self, item: QTreeWidgetItem | None) -> None:
        if item is None:
            return
        each = self._packages[item.data(0, _PLACE)]
        texts = each.texts or ("No text came with this package; its page has it.",)
        self.text.setPlainText("\n\n".join(filter(None, (each.home, *texts))))


def _facts(paths: Paths) -> list[tuple[str, str]]:
    import PySide6

    return [
        ("Version", workbench.__version__),
        ("Python", platform.python_version()),
        ("PySide6 and Qt", f"{PySide6.__version__}, Qt {qVersion()}"),
        ("System", platform.platform()),
        ("Captures", str(paths.captures)),
        ("History and drafts", str(paths.history)),
        ("Collections", str(paths.workspace)),
        ("Settings", str(paths.settings)),
        ("Log", str(paths.log)),
    ]
