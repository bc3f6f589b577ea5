"""The tables of a `provider.toml` as they are written; the types and names here are what `msgspec` checks.

Field by field they are described in `docs/providers.md`. What the tables mean is checked by `pack_reading`.
"""

import datetime
from typing import Any, Literal

import msgspec


class Table(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A table in which a misspelt name is an error."""


Strings = str | list[str]


class PackTable(Table):
    """The top level."""

    format: Literal[1]
    name: str
    documentation: str
    checked: datetime.date
    evidence: Literal["official", "library", "documented", "second-hand"]
    aliases: list[str] = []
    unconfirmed: list[str] = []
    notes: list[str] = []
    source_addresses: list[str] = []
    source_addresses_page: str = ""


class DetectTable(Table):
    """One way to recognise the provider."""

    headers: list[str] = []
    without: list[str] = []
    user_agent: str = ""
    query: list[str] = []
    body: list[str] = []
    body_equals: dict[str, str | int | bool] = {}


class EventsTable(Table):
    """Where a request says what it is about."""

    type: Strings = []
    delivery_id: Strings = []
    timestamp: Strings = []
    attempt: str = ""
    attempt_counts_from: Literal[0, 1] = 1


class SignatureTable(Table):
    """Where the signature is."""

    header: str = ""
    headers: str = ""
    query: str = ""
    body: str = ""
    prefix: str = ""
    pairs: str = ""
    list: str = ""
    pick: str = ""
    encoding: Literal["hex", "base64", "base64url", "text"] = "hex"


class TimestampTable(Table, rename={"source": "from"}):
    """When it was signed."""

    source: str
    unit: Literal["seconds", "milliseconds", "iso"] = "seconds"
    tolerance: int | None = None
    future: Literal["refuse", "accept"] = "refuse"


class JwtTable(Table):
    """What a token must say."""

    algorithms: list[str]
    issuer: list[str] = []
    audience: str = ""
    email: bool = False
    max_age: int | None = None
    body_sha256: str = ""
    key_hosts: list[str] = []


class SchemeTable(Table):
    """One way to sign."""

    id: str
    kind: Literal["hmac", "digest", "ed25519", "ecdsa-p256", "rsa", "token", "basic", "jwt", "code"]
    signature: SignatureTable
    hash: Literal["sha1", "sha256", "sha384", "sha512", "md5"] = "sha256"
    key: Literal["text", "hex", "base64", "whsec", "ed25519-hex", "whpk", "spki", "pem"] = "text"
    code: Literal["", "twilio", "aws-sns", "paypal", "adyen", "rfc9421"] = ""
    when: dict[str, str] = {}
    signed: str = ""
    message_id: str = ""
    timestamp: TimestampTable | None = None
    covers: Literal["body", "fields", "none"] | None = None
    jwt: JwtTable | None = None
    deprecated: bool = False


class WhenTable(Table):
    """What a handshake looks like."""

    method: str = ""
    headers: dict[str, str | bool] = {}
    query: dict[str, str | bool] = {}
    body: dict[str, str | int | bool] = {}


class ReplyTable(Table):
    """What a handshake wants to hear."""

    status: int = 200
    content_type: str = ""
    body: str = ""
    json: Any = None
    headers: dict[str, str] = {}


class ConfirmTable(Table):
    """An address that confirms when it is called, and whose it must be."""

    url: str
    hosts: list[str]


class HandshakeTable(Table):
    """One handshake."""

    name: str
    when: WhenTable
    reply: ReplyTable
    token: str = ""
    verify_first: bool = False
    refuse_status: int = 403
    store_secret: str = ""
    confirm: ConfirmTable | None = None


class RetryTable(Table):
    """What happens after a failure."""

    schedule: list[float] = []
    attempts: int | None = None
    window: int | None = None
    timeout: float | None = None
    success: list[str] = []
    stop_on: list[int] = []
    honours_retry_after: bool | None = None
    attempt_headers: dict[str, str] = {}
    text: str = ""


class RequestTable(Table):
    """What all samples share."""

    method: str = "POST"
    content_type: str = "application/json"
    user_agent: str = ""
    headers: dict[str, str] = {}


class SampleTable(Table):
    """One event to send."""

    event: str
    file: str
    title: str = ""
    content_type: str | None = None
    method: str | None = None
    query: str = ""
    headers: dict[str, str] = {}
