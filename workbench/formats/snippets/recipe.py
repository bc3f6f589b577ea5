"""How to sign and how to verify, said without a provider's pack: what a program in any language has to do.

`engine.snippet_recipes` makes these of a pack's scheme; formats and providers do not know each other.
"""

from dataclasses import dataclass
from enum import StrEnum


class Value(StrEnum):
    """What only the running program knows."""

    SECRET = "secret"
    """The secret as text; in what is signed, the key's bytes."""
    SECRET_BASE64 = "secret-base64"
    SECRET_QUOTED = "secret-quoted"
    """Percent-encoded, for a query."""
    SECRET_JSON = "secret-json"
    """As it stands between the quotes of a JSON string."""
    TIMESTAMP = "timestamp"
    MESSAGE_ID = "message-id"
    SIGNATURE = "signature"
    SIGNATURE_QUOTED = "signature-quoted"
    BODY = "body"


Piece = bytes | Value
Template = tuple[Piece, ...]
"""Bytes as they are, and values in their places."""


class Making(StrEnum):
    """How a signature comes to be."""

    HMAC = "hmac"
    DIGEST = "digest"
    """A hash over a text that holds the secret."""
    SECRET = "secret"
    """The secret itself is sent: a token, or user and password."""


@dataclass(frozen=True, slots=True)
class SigningRecipe:
    """What a program does to sign one request, or to put credentials into it that it must not hold."""

    provider: str
    """Its name, for people."""
    scheme: str
    variable: str
    """The environment variable that holds the secret."""
    problem: str = ""
    """Why no program can sign so, as a sentence; the fields below mean nothing then."""
    making: Making = Making.SECRET
    hash: str = "sha256"
    key_form: str = "text"
    """`text`, `hex`, `base64` or `whsec`: how the secret becomes the key."""
    encoding: str = "hex"
    """`hex`, `base64` or `base64url`: how the signature is written."""
    time_unit: str = ""
    """`seconds`, `milliseconds` or `iso`; empty where no time is signed or sent."""
    makes_id: bool = False
    """True where the request has no message id, so that the program makes one up."""
    signed: Template = ()
    headers: tuple[tuple[str, Template], ...] = ()
    """Set in place of those of the same name, else at the end."""
    target: Template | None = None
    body: Template | None = None
    """The body where signing changes it; None where it stays."""
    note: str = ""
    """What the variable holds, as a sentence, where it is no provider's secret: the request's own credentials."""

    @property
    def computes(self) -> bool:
        """True where the signature is worked out, False where the secret itself is sent."""
        return not self.problem and self.making is not Making.SECRET


@dataclass(frozen=True, slots=True)
class VerifyingRecipe:
    """What a receiver does to verify requests of one scheme.

    A source is written `header:x-name`, `query:name`, `body:a.b.0` or `signature:t`, as packs write it.
    """

    provider: str
    scheme: str
    variable: str
    problem: str = ""
    making: Making = Making.SECRET
    is_basic: bool = False
    """The secret is `user:password` and comes in base64 after `Basic`."""
    hash: str = "sha256"
    key_form: str = "text"
    encoding: str = "hex"
    source: str = ""
    """Where the signature is; `headers:x-name-` for numbered headers."""
    prefix: str = ""
    pairs: str = ""
    """What stands between `name=value` members, of which `pick` names the signature."""
    list: str = ""
    """What stands between items, of which those that begin with `pick` are signatures."""
    pick: str = ""
    conditions: tuple[tuple[str, str], ...] = ()
    """Sources that must hold these values."""
    message_id: str = ""
    time: str = ""
    time_unit: str = ""
    tolerance_s: int | None = None
    accepts_future: bool = False
    signed: tuple[bytes | str, ...] = ()
    """Literal bytes, and names: `body`, `timestamp`, `id`, `method`, `url`, `path`, `secret`, `sorted_form`,
    `body_sha256`, or a source."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source and name that is read, each once."""
        named = [piece for piece in self.signed if isinstance(piece, str)]
        conditions = [source for source, _ in self.conditions]
        every = [self.source, self.message_id, self.time, *conditions, *named]
        return tuple(dict.fromkeys(each for each in every if each))
