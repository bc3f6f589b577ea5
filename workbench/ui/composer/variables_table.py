"""Variables as rows: of a request, a folder or an environment."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtWidgets import QWidget

from workbench.model.variables import Variable
from workbench.ui.variables import Variables
from workbench.ui.widgets.row_table import TICKED, Column, Row, RowTable


class VariablesTable(RowTable):
    """Name, value and, where secrets can be kept, whether it is one."""

    def __init__(
        self, what: str, variables: Variables | None, parent: QWidget | None = None, *, with_secrets: bool = False
    ) -> None:
        columns = [Column("Name", 20), Column("Value")]
        if with_secrets:
            columns.append(Column("Secret", 7, is_tick=True))
        super().__init__(what, columns, parent, editable=True, variables=variables)
        if with_secrets:
            self.is_masked = lambda column, row: column == 1 and row.texts[2] == TICKED

    def empty_words(self, index: QModelIndex | QPersistentModelIndex) -> str:
        row = self.row_at(index.row())
        if index.column() == 1 and row.texts[2:] == (TICKED,) and row.texts[0]:
            return "kept as a secret; type to replace it"
        return super().empty_words(index)

    def set_variables(self, variables: Sequence[Variable]) -> None:
        """Show variables."""
        if tuple(variables) != self.variables():
            self.set_rows(_row(each, len(self.columns)) for each in variables)

    def variables(self) -> tuple[Variable, ...]:
        """Return the variables in order."""
        return tuple(
            Variable(row.texts[0].strip(), row.texts[1], row.enabled, row.texts[2:] == (TICKED,))
            for row in self.rows()
        )


def _row(variable: Variable, columns: int) -> Row:
    texts = (variable.name, variable.value, TICKED if variable.secret else "")
    return Row(texts[:columns], variable.enabled)
