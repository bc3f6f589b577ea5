"""Receivers: programs that verify a scheme's signatures before they believe a request.

Each offers `verify(request, secrets, now)` to call from any framework, and a small server, or what a server calls.
All of them take the body raw, compare in constant time, look at the time, and try two secrets, so that one can be
replaced without losing a webhook.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from workbench.formats.snippets.recipe import VerifyingRecipe
from workbench.formats.snippets.rendering import rendered
from workbench.formats.snippets.snippet import Snippet
from workbench.model.errors import UsageError

RECEIVERS = ("python", "node", "go", "ruby", "php")
"""The names, in the order that menus show them."""


_GO_HASHES = {"sha384": "sha512.New384"}


@dataclass(frozen=True, slots=True)
class ReceiverLanguage:
    """What a receiver's language needs to be told apart."""

    language: str
    file_name: str
    template: str
    comment: str
    text: Callable[[bytes], str]
    """A literal of text."""
    content: Callable[[bytes], str]
    """A literal of bytes."""
    names: dict[str, str]
    """What each name in the signed text is called, as bytes."""
    reads: dict[str, str]
    """By the kind of a source, an expression of its text, empty where there is none; `%s` is its name's literal."""
    source: dict[str, str]
    """By the kind of a source, an expression of its bytes; `%s` is the variable that holds its text."""
    finish: Callable[[str], str] = lambda text: text
    needs: str = ""

    def literal(self, text: str) -> str:
        """Return a literal of a text."""
        return self.text(text.encode())

    def read(self, kind: str, name: str) -> str:
        """Return an expression of a source's text."""
        return self.reads[kind] % self.literal(name)


def generate_receiver(name: str, recipe: VerifyingRecipe) -> Snippet:
    """Return a program that verifies; UsageError for an unknown target or a scheme that no program here verifies."""
    if name not in RECEIVERS:
        raise UsageError(f"There is no receiver {name!r}.", f"There are: {', '.join(RECEIVERS)}.")
    if recipe.problem:
        raise UsageError(recipe.problem, "Verify with the provider's own library.")
    language: ReceiverLanguage = import_module(f"workbench.formats.snippets.receiver_{name}").LANGUAGE
    notes = _notes(recipe, language)
    about = [f"Verifies webhooks of {recipe.provider} ({recipe.scheme}).", *notes]
    text = rendered(
        language.template,
        about="\n".join(f"{language.comment} {line}" for line in about),
        text=language.literal,
        read=language.read,
        recipe=recipe,
        source=_split(recipe.source),
        prefix=recipe.prefix,
        conditions=[(*_split(source), value) for source, value in recipe.conditions],
        time=_split(recipe.time) if recipe.time else None,
        message_id=_split(recipe.message_id) if recipe.message_id else None,
        parts=_parts(recipe),
        signed=_signed(recipe, language),
        uses=_uses(recipe),
        signs=bool(recipe.signed),
        hash_new=_GO_HASHES.get(recipe.hash, f"{recipe.hash}.New"),
        seconds=recipe.time_unit == "seconds",
        future=not recipe.accepts_future,
    )
    return Snippet(language.finish(text), language.language, language.file_name, tuple(notes))


def _notes(recipe: VerifyingRecipe, language: ReceiverLanguage) -> list[str]:
    variable = recipe.variable
    notes = [
        f"The secret is read from the environment variable {variable}.",
        f"While it is being replaced, {variable}_PREVIOUS may hold the old one.",
    ]
    if _uses(recipe) & {"url", "path"}:
        notes.append(
            "The address that was called is signed: PUBLIC_ORIGIN says its scheme and host, https://example.com"
        )
    if not recipe.signed:
        notes.append("The secret itself is sent, so the body is not protected: only accept it over https.")
    return notes + ([language.needs] if language.needs else [])


def _split(source: str) -> tuple[str, str]:
    kind, _, name = source.partition(":")
    return kind, name


def _parts(recipe: VerifyingRecipe) -> list[tuple[str, str, str]]:
    """Return variable, kind and name of each source that is signed."""
    sources = [piece for piece in recipe.signed if isinstance(piece, str) and ":" in piece]
    return [(f"part{place + 1}", *_split(source)) for place, source in enumerate(dict.fromkeys(sources))]


def _signed(recipe: VerifyingRecipe, language: ReceiverLanguage) -> list[str]:
    variables = {f"{kind}:{name}": language.source[kind] % variable for variable, kind, name in _parts(recipe)}
    pieces: list[str] = []
    for piece in recipe.signed:
        if isinstance(piece, bytes):
            pieces.append(language.content(piece))
        elif piece in variables:
            pieces.append(variables[piece])
        else:
            pieces.append(language.names[piece])
    return pieces


def _uses(recipe: VerifyingRecipe) -> set[str]:
    """Return the kinds of sources and the names that are read: `header`, `query`, `body_field`, `url` …"""
    found: set[str] = set()
    for source in recipe.sources:
        kind, colon, _ = source.partition(":")
        found.add("body_field" if kind == "body" and colon else kind)
    return found
