"""The hook file `NAME.hook.yaml` beside `NAME.yml`: what OpenCollection has no words for.

    signing:                  how it is signed; the secret is a reference, never a value
      provider: stripe
      secret: keyring:stripe/live
    auth:                     a kind, or fields of one, by the names of `model.authentication`
      kind: jwt
    settings:                 by the names of `model.send_settings`
      verify: false
    secret_variables: [TOKEN] variables of the file whose values are secrets
    body:
      literal: true           braces in the body are text
    request:
      literal: true           braces in its method, URL, parameters and headers are text

Other programs ignore it: OpenCollection's schema refuses foreign keys in its own files, and Bruno takes every `.yml`
for a request, hence `.yaml`. Keys stand in this order, what is usual is left out, and where there is nothing to say
there is no file. What others wrote in it stays.
"""

import os
from dataclasses import fields
from pathlib import Path
from typing import Any

from workbench.model.errors import CollectionError
from workbench.model.send_settings import SendSettings
from workbench.model.signature import SigningChoice, SignMode
from workbench.storage.collection_document import Mapping, Plain, StoredFile, broken, parse
from workbench.storage.collection_files import HOOK_SUFFIX, read_file
from workbench.storage.opencollection_runtime import OPENCOLLECTION_SETTINGS
from workbench.storage.secrets import SecretError, SecretRef

REFERENCES = ("env", "file", "keyring")
"""The kinds of reference that a file may hold."""

HOOK_SIGNING = ("provider", "scheme", "secret", "mode", "public_url")
_FLAGS = ("verify", "http2", "cookies")
_NUMBERS = ("response_limit_bytes",)
HOOK_SETTINGS = tuple(field.name for field in fields(SendSettings) if field.name not in OPENCOLLECTION_SETTINGS)


def hook_path(file: Path) -> Path:
    """Return where the hook file of a request, folder or collection file lies."""
    return file.with_name(file.stem + HOOK_SUFFIX)


def read_hook(file: Path) -> StoredFile:
    """Return the hook file beside `file`, no bytes where there is none; CollectionError for what cannot be."""
    path = hook_path(file)
    try:
        raw = read_file(path)
    except CollectionError:
        # There is none, or it was removed just now.
        if os.path.lexists(path):
            raise
        raw = b""
    if all(not line.strip() or line.lstrip().startswith(b"#") for line in raw.splitlines()):
        return StoredFile(raw, Mapping(1, 0, False, path.name), EMPTY_HOOK)
    document = parse(raw, path.name)
    return StoredFile(raw, document, plain_hook(document))


def plain_hook(document: Mapping) -> Plain:
    """Return what a hook file says that we know; CollectionError for a wrong type, mode or secret."""
    signing, auth, settings = (document.mapping(key) for key in ("signing", "auth", "settings"))
    body, request = document.mapping("body"), document.mapping("request")
    return _plain(
        _plain_signing(signing) if signing else {},
        _texts(auth) if auth else {},
        _plain_settings(settings) if settings else {},
        document.texts("secret_variables"),
        literal=bool(body and body.flag("literal")),
        literal_head=bool(request and request.flag("literal")),
    )


def _plain(
    signing: Plain, auth: Plain, settings: Plain, secret_variables: list[str], *, literal: bool, literal_head: bool
) -> Plain:
    plain: Plain = {
        "signing": signing,
        "auth": auth,
        "settings": settings,
        "body": {"literal": True} if literal else {},
        "request": {"literal": True} if literal_head else {},
    }
    return plain | {"secret_variables": secret_variables} if secret_variables else plain


def _plain_signing(signing: Mapping) -> Plain:
    plain: Plain = {key: text for key in HOOK_SIGNING if (text := signing.text(key))}
    if plain.get("mode") == SignMode.FRESH:
        del plain["mode"]
    if "secret" in plain and not is_reference(plain["secret"]):
        line = signing.pairs["secret"].line
        raise broken(
            signing.file_name, line, "“secret” must be env:NAME, file:PATH or keyring:NAME, never the secret itself"
        )
    if plain.get("mode", SignMode.FRESH) not in set(SignMode):
        known = ", ".join(SignMode)
        raise broken(signing.file_name, signing.pairs["mode"].line, f"“mode” must be one of {known}")
    if (settings := signing.mapping("settings")) and settings.pairs:
        plain["settings"] = _texts(settings)
    return plain


def is_reference(text: str) -> bool:
    """Return whether a text names a secret without being one."""
    try:
        return SecretRef.parse(text).kind in REFERENCES
    except SecretError:
        return False


def _texts(mapping: Mapping) -> Plain:
    return {key: mapping.text(key) or "" for key in mapping.pairs}


def _plain_settings(settings: Mapping) -> Plain:
    return {name: _setting(settings, name) for name in HOOK_SETTINGS if settings.text(name)}


def _setting(settings: Mapping, name: str) -> Any:
    if name in _FLAGS:
        return settings.flag(name)
    return int(settings.number(name) or 0) if name in _NUMBERS else settings.text(name)


def settings_with(settings: SendSettings, plain: Plain) -> SendSettings:
    """Return settings of a file with those of its hook file."""
    own = plain["settings"]
    return settings.over(SendSettings(**own)) if own else settings


def signing_of(plain: Plain) -> SigningChoice:
    """Return how a request is signed."""
    words: Plain = plain.get("signing", {})
    return SigningChoice(
        provider=words.get("provider", ""),
        scheme=words.get("scheme", ""),
        secret=words.get("secret", ""),
        mode=SignMode(words.get("mode", SignMode.FRESH)),
        public_url=words.get("public_url", ""),
        settings=tuple(words.get("settings", {}).items()),
    )


def hook_words(
    *,
    signing: SigningChoice | None = None,
    auth: dict[str, str],
    settings: SendSettings,
    secret_variables: tuple[str, ...] = (),
    literal: bool = False,
    literal_head: bool = False,
) -> Plain:
    """Return the plain form of a hook file."""
    own = {name: value for name in HOOK_SETTINGS if (value := getattr(settings, name)) not in (None, "")}
    signed = _signing_words(signing) if signing else {}
    return _plain(signed, auth, own, list(secret_variables), literal=literal, literal_head=literal_head)


def _signing_words(signing: SigningChoice) -> Plain:
    words: Plain = {
        "provider": signing.provider,
        "scheme": signing.scheme,
        "secret": signing.secret,
        "mode": "" if signing.mode is SignMode.FRESH else str(signing.mode),
        "public_url": signing.public_url,
        "settings": dict(signing.settings),
    }
    return {key: value for key, value in words.items() if value}


EMPTY_HOOK = hook_words(auth={}, settings=SendSettings())
"""What a hook file says that is not there."""
