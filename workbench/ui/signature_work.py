"""Signatures in the window: explained for the chosen capture, made in composer tabs, and the secrets they need."""

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from workbench.engine.signatures import Explained, Signatures
from workbench.engine.signing import Signing
from workbench.engine.workbench import Workbench
from workbench.model.capture import Capture
from workbench.model.errors import WorkbenchError
from workbench.model.signature import SigningChoice, SignMode
from workbench.storage.secrets import PASSPHRASE_VARIABLE, SecretError
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.dialogs import finished
from workbench.ui.jobs import Jobs
from workbench.ui.words import error_words

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow


class SignatureWork:
    """Everything behind the signature tab, the composer's signing section and the questions about secrets."""

    def __init__(self, window: "MainWindow", workbench: Workbench, jobs: Jobs) -> None:
        self._window = window
        self._jobs = jobs
        self.signatures: Signatures = workbench.signatures
        self._pane = window.captures.detail.signature
        self._capture: Capture | None = None
        self._explained: Explained | None = None
        self._readings = 0
        """How often everything was read anew: what was explained before is no longer shown."""
        self._pane.secret_wanted.connect(lambda: jobs.start(self._add_secret(), "add a secret"))
        window.captures.detail.currentChanged.connect(lambda _: self._show_if_wanted())
        window.listener.endpoints.connect(lambda _: self._read_anew())

    def show(self, capture: Capture | None) -> None:
        """Take up another capture; it is explained while its tab is open."""
        self._capture, self._explained = capture, None
        if capture is None:
            self._pane.show_message("Choose a capture to see its signature.")
        else:
            self._show_if_wanted()

    def _show_if_wanted(self) -> None:
        detail = self._window.captures.detail
        if self._capture is not None and self._explained is None and detail.currentWidget() is self._pane:
            self._jobs.start(self._explain(self._capture), "explain a signature")

    async def _explain(self, capture: Capture) -> None:
        reading = self._readings
        try:
            explained = await asyncio.to_thread(self.signatures.explain, capture)
        except FileNotFoundError:
            self._pane.show_message("The body is no longer stored, so its signature cannot be explained.")
            return
        if capture is self._capture and reading == self._readings:
            self._explained = explained
            self._pane.show_explained(explained)

    def reload(self) -> None:
        """Read packs, endpoints and secrets anew, here and in the listener, and judge everything again."""
        self._window.listener.reload()
        self._read_anew()

    def _read_anew(self) -> None:
        """Explain by packs, endpoints and secrets as they are now: the listener judges by these already."""
        self.signatures.forget()
        self._readings += 1
        self._explained = None
        self._show_if_wanted()

    # Secrets

    async def _add_secret(self) -> None:
        explained = self._explained
        if explained is None or explained.provider is None:
            return
        if self.signatures.secrets.is_locked and not await self.unlock():
            return
        taken = await asyncio.to_thread(self.signatures.names)
        name = f"{explained.provider.id}/{explained.endpoint.name}"
        while name in taken:
            name += "-2"
        dialog = SecretDialog(explained.provider.name, name, self.signatures.secrets.place, self._window)
        if await finished(dialog) != QDialog.DialogCode.Accepted:
            return
        # Read before anything is awaited: a finished dialog is deleted at the next turn of the loop.
        name, value = dialog.name.text().strip(), dialog.value.text()
        await asyncio.to_thread(self.signatures.add_secret, explained.endpoint, explained.provider.id, name, value)
        self.reload()
        self._window.show_info(f"Kept as keyring:{name}. Captures are judged again.")

    async def unlock(self) -> bool:
        """Ask for the passphrase of the secrets' file; False where a person thought better of it."""
        trouble = ""
        while True:
            secrets = self.signatures.secrets
            dialog = PassphraseDialog(secrets.place, trouble, self._window, is_new=not secrets.has_file)
            if await finished(dialog) != QDialog.DialogCode.Accepted or not (passphrase := dialog.value.text()):
                return False
            try:
                await asyncio.to_thread(self.signatures.secrets.unlock, passphrase)
            except SecretError as error:
                trouble = error.message
                continue
            self._window.listener.unlock(passphrase)
            return True

    # Composing

    async def furnish(self, panel: ComposerPanel) -> None:
        """Offer providers and secrets in a composer tab."""
        packs = await asyncio.to_thread(self.signatures.packs)
        providers = await asyncio.to_thread(packs.by_name)
        names = await asyncio.to_thread(self.signatures.names)
        panel.sign.set_providers(providers, names)
        panel.sign.set_choice(panel.draft.request.signing)

    async def signing(self, choice: SigningChoice) -> Signing | None:
        """Return how a tab signs, None where it does not; SecretError, UsageError."""
        if not choice.provider or choice.mode is SignMode.KEEP:
            return None
        return await asyncio.to_thread(
            self.signatures.signing,
            choice.provider,
            choice.secret,
            choice.mode,
            choice.scheme,
            choice.public_url,
        )

    async def preview(self, panel: ComposerPanel) -> None:
        """Show what signing makes of a tab's request as it is now."""
        choice = panel.sign.choice
        if not choice.provider:
            return
        if choice.mode is SignMode.KEEP:
            panel.sign.show_preview("The headers are sent as they stand.")
            return
        try:
            signing = await self.signing(choice)
            if signing is None:
                return
            text = await asyncio.to_thread(self.signatures.preview, panel.draft.request, signing)
        except WorkbenchError as error:
            panel.sign.show_preview(error_words(error), wrong=True)
            return
        panel.sign.show_preview(text)


class SecretDialog(QDialog):
    """Asks for a secret's name and value; the value is not shown."""

    def __init__(self, provider: str, name: str, place: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Add secret")
        self.setMinimumWidth(460)
        self.name = QLineEdit(name, self)
        self.name.setAccessibleName("Name of the secret")
        self.value = QLineEdit(self)
        self.value.setEchoMode(QLineEdit.EchoMode.Password)
        self.value.setAccessibleName("Value of the secret")
        self.value.setPlaceholderText("paste it from the provider's page")
        text = QLabel(f"Requests of {provider} are checked with it. It is kept in {place}.", self)
        text.setWordWrap(True)
        text.setObjectName("muted")
        _arrange(self, text, (("Name", self.name), ("Secret", self.value)), "Save")
        self.value.setFocus()


class PassphraseDialog(QDialog):
    """Asks for the passphrase of the secrets' file, where the system has no keyring; twice where it is made now."""

    def __init__(self, place: str, trouble: str, parent: QWidget | None = None, *, is_new: bool = False) -> None:
        super().__init__(parent)
        self.setWindowTitle("Passphrase")
        self.setMinimumWidth(460)
        self.value = QLineEdit(self)
        self.value.setEchoMode(QLineEdit.EchoMode.Password)
        self.value.setAccessibleName("Passphrase")
        self.repeat = QLineEdit(self)
        self.repeat.setEchoMode(QLineEdit.EchoMode.Password)
        self.repeat.setAccessibleName("The same passphrase again")
        self.repeat.setVisible(is_new)
        self._is_new = is_new
        self.text = QLabel(
            trouble
            or f"This system has no keyring, so secrets are kept in {place}, under a passphrase of yours. Headless"
            f" commands take it from {PASSPHRASE_VARIABLE}.",
            self,
        )
        self.text.setWordWrap(True)
        self.text.setObjectName("bad" if trouble else "muted")
        rows = (("Passphrase", self.value), ("Again", self.repeat))
        _arrange(self, self.text, rows if is_new else rows[:1], "Go on")

    def accept(self) -> None:
        """Take the passphrase; one that is made now must be typed twice alike: nobody can look it up."""
        if self._is_new and self.value.text() != self.repeat.text():
            self.text.setText("The two passphrases are not the same. Type it again.")
            self.text.setObjectName("bad")
            self.text.style().polish(self.text)
            self.repeat.clear()
            self.repeat.setFocus()
            return
        super().accept()


def _arrange(dialog: QDialog, text: QLabel, rows: tuple[tuple[str, QLineEdit], ...], word: str) -> None:
    form = QFormLayout()
    form.setHorizontalSpacing(14)
    for title, line in rows:
        form.addRow(title, line)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, dialog)
    accept = buttons.button(QDialogButtonBox.StandardButton.Ok)
    accept.setText(word)
    accept.setProperty("primary", True)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(20, 18, 20, 16)
    layout.setSpacing(14)
    layout.addWidget(text)
    layout.addLayout(form)
    layout.addWidget(buttons)

    def enable() -> None:
        accept.setEnabled(all(line.text().strip() for _, line in rows))

    for _, line in rows:
        line.textChanged.connect(lambda _: enable())
    enable()
