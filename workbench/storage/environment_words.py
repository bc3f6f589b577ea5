"""An environment in OpenCollection's words: `environments/NAME.yml`, and the workspace's `globals.yml`."""

from pathlib import Path

from workbench.model.variables import Environment, Variable
from workbench.storage.collection_document import Mapping, Plain
from workbench.storage.opencollection_runtime import plain_variables, rows_like, variable_of, variable_row


def plain_environment(document: Mapping) -> Plain:
    """Return the plain form of an environment's file."""
    texts = {key: document.text(key) for key in ("name", "extends", "dotEnvFilePath")}
    variables = plain_variables(document)
    plain: Plain = {key: text for key, text in texts.items() if text}
    return plain | {"variables": variables} if variables else plain


def environment_of(plain: Plain, file: Path) -> Environment:
    """Return what an environment's file says; secrets have names there and no values."""
    return Environment(
        name=plain.get("name") or file.stem,
        variables=tuple(variable_of(row) for row in plain.get("variables", [])),
        extends=plain.get("extends", ""),
        path=str(file),
        dot_env_file=plain.get("dotEnvFilePath", ""),
    )


def environment_rows(variables: tuple[Variable, ...], former: list[Plain]) -> list[Plain]:
    """Return the rows of variables, those that did not change as they stand."""
    return rows_like(variables, former, variable_of, variable_row)
