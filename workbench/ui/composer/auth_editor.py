"""Who sends: a kind of authentication, and its fields as the model's table names them."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QToolButton, QWidget

from workbench.model.authentication import AUTH_FIELDS, Auth, AuthField, AuthKind
from workbench.ui.composer.form_page import FormPage, choose
from workbench.ui.icons import icon
from workbench.ui.variable_line import VariableLine
from workbench.ui.variables import Variables

KINDS = {
    AuthKind.INHERIT: "Inherit",
    AuthKind.NONE: "None",
    AuthKind.BASIC: "Basic",
    AuthKind.BEARER: "Bearer token",
    AuthKind.API_KEY: "API key",
    AuthKind.DIGEST: "Digest",
    AuthKind.OAUTH2: "OAuth 2.0",
    AuthKind.AWS_V4: "AWS Signature v4",
    AuthKind.JWT: "JWT",
}
_NOTES = {
    AuthKind.NONE: "Sent without authentication, whatever the folder says.",
    AuthKind.BASIC: "Sent as an Authorization header.",
    AuthKind.DIGEST: "Sent twice: first without, then with the answer to the server's challenge.",
    AuthKind.OAUTH2: "A token is fetched when it is needed, and used until it expires.",
    AuthKind.AWS_V4: "Signed over the final bytes, after everything else.",
    AuthKind.JWT: "A token is made and signed with each sending.",
}


class SecretLine(QWidget):
    """A line whose text is hidden until it is asked for."""

    def __init__(self, line: VariableLine, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = line
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.shown = QToolButton(self)
        self.shown.setIcon(icon("eye"))
        self.shown.setIconSize(QSize(16, 16))
        self.shown.setCheckable(True)
        self.shown.setToolTip("Show what is typed")
        self.shown.setAccessibleName(f"Show {what.lower()}")
        self.shown.toggled.connect(self._on_shown)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.line, 1)
        row.addWidget(self.shown)
        self.setFocusProxy(self.line)
        self.line.textChanged.connect(self._on_text)

    def _on_text(self, text: str) -> None:
        # A reference is no secret: `{{token}}` is better read than guessed.
        is_reference = text.startswith("{{") and text.endswith("}}")
        self.line.setEchoMode(self._mode(shown=is_reference or self.shown.isChecked()))

    def _on_shown(self, shown: bool) -> None:
        self.line.setEchoMode(self._mode(shown=shown))

    def _mode(self, *, shown: bool) -> QLineEdit.EchoMode:
        return QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password


class AuthEditor(FormPage):
    """Edits an Auth."""

    edited = Signal()

    def __init__(self, variables: Variables, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._variables = variables
        self._filling = False
        self._values: dict[AuthKind, dict[str, str]] = {kind: {} for kind in AuthKind}
        self._inherited: tuple[Auth, str] = (Auth(AuthKind.NONE), "")
        self.fields: dict[str, QWidget] = {}
        self.kind = QComboBox(self)
        for kind, words in KINDS.items():
            self.kind.addItem(words, kind)
        self.kind.setAccessibleName("Kind of authentication")
        self.kind.setToolTip("How the request says who sends it")
        self.kind.currentIndexChanged.connect(lambda _: self._on_kind())
        self.add_row("Authentication", self.kind)
        self._note = self.note()
        self._show_fields()

    @property
    def auth(self) -> Auth:
        """What is filled in; fields that have no meaning now are kept."""
        kind = AuthKind(self.kind.currentData())
        values = self._values[kind]
        known = [field.name for field in AUTH_FIELDS[kind]]
        ordered = [*known, *(name for name in values if name not in known)]
        return Auth(kind, tuple((name, values[name]) for name in ordered if values.get(name)))

    def set_auth(self, auth: Auth) -> None:
        """Show what a request says."""
        if auth == self.auth:
            return
        self._filling = True
        self._values[auth.kind] = dict(auth.values)
        self.kind.setCurrentIndex(self.kind.findData(auth.kind))
        self._filling = False
        self._show_fields()

    def set_inherited(self, auth: Auth, source: str) -> None:
        """Say what a request inherits, and from where; an empty source is nowhere."""
        self._inherited = (auth, source)
        self._show_note()

    def _on_kind(self) -> None:
        if not self._filling:
            self._show_fields()
            self.edited.emit()

    def _show_fields(self) -> None:
        while self.form.rowCount() > 1:
            self.form.removeRow(1)
        self.fields = {}
        kind = AuthKind(self.kind.currentData())
        for field in AUTH_FIELDS[kind]:
            widget = self._field(field)
            self.fields[field.name] = widget
            self.add_row(field.label, widget)
        self._show_rows()
        self._show_note()

    def _field(self, field: AuthField) -> QWidget:
        value = self._values[AuthKind(self.kind.currentData())].get(field.name, "")
        if field.choices:
            box = QComboBox(self.page)
            for choice in field.choices:
                box.addItem(choice.replace("_", " "), choice)
            choose(box, value or field.default)
            box.currentIndexChanged.connect(lambda _: self._on_edit(field, box.currentData()))
            return box
        line = VariableLine(self._variables, self.page)
        line.setPlaceholderText(field.default)
        line.setAccessibleName(field.label)
        widget = SecretLine(line, field.label, self.page) if field.secret else line
        line.setText(value)
        line.textChanged.connect(lambda text: self._on_edit(field, text))
        return widget

    def _on_edit(self, field: AuthField, value: str) -> None:
        self._values[AuthKind(self.kind.currentData())][field.name] = "" if value == field.default else value
        self._show_rows()
        self._show_note()
        self.edited.emit()

    def _show_rows(self) -> None:
        """Hide the fields that have no meaning beside what else is chosen."""
        auth = self.auth
        for field in AUTH_FIELDS[auth.kind]:
            self.form.setRowVisible(self.fields[field.name], field.counts_for(auth))

    def _show_note(self) -> None:
        auth = self.auth
        words = _NOTES.get(auth.kind, "")
        if auth.kind is AuthKind.INHERIT:
            inherited, source = self._inherited
            nobody = "Neither its folders nor its collection set one, so it is sent without."
            words = f"{KINDS[inherited.kind]}, from {source}." if source else nobody
        elif any(field.secret and _is_plain(auth.get(field.name)) for field in AUTH_FIELDS[auth.kind]):
            words += (
                "\nA secret typed here is written into the collection's file. Better: a secret variable of an"
                " environment, as {{token}}."
            )
        self._note.setText(words.strip())
        self._note.setVisible(bool(words))


def _is_plain(value: str) -> bool:
    return bool(value) and "{{" not in value
