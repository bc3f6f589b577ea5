"""Errors about a request whose values are in place: they quote what is wrong, and that may be a secret."""

from collections.abc import Collection, Generator
from contextlib import contextmanager

from workbench.model.errors import WorkbenchError
from workbench.model.masking import masked_sentence


@contextmanager
def hiding(secrets: Collection[str]) -> Generator[None]:
    """Mask secrets in the sentences of any error that comes out; what is added to the set later counts, too."""
    try:
        yield
    except WorkbenchError as error:
        error.message = masked_sentence(error.message, secrets)
        error.hint = None if error.hint is None else masked_sentence(error.hint, secrets)
        error.args = (error.message,)
        raise
