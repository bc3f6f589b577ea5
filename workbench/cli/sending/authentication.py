"""`-a` and `-A`: who sends, with a password from the words, from a reference, or asked for without an echo."""

import argparse
import asyncio
import os
import sys
from typing import TYPE_CHECKING

from workbench.formats.httpie.items import split_pair
from workbench.model.authentication import Auth, AuthKind
from workbench.model.errors import UsageError
from workbench.storage.paths import Paths

if TYPE_CHECKING:
    from workbench.engine.dynamic_values import Question

AUTH_TYPES = (AuthKind.BASIC.value, AuthKind.BEARER.value, AuthKind.DIGEST.value)


def read_auth(arguments: argparse.Namespace, paths: Paths, host: str) -> Auth | None:
    """Return what was asked for, None where nothing was; UsageError, SecretError."""
    if arguments.auth is None and arguments.auth_secret is None:
        if arguments.auth_type is not None:
            raise UsageError(
                f"With -A {arguments.auth_type}, who sends is needed.", "Add -a USER:PASSWORD or -a TOKEN."
            )
        return None
    kind = AuthKind(arguments.auth_type or AuthKind.BASIC)
    if kind is AuthKind.BEARER:
        return Auth(kind, (("token", _token(arguments, paths)),))
    user, password = _user(arguments)
    if arguments.auth_secret is not None:
        if password is not None:
            raise UsageError("There are two passwords: in -a and in --auth-secret.", "Write -a USER alone.")
        password = _secret(arguments.auth_secret, paths)
    if password is None and arguments.ignore_stdin:
        raise UsageError("There is no password in -a, and --ignore-stdin asks nobody.", "Add --auth-secret REF.")
    if password is None:
        password = asked_password(f"workbench: password for {user}@{host}: ")
    return Auth(kind, (("username", user), ("password", password)))


def named_auth(arguments: argparse.Namespace) -> Auth | None:
    """Return what was asked for with a word for what was not typed: nothing is looked up, and nobody asked."""
    if arguments.auth is None and arguments.auth_secret is None:
        return None
    if AuthKind(arguments.auth_type or AuthKind.BASIC) is AuthKind.BEARER:
        return Auth(AuthKind.BEARER, (("token", arguments.auth or "YOUR_TOKEN"),))
    user, password = _user(arguments)
    values = (("username", user), ("password", "YOUR_PASSWORD" if password is None else password))
    return Auth(AuthKind(arguments.auth_type or AuthKind.BASIC), values)


def _user(arguments: argparse.Namespace) -> tuple[str, str | None]:
    user, password = split_pair(arguments.auth or "")
    if not user:
        raise UsageError("There is no user name in -a.", "Write -a USER:PASSWORD, or -a USER to be asked.")
    return user, password


def _token(arguments: argparse.Namespace, paths: Paths) -> str:
    if arguments.auth_secret is None:
        return arguments.auth
    if arguments.auth:
        raise UsageError("There are two tokens: in -a and in --auth-secret.", "Leave out one of them.")
    return _secret(arguments.auth_secret, paths)


def _secret(reference: str, paths: Paths) -> str:
    from workbench.storage.secrets import Secrets

    return Secrets(paths).resolve(reference).value


def asked_password(prompt: str) -> str:
    """Ask at the terminal without an echo; UsageError where there is no terminal to ask at."""
    import getpass

    if not _has_terminal():
        raise UsageError(
            "A password is needed, and there is no terminal to ask at.",
            "Give it by reference: --auth-secret env:NAME, keyring:NAME or file:PATH.",
        )
    try:
        return getpass.getpass(prompt)
    except EOFError as error:
        raise UsageError("No password was given, so nothing was sent.") from error


def asked(prompt: str) -> str:
    """Ask at the terminal; UsageError where standard input is none."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(f"This is asked for, and there is no terminal to ask at: {prompt}", "Give it with --var.")
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return sys.stdin.readline().rstrip("\r\n")


async def answered(question: "Question") -> str | None:
    """Ask what `{{$prompt}}` of a request asks for."""
    ask = asked_password if question.secret else asked
    return await asyncio.to_thread(ask, f"workbench: {question.label}: ")


def _has_terminal() -> bool:
    """True where getpass can switch the echo off; without a terminal it would read standard input in the open."""
    if os.name == "nt":
        return sys.stdin is not None and sys.stdin.isatty()
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
