"""Names and values in two columns: to be edited (headers, parameters) or only read and copied.

Pasting `Name: value` lines makes rows of them.
"""

from collections.abc import Iterable, Sequence

from PySide6.QtWidgets import QWidget

from workbench.model.collection import Field
from workbench.ui.variables import Variables
from workbench.ui.widgets.row_table import Column, Row, RowTable

NAME_CHARACTERS = 26


class KeyValueTable(RowTable):
    """Two columns of text."""

    def __init__(
        self,
        what: str,
        parent: QWidget | None = None,
        *,
        editable: bool = False,
        switchable: bool = True,
        fixed: bool = False,
        variables: Variables | None = None,
    ) -> None:
        columns = (Column("Name", NAME_CHARACTERS), Column("Value"))
        super().__init__(
            what, columns, parent, editable=editable, switchable=switchable, fixed=fixed, variables=variables
        )

    def set_pairs(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Show pairs."""
        self.set_fields([Field(name, value) for name, value in pairs])

    def set_fields(self, fields: Sequence[Field]) -> None:
        """Show fields, switched-off ones among them."""
        self.set_rows(Row((field.name, field.value), field.enabled) for field in fields)

    def fields(self) -> tuple[Field, ...]:
        """Return the rows in order, without empty ones."""
        return tuple(Field(row.texts[0], row.texts[1], row.enabled) for row in self.rows())
