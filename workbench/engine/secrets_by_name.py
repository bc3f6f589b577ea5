"""A request that is shown, copied and handed around: each secret of an environment is a word, `YOUR_TOKEN`."""

import os
from dataclasses import replace

from workbench.engine.authenticating import effective_auth
from workbench.engine.dynamic_values import Question, Sources
from workbench.engine.preparing import Prepared
from workbench.engine.sending_context import SendingContext
from workbench.model.authentication import Auth, AuthKind
from workbench.model.collection import SavedRequest
from workbench.model.variables import Scope, Scopes

NAMED = "YOUR_"
"""How the word begins that stands where a secret would."""


def secret_word(name: str) -> str:
    """Return what stands in the place of a secret."""
    return f"{NAMED}{name.upper()}"


def with_named_secrets(scopes: Scopes) -> Scopes:
    """Return scopes with a word in the place of each secret, also of one that has no value yet."""
    return Scopes(tuple(_with_words(scope) for scope in scopes.all))


def _with_words(scope: Scope) -> Scope:
    return Scope(scope.kind, scope.name, {**scope.values, **{name: secret_word(name) for name in scope.secrets}})


def with_named_sources(sources: Sources) -> Sources:
    """Return sources that put a word for what this machine's environment holds and for a secret that is asked for."""

    async def answered(question: Question) -> str | None:
        if question.secret:
            return secret_word(question.label)
        return await sources.ask(question) if sources.ask is not None else None

    return replace(sources, environment={name: secret_word(name) for name in os.environ}, ask=answered)


def without_sessions(saved: SavedRequest, context: SendingContext) -> SavedRequest:
    """Return the request without what is this user's alone: no cookies of the jar, and no token that is fetched."""
    auth = effective_auth(saved, context.inherited)
    if auth.kind is AuthKind.OAUTH2:
        auth = Auth(AuthKind.BEARER, (("token", secret_word("access_token")),))
    return replace(saved, auth=auth, settings=replace(saved.settings, cookies=False))


def words_used(prepared: Prepared, beside: str = "") -> tuple[str, ...]:
    """Return the words that stand for secrets in a request, as notes for who runs its program.

    Words of the text `beside` that are nowhere else need none: the program has another way to what they stand for.
    """
    names = [known.name for known in prepared.used if known.value == secret_word(known.name)]
    if prepared.auth.kind is AuthKind.BEARER and prepared.auth.get("token") == secret_word("access_token"):
        names.append("access_token")
    sent = prepared.request.head.raw + prepared.request.body.read()
    words = [secret_word(name) for name in dict.fromkeys(names)]
    return tuple(_note(word, sent) for word in words if word.encode() in sent or word not in beside)


def _note(word: str, sent: bytes) -> str:
    if word.encode() in sent:
        return f"{word} stands for a secret: put it in its place."
    return f"{word} stands for a secret, encoded with others: make that header or text anew with the secret."
