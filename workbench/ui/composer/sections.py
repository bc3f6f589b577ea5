"""The tabs of a request: each edits one part of it, and its title says whether it holds something."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from workbench.model.authentication import AuthKind
from workbench.model.collection import BodyKind, Field, SavedRequest
from workbench.model.send_settings import INHERITED_SETTINGS
from workbench.ui.composer.auth_editor import AuthEditor
from workbench.ui.composer.body_editor import BodyEditor
from workbench.ui.composer.checks_editor import ChecksEditor
from workbench.ui.composer.docs_editor import DocsEditor
from workbench.ui.composer.fields_editor import FieldsEditor
from workbench.ui.composer.header_words import header_words
from workbench.ui.composer.settings_editor import SettingsEditor
from workbench.ui.composer.sign_editor import SignEditor
from workbench.ui.composer.url_parts import join_url, path_fields, split_url
from workbench.ui.composer.variables_table import VariablesTable
from workbench.ui.theme import Appearance
from workbench.ui.variables import Variables

HOLDS = " •"


class Sections(QTabWidget):
    """Edits all of a request but its name, method and URL; a change of parameters gives another URL."""

    edited = Signal()
    url_changed = Signal(str)
    """The query table was edited: this is the URL now."""

    def __init__(self, appearance: Appearance, variables: Variables, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filling = False
        self._request = SavedRequest()
        self.setDocumentMode(True)
        self.setObjectName("sections")
        self.tabBar().setDrawBase(False)
        self.tabBar().setExpanding(False)
        self.setAccessibleName("Parts of the request")
        self.query = FieldsEditor("Query parameters", variables, self)
        self.path = FieldsEditor("Path parameters", variables, self, fixed=True)
        self.headers = FieldsEditor("Headers", variables, self)
        self.headers.table.completions = lambda column, row: header_words(column, row.texts[0])
        self.body = BodyEditor(appearance, self, variables=variables)
        self.auth = AuthEditor(variables, self)
        self.sign = SignEditor(self)
        self.checks = ChecksEditor(variables, self)
        self.variables = VariablesTable("Variables of this request", variables, self)
        self.settings = SettingsEditor(variables, self)
        self.docs = DocsEditor(self)
        self._pages: tuple[tuple[str, QWidget, Callable[[SavedRequest], str]], ...] = (
            ("Params", self._params_page(), _params_mark),
            ("Headers", self.headers, lambda request: _count(request.headers)),
            ("Body", self.body, lambda request: HOLDS if request.body.kind is not BodyKind.NONE else ""),
            ("Auth", self.auth, lambda request: HOLDS if request.auth.kind is not AuthKind.INHERIT else ""),
            ("Sign", self.sign, lambda request: HOLDS if request.signing.provider else ""),
            ("Tests", self.checks, lambda request: _count((*request.assertions, *request.takings))),
            ("Vars", self.variables, lambda request: _count(request.variables)),
            ("Settings", self.settings, lambda request: HOLDS if request.settings != INHERITED_SETTINGS else ""),
            ("Docs", self.docs, lambda request: HOLDS if request.docs else ""),
        )
        for title, page, _ in self._pages:
            self.addTab(page, title)
        self.setCurrentWidget(self.body)
        self._connect()

    def _params_page(self) -> QWidget:
        page = QSplitter(Qt.Orientation.Vertical, self)
        page.addWidget(self.query)
        page.addWidget(self.path)
        page.setHandleWidth(1)
        page.setChildrenCollapsible(False)
        page.setSizes([380, 200])
        box = QWidget(self)
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(page)
        return box

    def _connect(self) -> None:
        self.query.edited.connect(self._on_query)
        for part in (self.path, self.headers, self.body, self.auth, self.sign, self.checks, self.settings, self.docs):
            part.edited.connect(self._on_edit)
        self.variables.edited.connect(self._on_edit)

    def show_request(self, request: SavedRequest) -> None:
        """Fill every tab; nothing counts as edited."""
        self._filling = True
        self._request = request
        self._show_url(request)
        self.headers.set_fields(request.headers)
        if self.body.body != request.body:
            self.body.set_body(request.body)
        self.auth.set_auth(request.auth)
        self.sign.set_choice(request.signing)
        self.checks.set_checks(request.assertions, request.takings)
        self.variables.set_variables(request.variables)
        self.settings.set_settings(request.settings)
        self.docs.set_docs(request.docs)
        self._filling = False
        self._show_marks()

    def show_url(self, request: SavedRequest) -> None:
        """Note another URL: the tables of its parameters follow."""
        self._filling = True
        self._request = request
        self._show_url(request)
        self._filling = False
        self._show_marks()

    def _show_url(self, request: SavedRequest) -> None:
        self.query.set_fields([*split_url(request.url)[1], *request.disabled_params])
        fields = path_fields(request.url, request.path_params)
        self.path.set_fields(fields)
        self.path.setVisible(bool(fields))

    def taken(self, request: SavedRequest) -> SavedRequest:
        """Return the request with what is in the tabs."""
        return replace(
            request,
            headers=self.headers.fields(),
            disabled_params=tuple(field for field in self.query.fields() if not field.enabled),
            path_params=self._path_params(request),
            body=self.body.body,
            auth=self.auth.auth,
            signing=self.sign.choice,
            assertions=self.checks.checked(),
            takings=self.checks.taken(),
            variables=self.variables.variables(),
            settings=self.settings.settings,
            docs=self.docs.docs(),
        )

    def _path_params(self, request: SavedRequest) -> tuple[Field, ...]:
        """Return the path's values; those of names that the URL lost for a moment are kept while one types."""
        shown = self.path.fields()
        named = {field.name for field in shown}
        kept = tuple(field for field in request.path_params if field.name not in named and field.value)
        return (*(field for field in shown if field.value), *kept)

    def _on_edit(self) -> None:
        if not self._filling:
            self._request = self.taken(self._request)
            self._show_marks()
            self.edited.emit()

    def _on_query(self) -> None:
        if self._filling:
            return
        url = join_url(self._request.url, self.query.fields())
        self._request = replace(self._request, url=url)
        self.url_changed.emit(url)
        self._on_edit()

    def _show_marks(self) -> None:
        for position, (title, _, mark) in enumerate(self._pages):
            self.setTabText(position, title + mark(self._request))


def _params_mark(request: SavedRequest) -> str:
    return _count((*split_url(request.url)[1], *path_fields(request.url, ())))


def _count(items: Sequence[object]) -> str:
    count = sum(getattr(item, "enabled", True) for item in items)
    return f" {count}" if count else ""
