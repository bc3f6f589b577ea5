"""Says something on the desktop: by the tray where there is one, else by the desktop's own `notify-send`.

Only what may be seen over a shoulder: names and numbers, nothing of what was caught.
"""

import shutil

from PySide6.QtCore import QObject, QProcess, QTimer, Signal
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

SHOWN_MS = 8_000


class Notifier(QObject):
    """The program's icon in the tray, if it is wanted, and its notifications."""

    clicked = Signal()
    """A notification, or the icon itself."""

    def __init__(self, icon: QIcon, actions: list[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = icon
        self._actions = actions
        self._tray: QSystemTrayIcon | None = None
        self._menu: QMenu | None = None
        self._wanted = False
        self._tip = ""
        self._hide_later = QTimer(self, singleShot=True, interval=SHOWN_MS + 2_000)
        self._hide_later.timeout.connect(self._hide_unwanted)

    def set_wanted(self, wanted: bool) -> None:
        """Show the icon in the tray, or show it no more; nothing happens where the system has none."""
        self._wanted = wanted
        if wanted and QSystemTrayIcon.isSystemTrayAvailable():
            self._icon_there().show()
        else:
            self._hide_unwanted()

    @property
    def is_shown(self) -> bool:
        """True while the icon is in the tray."""
        return self._tray is not None and self._tray.isVisible()

    def set_tip(self, text: str) -> None:
        """Say this where the pointer rests on the icon."""
        self._tip = text
        if self._tray is not None:
            self._tray.setToolTip(text)

    def tell(self, title: str, text: str) -> bool:
        """Show a notification; False where this system has no way to."""
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            tray = self._icon_there()
            tray.show()
            tray.showMessage(title, text, self._icon, SHOWN_MS)
            self._hide_later.start()
            return True
        program = shutil.which("notify-send")
        words = ["--app-name=Webhook Workbench", "--icon=webhook-workbench", "--", title, text]
        return bool(program and QProcess.startDetached(program, words)[0])

    def _icon_there(self) -> QSystemTrayIcon:
        if self._tray is None:
            self._tray = tray = QSystemTrayIcon(self._icon, self)
            self._menu = menu = QMenu()
            menu.addActions(self._actions)
            tray.setContextMenu(menu)
            tray.setToolTip(self._tip)
            tray.activated.connect(self._on_activated)
            tray.messageClicked.connect(self.clicked)
        return self._tray

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Context:
            self.clicked.emit()

    def _hide_unwanted(self) -> None:
        if self._tray is not None and not self._wanted:
            self._tray.hide()
