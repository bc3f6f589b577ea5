"""How a request travels: a form over the settings, where each may be left to the collection."""

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QWidget

from workbench.model.send_settings import USUAL_SETTINGS, SendSettings
from workbench.ui.composer.form_page import FormPage, choose
from workbench.ui.variable_line import VariableLine
from workbench.ui.variables import Variables

AS_ABOVE = "As the collection says"
MEBIBYTE = 1024 * 1024
_SWITCHES = {
    "follow_redirects": ("Follow redirects", "Whether a 3xx answer is gone after"),
    "verify": ("Verify certificate", "Whether the target's certificate must be trusted"),
    "cookies": ("Cookies", "Whether cookies are kept, and sent again"),
    "http2": ("HTTP/2", "Use HTTP/2 where the target offers it"),
}
_NUMBERS = {
    "timeout_s": ("Time-out, seconds", "0 waits without end"),
    "max_redirects": ("Redirects at most", "More are an error"),
    "response_limit_bytes": ("Answer at most, MiB", "A longer answer is cut and said to be"),
}
_FILES = {
    "ca_file": ("CA certificates", "PEM file to trust instead of the system's"),
    "certificate_file": ("Client certificate", "PEM file that says who we are"),
    "key_file": ("Client key", "PEM file; none where the key is in the certificate's file"),
}


class SettingsEditor(FormPage):
    """Edits SendSettings."""

    edited = Signal()
    file_wanted = Signal(object)
    """A person wants to choose a file for this line."""

    def __init__(self, variables: Variables, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filling = False
        self._below = USUAL_SETTINGS
        self.switches: dict[str, QComboBox] = {}
        self.lines: dict[str, QLineEdit] = {}
        self._add_numbers("timeout_s")
        self._add_switches("follow_redirects")
        self._add_numbers("max_redirects")
        self._add_switches("verify", "http2", "cookies")
        self.lines["proxy"] = self._line(variables, "http://, https:// or socks5://host:port; none for none")
        self.add_row("Proxy", self.lines["proxy"])
        for name, (title, tip) in _FILES.items():
            self._add_file(name, title, tip, variables)
        self.compress = QComboBox(self.page)
        for words, value in ((AS_ABOVE, ""), *((word, word) for word in ("gzip", "deflate", "br", "zstd"))):
            self.compress.addItem(words, value)
        self.compress.setToolTip("The body goes out so, and says so in Content-Encoding")
        self.compress.currentIndexChanged.connect(lambda _: self._on_edit())
        self.add_row("Compress body", self.compress)
        self._add_numbers("response_limit_bytes")
        self.set_below(USUAL_SETTINGS)

    def _add_numbers(self, name: str) -> None:
        title, tip = _NUMBERS[name]
        line = QLineEdit(self.page)
        line.setToolTip(tip)
        line.textChanged.connect(lambda _: self._on_edit())
        self.lines[name] = line
        self.add_row(title, line)

    def _add_switches(self, *names: str) -> None:
        for name in names:
            title, tip = _SWITCHES[name]
            box = QComboBox(self.page)
            for words, value in ((AS_ABOVE, None), ("Yes", True), ("No", False)):
                box.addItem(words, value)
            box.setToolTip(tip)
            box.currentIndexChanged.connect(lambda _: self._on_edit())
            self.switches[name] = box
            self.add_row(title, box)

    def _line(self, variables: Variables, tip: str) -> VariableLine:
        line = VariableLine(variables, self.page)
        line.setToolTip(tip)
        line.setPlaceholderText(AS_ABOVE)
        line.textChanged.connect(lambda _: self._on_edit())
        return line

    def _add_file(self, name: str, title: str, tip: str, variables: Variables) -> None:
        line = self._line(variables, tip)
        line.setAccessibleName(title)
        button = QPushButton("Choose…", self.page)
        button.setToolTip(f"{title}: choose a file")
        button.setAccessibleName(f"Choose {title.lower()}")
        button.clicked.connect(lambda: self.file_wanted.emit(line))
        both = QWidget(self.page)
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(line, 1)
        row.addWidget(button)
        both.setFocusProxy(line)
        self.lines[name] = line
        self.add_row(title, both)

    @property
    def settings(self) -> SendSettings:
        """What is filled in; a number that cannot be read counts as not filled in, and is marked."""
        limit = _number(self.lines["response_limit_bytes"].text())
        redirects = _number(self.lines["max_redirects"].text())
        return SendSettings(
            timeout_s=_number(self.lines["timeout_s"].text()),
            max_redirects=None if redirects is None else int(redirects),
            ca_file=self.lines["ca_file"].text().strip(),
            certificate_file=self.lines["certificate_file"].text().strip(),
            key_file=self.lines["key_file"].text().strip(),
            proxy=self.lines["proxy"].text().strip(),
            compress=self.compress.currentData(),
            response_limit_bytes=None if limit is None else round(limit * MEBIBYTE),
            **{name: box.currentData() for name, box in self.switches.items()},
        )

    def set_settings(self, settings: SendSettings) -> None:
        """Show what a request says."""
        if settings == self.settings:
            return
        self._filling = True
        for name, box in self.switches.items():
            box.setCurrentIndex(box.findData(getattr(settings, name)))
        for name in ("ca_file", "certificate_file", "key_file", "proxy"):
            self.lines[name].setText(getattr(settings, name))
        self.lines["timeout_s"].setText(_words(settings.timeout_s))
        self.lines["max_redirects"].setText(_words(settings.max_redirects))
        limit = settings.response_limit_bytes
        self.lines["response_limit_bytes"].setText(_words(None if limit is None else limit / MEBIBYTE))
        choose(self.compress, settings.compress)
        self._filling = False
        self._mark()

    def set_below(self, below: SendSettings) -> None:
        """Say what holds where the request says nothing."""
        self._below = below.over(USUAL_SETTINGS)
        for name, box in self.switches.items():
            says = "yes" if getattr(self._below, name) else "no"
            box.setItemText(0, f"{AS_ABOVE}: {says}")
        limit = self._below.response_limit_bytes
        for name, value in {
            "timeout_s": self._below.timeout_s,
            "max_redirects": self._below.max_redirects,
            "response_limit_bytes": None if limit is None else limit / MEBIBYTE,
        }.items():
            self.lines[name].setPlaceholderText(f"{AS_ABOVE}: {_words(value)}")

    def _on_edit(self) -> None:
        self._mark()
        if not self._filling:
            self.edited.emit()

    def _mark(self) -> None:
        for name in _NUMBERS:
            line = self.lines[name]
            wrong = bool(line.text().strip()) and _number(line.text()) is None
            if line.property("wrong") != wrong:
                line.setProperty("wrong", wrong)
                line.style().polish(line)


def _number(text: str) -> float | None:
    try:
        value = float(text.strip())
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _words(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if value < 1e15 else str(value)
