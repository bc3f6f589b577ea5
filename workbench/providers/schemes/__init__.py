"""The schemes that a table cannot say: each module checks, signs and shows what is signed."""

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from workbench.model.signature import Secret
from workbench.providers.context import Context
from workbench.providers.outcome import Outcome
from workbench.providers.pack import Scheme
from workbench.providers.received import Received
from workbench.providers.signed_text import Part
from workbench.providers.signing_changes import Changes
from workbench.providers.subject import Subject


class CodedScheme(Protocol):
    """What each of these modules offers."""

    def check(
        self,
        scheme: Scheme,
        received: Received,
        subject: Subject,
        secrets: Sequence[Secret],
        at_us: int,
        context: Context,
    ) -> Outcome:
        """Return what comes of checking; never raises for anything that came in."""
        ...

    def sign(self, scheme: Scheme, subject: Subject, secret: str, at_us: int, context: Context) -> Changes:
        """Return what signing changes; BadKey and Missing where it cannot."""
        ...

    def parts(self, scheme: Scheme, subject: Subject, context: Context) -> list[Part]:
        """Return what is signed, part by part; Missing where the request lacks one."""
        ...


def coded(code: str) -> CodedScheme:
    """Return the module of a pack's `code`."""
    name = code.replace("-", "_")
    return cast("CodedScheme", import_module(f"workbench.providers.schemes.{name}"))
