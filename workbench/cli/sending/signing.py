"""`--sign` and its companions as the model's signing choice."""

import argparse

from workbench.model.errors import UsageError
from workbench.model.signature import NOT_SIGNED, SigningChoice, SignMode

SIGN_MODES = [mode.value for mode in SignMode if mode is not SignMode.KEEP]


def read_signing(arguments: argparse.Namespace) -> SigningChoice:
    """Return who is signed as, and how; UsageError where half of it is missing."""
    if not arguments.sign:
        if arguments.secret:
            raise UsageError("A secret was given, and nobody to sign as.", "Add --sign PROVIDER.")
        return NOT_SIGNED
    if not arguments.secret:
        raise UsageError("To sign, a secret is needed.", "Add --secret REF, such as --secret keyring:stripe/test.")
    pairs = (text.partition("=")[::2] for text in arguments.settings)
    return SigningChoice(
        provider=arguments.sign,
        scheme=arguments.scheme or "",
        secret=arguments.secret,
        mode=SignMode(arguments.mode),
        public_url=arguments.public_url or "",
        settings=tuple(pairs),
    )
