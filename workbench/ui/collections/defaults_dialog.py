"""What a folder or a collection gives to all requests in it: headers, authentication, variables, settings, words."""

from PySide6.QtWidgets import QDialogButtonBox, QLabel, QTabWidget, QVBoxLayout, QWidget

from workbench.model.authentication import Auth
from workbench.model.collection import Defaults
from workbench.model.send_settings import SendSettings
from workbench.ui.composer.auth_editor import AuthEditor
from workbench.ui.composer.docs_editor import DocsEditor
from workbench.ui.composer.fields_editor import FieldsEditor
from workbench.ui.composer.header_words import header_words
from workbench.ui.composer.settings_editor import SettingsEditor
from workbench.ui.composer.variables_table import VariablesTable
from workbench.ui.dialogs import mark
from workbench.ui.editing_dialog import EditingDialog
from workbench.ui.variables import Variables


class DefaultsDialog(EditingDialog):
    """Edits Defaults; nothing is written by it."""

    def __init__(self, name: str, defaults: Defaults, variables: Variables, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"What all requests in {name} share")
        self.resize(760, 560)
        words = QLabel(f"Every request in {name} has this, unless it or a nearer folder says otherwise.", self)
        words.setObjectName("muted")
        words.setContentsMargins(16, 10, 16, 2)
        words.setWordWrap(True)
        self.headers = FieldsEditor("Headers", variables, self)
        self.headers.table.completions = lambda column, row: header_words(column, row.texts[0])
        self.auth = AuthEditor(variables, self)
        self.variables = VariablesTable("Variables", variables, self)
        self.settings = SettingsEditor(variables, self)
        self.docs = DocsEditor(self)
        self.tabs = QTabWidget(self)
        self.tabs.setObjectName("sections")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        for title, page in (
            ("Headers", self.headers),
            ("Auth", self.auth),
            ("Vars", self.variables),
            ("Settings", self.settings),
            ("Docs", self.docs),
        ):
            self.tabs.addTab(page, title)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel, self
        )
        mark(buttons.button(QDialogButtonBox.StandardButton.Save), "primary")
        buttons.setContentsMargins(16, 6, 16, 12)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(words)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(buttons)
        self.show_typed(defaults)
        self._before = self.defaults

    @property
    def is_changed(self) -> bool:
        return self.defaults != self._before

    def show_typed(self, defaults: Defaults) -> None:
        """Fill the form; what a person typed before counts as changed."""
        self.headers.set_fields(defaults.headers)
        self.auth.set_auth(defaults.auth)
        self.variables.set_variables(defaults.variables)
        self.settings.set_settings(defaults.settings)
        self.docs.set_docs(defaults.docs)

    def set_above(self, auth: Auth, source: str, settings: SendSettings) -> None:
        """Say what holds where the folder says nothing."""
        self.auth.set_inherited(auth, source)
        self.settings.set_below(settings)

    @property
    def defaults(self) -> Defaults:
        """What is filled in."""
        return Defaults(
            headers=self.headers.fields(),
            auth=self.auth.auth,
            variables=self.variables.variables(),
            settings=self.settings.settings,
            docs=self.docs.docs(),
        )
