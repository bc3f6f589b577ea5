"""Secrets by reference: in the system's keyring, in a file under a passphrase, in the environment, in a file.

A reference is what is written down anywhere: `keyring:NAME`, `env:NAME`, `file:PATH`, `text:VALUE`. Values are read
when they are needed and are in no log, export or error. Where the system has no keyring (a server, a container) the
same `keyring:` names lie in one file, encrypted with Fernet under a key that scrypt makes of a passphrase; it comes
from `WORKBENCH_PASSPHRASE` or from whoever asks the user.
"""

import base64
import json
import os
import secrets as random
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from workbench.model.errors import StorageError, UsageError
from workbench.model.signature import Secret
from workbench.storage.paths import Paths

KINDS = ("keyring", "env", "file", "text")
PASSPHRASE_VARIABLE = "WORKBENCH_PASSPHRASE"
VALUE_LIMIT_BYTES = 64 * 1024

_SERVICE = "webhook-workbench"
_NAMES = " names"
"""The entry that lists the others: keyrings cannot be listed. A space keeps it apart from any name."""


class SecretError(UsageError):
    """A secret that cannot be had; the message never holds a value."""


@dataclass(frozen=True, slots=True)
class SecretRef:
    """A reference, split: `keyring`, `stripe/live`."""

    kind: str
    name: str

    @classmethod
    def parse(cls, text: str) -> "SecretRef":
        """Read a reference; SecretError where it is none. What may be a bare secret is not repeated."""
        kind, colon, name = text.strip().partition(":")
        if not colon or kind not in KINDS or not name:
            raise SecretError(
                "A secret is given by reference, and this is none.",
                "Write keyring:NAME, env:VARIABLE or file:PATH (text:VALUE shows it to everyone on this machine).",
            )
        return cls(kind, name)

    @property
    def label(self) -> str:
        """What may be shown: a plain value is not."""
        return "text:…" if self.kind == "text" else f"{self.kind}:{self.name}"

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


class SecretStore(Protocol):
    """Where named secrets are kept."""

    def get(self, name: str) -> str | None: ...

    def put(self, name: str, value: str) -> None: ...

    def remove(self, name: str) -> bool: ...

    def names(self) -> list[str]: ...


class Secrets:
    """The secrets of one home."""

    def __init__(self, paths: Paths, passphrase: str | None = None) -> None:
        self.paths = paths
        self._passphrase = passphrase or os.environ.get(PASSPHRASE_VARIABLE)
        self._store: SecretStore | None = None

    @property
    def is_locked(self) -> bool:
        """True where secrets lie in a file and nobody said the passphrase yet."""
        return not _has_keyring() and self._passphrase is None

    @property
    def has_file(self) -> bool:
        """True where a passphrase was chosen before: the next one must be the same."""
        return self.paths.secrets_file.exists()

    def unlock(self, passphrase: str) -> None:
        """Use this passphrase from now on; SecretError where it is not the one of the file."""
        store = _SecretFile(self.paths.secrets_file, passphrase)
        store.names()
        self._passphrase, self._store = passphrase, store

    def resolve(self, reference: str, provider: str = "") -> Secret:
        """Return the secret a reference stands for; SecretError says what is missing."""
        ref = SecretRef.parse(reference)
        return Secret(ref.label, self._value(ref), provider)

    def _value(self, ref: SecretRef) -> str:
        match ref.kind:
            case "text":
                return ref.name
            case "env":
                value = os.environ.get(ref.name)
                if not value:
                    raise SecretError(f"The variable {ref.name} is not set.", f"Set it: export {ref.name}=…")
                return value
            case "file":
                return _file_value(Path(ref.name).expanduser())
            case _:
                value = self.store.get(ref.name)
                if value is None:
                    hint = f"Save it with: workbench secrets set {ref.name}"
                    raise SecretError(f"There is no secret {ref.name!r} in the keyring.", hint)
                return value

    @property
    def store(self) -> SecretStore:
        """Where named secrets are kept; SecretError where they are locked."""
        if self._store is None:
            if _has_keyring():
                self._store = _Keyring(self.paths)
            elif self._passphrase is None:
                raise SecretError(
                    "This system has no keyring, so secrets lie in a file under a passphrase,"
                    f" and {PASSPHRASE_VARIABLE} is not set.",
                    "Set it to the passphrase, or use env:NAME or file:PATH.",
                )
            else:
                self._store = _SecretFile(self.paths.secrets_file, self._passphrase)
        return self._store

    def put(self, name: str, value: str) -> None:
        """Keep a secret; SecretError, StorageError."""
        if not name.strip() or name != name.strip() or any(ord(mark) < 32 for mark in name):
            raise SecretError(f"{name!r} is no name for a secret.", "Use one such as stripe/live.")
        if not value:
            raise SecretError("The secret is empty; nothing was kept.")
        self.store.put(name, value)

    @property
    def place(self) -> str:
        """Where named secrets are kept, in words."""
        return "the system's keyring" if _has_keyring() else f"the file {self.paths.secrets_file}"


def _file_value(path: Path) -> str:
    try:
        if path.stat().st_size > VALUE_LIMIT_BYTES:
            raise SecretError(f"The file {path} is too large to be a secret.")
        return path.read_bytes().decode("utf-8", "surrogateescape").removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise SecretError(f"The secret's file {path} cannot be read: {error.strerror or error}.") from error


def _has_keyring() -> bool:
    """True where the system's keyring can be used; asking costs 60 ms the first time."""
    if os.environ.get("WORKBENCH_NO_KEYRING"):
        return False
    import keyring
    from keyring.backends import fail, null

    return not isinstance(keyring.get_keyring(), fail.Keyring | null.Keyring)


class _Keyring:
    """The system's keyring, with one entry that lists the names."""

    def __init__(self, paths: Paths) -> None:
        # Homes do not see each other's secrets, unless it is the platform's own home.
        import hashlib

        is_own = paths.data != paths.config
        self._service = (
            _SERVICE if is_own else f"{_SERVICE} {hashlib.sha256(str(paths.data).encode()).hexdigest()[:12]}"
        )

    def _call(self, name: str, *arguments: str) -> Any:
        import keyring
        from keyring.errors import KeyringError

        try:
            return getattr(keyring, name)(self._service, *arguments)
        except KeyringError as error:
            raise StorageError(
                f"The system's keyring refused: {error or type(error).__name__}.", "Unlock it and try again."
            ) from error

    def get(self, name: str) -> str | None:
        return self._call("get_password", name)

    def put(self, name: str, value: str) -> None:
        self._call("set_password", name, value)
        self._call("set_password", _NAMES, json.dumps(sorted({*self.names(), name})))

    def remove(self, name: str) -> bool:
        if self.get(name) is None:
            return False
        self._call("delete_password", name)
        self._call("set_password", _NAMES, json.dumps([other for other in self.names() if other != name]))
        return True

    def names(self) -> list[str]:
        return cast("list[str]", json.loads(self._call("get_password", _NAMES) or "[]"))


class _SecretFile:
    """Secrets in one encrypted file: a salt, then what Fernet wrote; read whole, written whole."""

    SALT_BYTES = 16

    def __init__(self, path: Path, passphrase: str) -> None:
        self._path = path
        self._passphrase = passphrase

    def _key(self, salt: bytes) -> bytes:
        from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

        derived = Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(self._passphrase.encode())
        return base64.urlsafe_b64encode(derived)

    def _read(self) -> dict[str, str]:
        from cryptography.fernet import Fernet, InvalidToken

        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StorageError(f"The secrets {self._path} cannot be read: {error.strerror or error}.") from error
        try:
            plain = Fernet(self._key(content[: self.SALT_BYTES])).decrypt(content[self.SALT_BYTES :])
        except InvalidToken as error:
            raise SecretError(
                f"The passphrase does not open the secrets {self._path}.", f"Check {PASSPHRASE_VARIABLE}."
            ) from error
        return cast("dict[str, str]", json.loads(plain))

    def _write(self, values: dict[str, str]) -> None:
        from cryptography.fernet import Fernet

        from workbench.storage.settings import write_own_file

        salt = random.token_bytes(self.SALT_BYTES)
        content = salt + Fernet(self._key(salt)).encrypt(json.dumps(values).encode())
        write_own_file(self._path, content)
        self._path.chmod(0o600)

    def get(self, name: str) -> str | None:
        return self._read().get(name)

    def put(self, name: str, value: str) -> None:
        self._write({**self._read(), name: value})

    def remove(self, name: str) -> bool:
        values = self._read()
        if values.pop(name, None) is None:
            return False
        self._write(values)
        return True

    def names(self) -> list[str]:
        return sorted(self._read())
