"""The composer's signing section: as whom, with which secret, rightly or wrongly; and what that makes."""

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from workbench.model.signature import NOT_SIGNED, SigningChoice, SignMode
from workbench.providers.pack import Provider
from workbench.ui.fonts import code_font
from workbench.ui.widgets.long_text import SaidText, WrappedLabel

PREVIEW_AFTER_MS = 200

MODES = {
    SignMode.FRESH: "fresh: as the provider would now",
    SignMode.KEEP: "keep: the headers as they stand",
    SignMode.STALE: "stale: right, but too old",
    SignMode.TAMPERED: "tampered: of another body",
    SignMode.MISSING: "missing: no signature at all",
    SignMode.WRONG_KEY: "wrong key: of another secret",
}


class SignEditor(QWidget):
    """Edits a choice."""

    edited = Signal()
    """A person changed something."""
    preview_wanted = Signal()
    """What signing makes is to be shown; comes a moment after the last change."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filling = False
        self._providers: dict[str, Provider] = {}
        self._given = NOT_SIGNED
        self.provider = _choices(self, "Provider to sign as", "Whose signature the request gets, last of all")
        self.scheme = _choices(self, "Scheme", "One of the provider's ways to sign")
        self.secret = _choices(self, "Secret", "keyring:NAME, env:VARIABLE or file:PATH; the value stays there")
        self.secret.setEditable(True)
        self.secret.setPlaceholderText("keyring:NAME, env:VARIABLE or file:PATH")
        self.mode = _choices(self, "How to sign", "Rightly, or wrongly in one way that your receiver must notice")
        for mode, words in MODES.items():
            self.mode.addItem(words, mode)
        self.public_url = QLineEdit(self)
        self.public_url.setPlaceholderText("where the receiver checks another address than the one sent to")
        self.public_url.setAccessibleName("Public URL")
        self.settings = QLineEdit(self)
        self.settings.setPlaceholderText("webhook_id=…; audience=…; key_id=…")
        self.settings.setAccessibleName("Settings of the scheme")
        self.settings.setToolTip("What some schemes need beside the secret, as name=value")
        self.note = WrappedLabel(self)
        self.note.setObjectName("muted")
        self.preview = SaidText(self)
        self.preview.setFont(code_font())
        self.preview.setAccessibleName("What signing makes")
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(14)
        self._form.setVerticalSpacing(8)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for title, widget in (
            ("Sign as", self.provider),
            ("Scheme", self.scheme),
            ("Secret", self.secret),
            ("How", self.mode),
            ("Public URL", self.public_url),
            ("Settings", self.settings),
        ):
            self._form.addRow(title, widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(10)
        layout.addLayout(self._form)
        layout.addWidget(self.note)
        layout.addWidget(self.preview, 1)
        self._timer = QTimer(self, singleShot=True, interval=PREVIEW_AFTER_MS)
        self._timer.timeout.connect(self.preview_wanted)
        self.provider.currentIndexChanged.connect(lambda _: self._on_provider())
        for box in (self.scheme, self.mode):
            box.currentIndexChanged.connect(lambda _: self._on_edit())
        self.secret.currentTextChanged.connect(lambda _: self._on_edit())
        for line in (self.public_url, self.settings):
            line.textChanged.connect(lambda _: self._on_edit())
        self.set_providers([], [])

    def set_providers(self, providers: Sequence[Provider], secrets: Sequence[str]) -> None:
        """Offer these providers and names of secrets; the choice stays."""
        self._filling = True
        self._providers = {provider.id: provider for provider in providers}
        self.provider.clear()
        self.provider.addItem("Nobody: send it unsigned", "")
        for provider in providers:
            if provider.schemes:
                self.provider.addItem(provider.name, provider.id)
        self.secret.clear()
        self.secret.addItems([f"keyring:{name}" for name in secrets])
        self._filling = False
        self.set_choice(self._given)

    @property
    def choice(self) -> SigningChoice:
        """What is chosen; what the form cannot show stays as it was given."""
        return self._given

    def _read(self) -> SigningChoice:
        provider = self.provider.currentData() or ""
        same = provider == self._given.provider
        return SigningChoice(
            provider,
            self.scheme.currentData() or (self._given.scheme if same else ""),
            self.secret.currentText().strip(),
            SignMode(self.mode.currentData() or SignMode.FRESH),
            self.public_url.text().strip(),
            _read_settings(self.settings.text()),
        )

    def set_choice(self, choice: SigningChoice) -> None:
        """Show a choice."""
        self._given = choice
        self._filling = True
        if self.provider.findData(choice.provider) < 0:
            # Its packs are not read yet, or it is somebody else's: the choice is not ours to drop.
            self.provider.addItem(choice.provider, choice.provider)
        self.provider.setCurrentIndex(self.provider.findData(choice.provider))
        self._show_schemes()
        self.scheme.setCurrentIndex(max(0, self.scheme.findData(choice.scheme)))
        self.secret.setCurrentText(choice.secret)
        self.mode.setCurrentIndex(max(0, self.mode.findData(choice.mode)))
        self.public_url.setText(choice.public_url)
        self.settings.setText("; ".join(f"{name}={value}" for name, value in choice.settings))
        self._filling = False
        self._show_rows()
        self._timer.start()

    def show_preview(self, text: str, *, wrong: bool = False) -> None:
        """Show what signing makes, or why it cannot."""
        self.preview.say(text, wrong=wrong)

    def request_changed(self) -> None:
        """Note that the request is another: what signing makes is, too."""
        if self.choice.provider:
            self._timer.start()

    def _on_provider(self) -> None:
        if self._filling:
            return
        self._filling = True
        self._show_schemes()
        self._filling = False
        self._show_rows()
        self._on_edit()

    def _show_schemes(self) -> None:
        self.scheme.clear()
        provider = self._providers.get(self.provider.currentData() or "")
        for scheme in provider.schemes if provider else ():
            old = " (old)" if scheme.deprecated else ""
            self.scheme.addItem(f"{scheme.id}: {scheme.place.described}{old}", scheme.id)

    def _show_rows(self) -> None:
        provider = self._providers.get(self.provider.currentData() or "")
        signs = bool(self.provider.currentData())
        for widget in (self.secret, self.mode):
            self._form.setRowVisible(widget, signs)
        self._form.setRowVisible(self.scheme, provider is not None and len(provider.schemes) > 1)
        self._form.setRowVisible(
            self.public_url, provider is not None and any(scheme.signs_url for scheme in provider.schemes)
        )
        coded = provider is not None and any(scheme.code for scheme in provider.schemes)
        self._form.setRowVisible(self.settings, coded or bool(self._given.settings))
        notes = [*provider.notes, *provider.unconfirmed] if provider else []
        self.note.setText(" ".join(notes))
        self.note.setVisible(bool(notes))
        if not signs:
            self.show_preview("")

    def _on_edit(self) -> None:
        if not self._filling:
            self._given = self._read()
            self._timer.start()
            self.edited.emit()


def _read_settings(text: str) -> tuple[tuple[str, str], ...]:
    pairs = [item.partition("=") for item in text.split(";")]
    return tuple((name.strip(), value.strip()) for name, _, value in pairs if name.strip())


def _choices(parent: QWidget, name: str, tip: str) -> QComboBox:
    box = QComboBox(parent)
    box.setAccessibleName(name)
    box.setToolTip(tip)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(12)
    return box
