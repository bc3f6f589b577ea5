"""The parameters of a URL: its query as rows, and the values of its `:name` segments."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from workbench.model.collection import Field, SavedRequest
from workbench.ui.composer.fields_editor import FieldsEditor
from workbench.ui.composer.url_parts import join_url, path_fields, split_url
from workbench.ui.variables import Variables


class ParamsEditor(QWidget):
    """Two tables; the one of the path is there while the URL has such segments."""

    edited = Signal()
    url_changed = Signal(str)
    """The query was edited: this is the URL now. Comes before `edited`."""

    def __init__(self, variables: Variables, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._url = ""
        self.query = FieldsEditor("Query parameters", variables, self)
        self.path = FieldsEditor("Path parameters", variables, self, fixed=True)
        self.query.edited.connect(self._on_query)
        self.path.edited.connect(self.edited)
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.addWidget(self.query)
        splitter.addWidget(self.path)
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes([380, 200])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def show_request(self, request: SavedRequest) -> None:
        """Show the parameters of a request."""
        self._url = request.url
        self.query.set_fields([*split_url(request.url)[1], *request.disabled_params])
        fields = path_fields(request.url, request.path_params)
        if fields != self.path.fields():
            self.path.set_fields(fields)
        self.path.setVisible(bool(fields))

    def read(self, request: SavedRequest) -> dict[str, object]:
        """Return what is in the tables but the URL, which was told before."""
        return {
            "disabled_params": tuple(field for field in self.query.fields() if not field.enabled),
            "path_params": self._path_params(request),
        }

    def _path_params(self, request: SavedRequest) -> tuple[Field, ...]:
        """Return the path's values; those of names that the URL lost for a moment are kept while one types."""
        shown = self.path.fields()
        named = {field.name for field in shown}
        kept = tuple(field for field in request.path_params if field.name not in named and field.value)
        return (*(field for field in shown if field.value), *kept)

    def _on_query(self) -> None:
        self._url = join_url(self._url, self.query.fields())
        self.url_changed.emit(self._url)
        self.edited.emit()
