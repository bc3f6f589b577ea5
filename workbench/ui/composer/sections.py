"""The tabs of a request: each edits one part of it, and its title says whether it holds something.

An editor is made when its tab is first seen: a tab of the window opens in a blink, and most requests need three of
nine. What has no editor yet is as the request has it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from workbench.model.authentication import NO_AUTH, Auth, AuthKind
from workbench.model.collection import BodyKind, SavedRequest
from workbench.model.send_settings import INHERITED_SETTINGS, SendSettings
from workbench.ui.composer.auth_editor import AuthEditor
from workbench.ui.composer.body_editor import BodyEditor
from workbench.ui.composer.checks_editor import ChecksEditor
from workbench.ui.composer.docs_editor import DocsEditor
from workbench.ui.composer.examples_editor import ExamplesEditor
from workbench.ui.composer.fields_editor import FieldsEditor
from workbench.ui.composer.header_words import header_words
from workbench.ui.composer.params_editor import ParamsEditor
from workbench.ui.composer.settings_editor import SettingsEditor
from workbench.ui.composer.sign_editor import SignEditor
from workbench.ui.composer.url_parts import path_fields, split_url
from workbench.ui.composer.variables_table import VariablesTable
from workbench.ui.theme import Appearance
from workbench.ui.variables import Variables

HOLDS = " •"
EXAMPLES = "Examples"
"""The one tab that is there only while it holds something: it is filled from the answer."""


@dataclass(frozen=True, slots=True)
class Section:
    """One tab: how its editor is made, filled and read, and what its title says beside the name."""

    title: str
    make: Callable[[], Any]
    fill: Callable[[Any, SavedRequest], object]
    read: Callable[[Any, SavedRequest], dict[str, object]]
    """Returns fields of the request."""
    mark: Callable[[SavedRequest], str]


class Sections(QTabWidget):
    """Edits all of a request but its name, method and URL; a change of parameters gives another URL."""

    edited = Signal()
    url_changed = Signal(str)
    """The query table was edited: this is the URL now."""
    made = Signal(object)
    """An editor that was just made and filled: whoever has a part in it connects now."""

    def __init__(self, appearance: Appearance, variables: Variables, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._variables = variables
        self._filling = False
        self._request = SavedRequest()
        self._above: tuple[Auth, str, SendSettings] = (NO_AUTH, "", INHERITED_SETTINGS)
        self._editors: dict[str, Any] = {}
        self._pages: dict[str, QVBoxLayout] = {}
        self.setDocumentMode(True)
        self.setObjectName("sections")
        self.tabBar().setDrawBase(False)
        self.tabBar().setExpanding(False)
        self.setAccessibleName("Parts of the request")
        self._sections = {section.title: section for section in self._described()}
        for title in self._sections:
            page = QWidget(self)
            layout = QVBoxLayout(page)
            layout.setContentsMargins(0, 0, 0, 0)
            self._pages[title] = layout
            self.addTab(page, title)
        self.currentChanged.connect(lambda position: self.editor(list(self._sections)[position]))

    def _described(self) -> tuple[Section, ...]:
        return (
            Section("Params", self._make_params, ParamsEditor.show_request, ParamsEditor.read, _params_mark),
            Section(
                "Headers",
                self._make_headers,
                lambda editor, request: editor.set_fields(request.headers),
                lambda editor, _: {"headers": editor.fields()},
                lambda request: _count(request.headers),
            ),
            Section(
                "Body",
                lambda: BodyEditor(self._appearance, self, variables=self._variables),
                _fill_body,
                lambda editor, _: {"body": editor.body, "literal": editor.literal_head},
                lambda request: HOLDS if request.body.kind is not BodyKind.NONE else "",
            ),
            Section(
                "Auth",
                self._make_auth,
                lambda editor, request: editor.set_auth(request.auth),
                lambda editor, _: {"auth": editor.auth},
                lambda request: HOLDS if request.auth.kind is not AuthKind.INHERIT else "",
            ),
            Section(
                "Sign",
                lambda: SignEditor(self),
                lambda editor, request: editor.set_choice(request.signing),
                lambda editor, _: {"signing": editor.choice},
                lambda request: HOLDS if request.signing.provider else "",
            ),
            Section(
                "Tests",
                lambda: ChecksEditor(self._variables, self),
                lambda editor, request: editor.set_checks(request.assertions, request.takings),
                lambda editor, _: {"assertions": editor.checked(), "takings": editor.taken()},
                lambda request: _count((*request.assertions, *request.takings)),
            ),
            Section(
                "Vars",
                lambda: VariablesTable("Variables of this request", self._variables, self),
                lambda editor, request: editor.set_variables(request.variables),
                lambda editor, _: {"variables": editor.variables()},
                lambda request: _count(request.variables),
            ),
            Section(
                "Settings",
                self._make_settings,
                lambda editor, request: editor.set_settings(request.settings),
                lambda editor, _: {"settings": editor.settings},
                lambda request: HOLDS if request.settings != INHERITED_SETTINGS else "",
            ),
            Section(
                "Docs",
                lambda: DocsEditor(self),
                lambda editor, request: editor.set_docs(request.docs),
                lambda editor, _: {"docs": editor.docs()},
                lambda request: HOLDS if request.docs else "",
            ),
            Section(
                EXAMPLES,
                lambda: ExamplesEditor(self._appearance, self),
                lambda editor, request: editor.set_examples(request.examples),
                lambda editor, _: {"examples": editor.examples()},
                lambda request: _count(request.examples),
            ),
        )

    def _make_params(self) -> ParamsEditor:
        editor = ParamsEditor(self._variables, self)
        editor.url_changed.connect(self._on_url)
        return editor

    def _make_headers(self) -> FieldsEditor:
        editor = FieldsEditor("Headers", self._variables, self)
        editor.table.completions = lambda column, row: header_words(column, row.texts[0])
        return editor

    def _make_auth(self) -> AuthEditor:
        editor = AuthEditor(self._variables, self)
        editor.set_inherited(self._above[0], self._above[1])
        return editor

    def _make_settings(self) -> SettingsEditor:
        editor = SettingsEditor(self._variables, self)
        editor.set_below(self._above[2])
        return editor

    # Editors

    def editor(self, title: str) -> Any:
        """Return the editor of a tab, made now where it was not there yet."""
        if title in self._editors:
            return self._editors[title]
        section = self._sections[title]
        made = section.make()
        self._editors[title] = made
        before, self._filling = self._filling, True
        section.fill(made, self._request)
        self._filling = before
        made.edited.connect(self._on_edit)
        self._pages[title].addWidget(made)
        self.made.emit(made)
        return made

    def if_made(self, title: str) -> Any:
        """Return the editor of a tab, None where it was never needed."""
        return self._editors.get(title)

    def set_above(self, auth: Auth, source: str, settings: SendSettings) -> None:
        """Say what holds where the request says nothing, and who says so."""
        self._above = (auth, source, settings)
        if "Auth" in self._editors:
            self._editors["Auth"].set_inherited(auth, source)
        if "Settings" in self._editors:
            self._editors["Settings"].set_below(settings)

    # The request

    def show_request(self, request: SavedRequest) -> None:
        """Fill every editor; nothing counts as edited."""
        self._request = request
        self._filling = True
        for title, editor in self._editors.items():
            self._sections[title].fill(editor, request)
        self._filling = False
        self._show_marks()

    def show_first(self, request: SavedRequest) -> None:
        """Show the tab that says most of a request: the parameters of one that has no body and needs none."""
        bare = request.body.kind is BodyKind.NONE and request.method in ("GET", "HEAD", "OPTIONS")
        self.show_section("Params" if bare else "Body")

    def show_section(self, title: str) -> None:
        """Bring a tab to the front."""
        self.editor(title)
        self.setCurrentIndex(list(self._sections).index(title))

    def show_url(self, request: SavedRequest) -> None:
        """Note another URL: the tables of its parameters follow."""
        self._request = request
        if "Params" in self._editors:
            self._filling = True
            self._editors["Params"].show_request(request)
            self._filling = False
        self._show_marks()

    def taken(self, request: SavedRequest) -> SavedRequest:
        """Return the request with what is in the editors."""
        changes: dict[str, Any] = {}
        for title, editor in self._editors.items():
            changes |= self._sections[title].read(editor, request)
        return replace(request, **changes)

    def _on_edit(self) -> None:
        if not self._filling:
            self._request = self.taken(self._request)
            self._show_marks()
            self.edited.emit()

    def _on_url(self, url: str) -> None:
        if not self._filling:
            self._request = replace(self._request, url=url)
            self.url_changed.emit(url)

    def _show_marks(self) -> None:
        for position, section in enumerate(self._sections.values()):
            self.setTabText(position, section.title + section.mark(self._request))
        examples = list(self._sections).index(EXAMPLES)
        self.setTabVisible(examples, bool(self._request.examples) or self.currentIndex() == examples)


def _fill_body(editor: BodyEditor, request: SavedRequest) -> None:
    editor.set_literal_head(request.literal)
    if editor.body != request.body:
        editor.set_body(request.body)


def _params_mark(request: SavedRequest) -> str:
    return _count((*split_url(request.url)[1], *path_fields(request.url, ())))


def _count(items: Sequence[object]) -> str:
    count = sum(getattr(item, "enabled", True) for item in items)
    return f" {count}" if count else ""
