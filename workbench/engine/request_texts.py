"""Every text of a saved request that may hold `{{…}}`, in one walk that reads them or puts others in their place."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from workbench.model.authentication import Auth
from workbench.model.checks import Assertion, Taking
from workbench.model.collection import BodyKind, ComposedBody, Field, Part, SavedRequest
from workbench.model.message import Body
from workbench.model.send_settings import SendSettings
from workbench.model.signature import SigningChoice
from workbench.model.template import BracesError

BODY_LIMIT_BYTES = 16 * 1024 * 1024


class Place(StrEnum):
    """Where a text stands, as far as values must know."""

    TEXT = "text"
    """Values go in as they are."""
    FORM = "form"
    """Values are URL-encoded: an `&` in one must not begin another field."""


Change = Callable[[str, Place], str]
"""Returns the text that takes a text's place."""


def changed(saved: SavedRequest, change: Change) -> SavedRequest:
    """Return the request with each text changed that counts when it is sent; what is switched off stays as it is.

    Literal heads, literal bodies and those of kind `BYTES` are never touched. The name, the docs and the request's
    own variables are no texts of what is sent. UsageError where a body with `{{` is too large to be changed.
    """

    def text(value: str) -> str:
        return change(value, Place.TEXT)

    def head(value: str) -> str:
        return value if saved.literal else text(value)

    return replace(
        saved,
        method=head(saved.method),
        url=head(saved.url),
        headers=_fields(saved.headers, head),
        path_params=_fields(saved.path_params, head),
        body=_body(saved.body, change, text),
        auth=Auth(saved.auth.kind, tuple((name, text(value)) for name, value in saved.auth.values)),
        settings=_settings(saved.settings, text),
        assertions=tuple(_assertion(item, text) for item in saved.assertions),
        takings=tuple(_taking(item, text) for item in saved.takings),
        signing=_signing(saved.signing, text),
    )


Text = Callable[[str], str]


def _fields(fields: tuple[Field, ...], text: Text) -> tuple[Field, ...]:
    return tuple(
        replace(field, name=text(field.name), value=text(field.value)) if field.enabled else field for field in fields
    )


def _body(body: ComposedBody, change: Change, text: Text) -> ComposedBody:
    if body.literal or body.kind in (BodyKind.NONE, BodyKind.BYTES):
        return body
    if body.kind is BodyKind.MULTIPART:
        return replace(body, parts=tuple(_part(part, text) if part.enabled else part for part in body.parts))
    place = Place.FORM if body.kind is BodyKind.FORM else Place.TEXT
    return replace(
        body, content=_content(body.content, change, place), graphql_variables=text(body.graphql_variables)
    )


def _part(part: Part, text: Text) -> Part:
    return replace(
        part,
        name=text(part.name),
        value=text(part.value),
        files=tuple(text(name) for name in part.files),
        content_type=text(part.content_type),
    )


def _content(body: Body, change: Change, place: Place) -> Body:
    """Return the body with its text changed; bytes that are not UTF-8 come through as they were."""
    if not _holds_braces(body):
        return body
    if body.size > BODY_LIMIT_BYTES:
        raise BracesError(
            f"The body holds {{{{ and is over {BODY_LIMIT_BYTES // 1024 // 1024} MiB, too large for variables."
        )
    before = body.read()
    after = change(before.decode("utf-8", "surrogateescape"), place).encode("utf-8", "surrogateescape")
    return body if after == before else Body(after)


def _holds_braces(body: Body) -> bool:
    end = b""
    try:
        for piece in body.chunks():
            if b"{{" in end + piece:
                return True
            end = piece[-1:]
    except OSError:
        pass  # A file that is gone is refused when the body is built.
    return False


def _settings(settings: SendSettings, text: Text) -> SendSettings:
    return replace(
        settings,
        ca_file=text(settings.ca_file),
        certificate_file=text(settings.certificate_file),
        key_file=text(settings.key_file),
        proxy=text(settings.proxy),
    )


def _assertion(item: Assertion, text: Text) -> Assertion:
    return replace(item, expression=text(item.expression), value=text(item.value)) if item.enabled else item


def _taking(item: Taking, text: Text) -> Taking:
    return replace(item, expression=text(item.expression)) if item.enabled else item


def _signing(choice: SigningChoice, text: Text) -> SigningChoice:
    return replace(
        choice,
        secret=text(choice.secret),
        public_url=text(choice.public_url),
        settings=tuple((name, text(value)) for name, value in choice.settings),
    )
