"""What a language calls the things that every program needs, and the parts of a plan said in it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.formats.snippets.plan import Plan, expression
from workbench.formats.snippets.recipe import Making, Piece, SigningRecipe, Template, Value
from workbench.formats.snippets.rendering import rendered

Names = Mapping[Value, str]


@dataclass(frozen=True, slots=True)
class Language:
    """One language's words."""

    text: Callable[[bytes], str]
    """A literal of header text, one character a byte."""
    content: Callable[[bytes], str]
    """An expression of exactly these bytes, as the body is held."""
    names: Names
    """Each value as text."""
    encoded: Callable[[str], str]
    """A text's expression as the body is held: bytes, where the language tells them apart."""
    joiner: str
    content_joiner: str
    """What stands between the pieces of a body; `%s` where all of them are arguments of a call."""
    empty: str
    """An empty text."""
    file: str
    """An expression of a file's content; `%s` is a literal of its name."""
    times: Mapping[str, str]
    keys: Mapping[str, str]
    """By the key's form, an expression of the key as bytes."""
    encodings: Mapping[str, str]
    """By encoding, an expression of `digest` as text."""
    hashes: Mapping[str, str] = field(default_factory=dict[str, str])
    """By our name of a hash the language's; itself where it is not in here."""
    comment: str = "#"
    body: str = "body"
    key: str = "key"

    def text_of(self, template: Template) -> str:
        """Return an expression of a template as text."""
        return expression(template, self.text, self.names, self.joiner, self.empty)

    def content_of(self, template: Template) -> str:
        """Return an expression of a template as bytes."""
        if "%s" in self.content_joiner and len(template) > 1:
            return self.content_joiner % expression(template, self.content, self.content_names, ", ", self.empty)
        return expression(template, self.content, self.content_names, self.content_joiner, self.empty)

    @property
    def content_names(self) -> dict[Value, str]:
        """Each value as the body is held."""
        return {**{value: self.encoded(name) for value, name in self.names.items()}, Value.BODY: self.body}


def program(plan: Plan, language: Language, template: str, **values: Any) -> str:
    """Return the template filled in with a plan's parts in this language, and with `values`."""
    recipe = plan.signing if plan.signs else None
    body = language.content_of(plan.body) if plan.body else ""
    if plan.body_file:
        body = language.file % language.text(plan.body_file.encode())
    said: dict[str, Any] = {
        "about": about(plan, language.comment),
        "recipe": recipe,
        "signs": recipe is not None,
        "computes": recipe is not None and recipe.computes,
        "body": body,
        "body_follows": plan.body_follows_signature,
        "method": language.text(plan.method.encode("latin-1")),
        "url": language.text_of(plan.url),
        "path": language.text_of(plan.path),
        "headers": [(language.text(name.encode("latin-1")), language.text_of(value)) for name, value in plan.headers],
        "is_unusual": plan.is_unusual,
        **(_signing(recipe, language) if recipe is not None else {}),
    }
    return rendered(template, **{**said, **values})


def _signing(recipe: SigningRecipe, language: Language) -> dict[str, Any]:
    return {
        "variable": recipe.variable,
        "time": language.times.get(recipe.time_unit, ""),
        "is_hmac": recipe.making is Making.HMAC,
        "hash": language.hashes.get(recipe.hash, recipe.hash),
        "key": language.keys[recipe.key_form],
        "signed": list(_signed(recipe.signed, language)),
        "signature": language.encodings.get(recipe.encoding, ""),
    }


def _signed(template: Template, language: Language) -> Iterator[str]:
    """Yield what is signed as expressions of bytes: body and key alone, texts between them as one."""
    texts: list[Piece] = []
    for piece in (*template, None):
        if piece not in (Value.BODY, Value.SECRET, None):
            texts.append(piece)
            continue
        if len(texts) == 1 and isinstance(texts[0], bytes):
            yield language.content(texts[0])
        elif texts:
            yield language.encoded(language.text_of(tuple(texts)))
        texts = []
        if piece is not None:
            yield language.body if piece is Value.BODY else language.key


def about(plan: Plan, comment: str) -> str:
    """Return the comment a program begins with: one line, then what is to be known.

    A URL may hold what would end a comment: a line break, PHP's `?>`, an escape that Java reads even there.
    """
    lines = [f"{plan.title}.", *plan.notes]
    return "\n".join(f"{comment} {_IN_COMMENTS.sub('?', line).replace('?>', '? >')}" for line in lines)


_IN_COMMENTS = re.compile(r"[^ -\[\]-~…]")
