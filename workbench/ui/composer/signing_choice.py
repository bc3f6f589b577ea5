"""How a composer tab signs, without Qt."""

from dataclasses import dataclass

from workbench.model.signature import SignMode


@dataclass(frozen=True, slots=True)
class SigningChoice:
    """Nobody signs while `provider` is empty. The secret is a reference, never a value."""

    provider: str = ""
    scheme: str = ""
    secret: str = ""
    mode: SignMode = SignMode.FRESH
    public_url: str = ""
