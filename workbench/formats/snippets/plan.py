"""What a program sends, worked out once for every language, and what its client cannot help changing."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from workbench.formats.snippets.recipe import Piece, SigningRecipe, Template, Value
from workbench.model.message import Request

INLINE_LIMIT_BYTES = 32 * 1024
"""A larger body is read from a file: compilers and shells bound what a literal may hold."""
BODY_FILE = "body.bin"
_USUAL_TARGET = re.compile(r"/(?!/)(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-F]{2})*")
_DOTS = re.compile(r"/\.{1,2}(?:[/?]|$)")


@dataclass(frozen=True, slots=True)
class Target:
    """A client that programs are written for, and what it cannot help doing to a request."""

    name: str
    """`python-requests`: what it is asked for by."""
    title: str
    language: str
    file_name: str
    needs: str = ""
    """What it needs beside the language, as a sentence."""
    keeps_order: bool = True
    """False where headers go out in an order of its own."""
    keeps_case: bool = True
    keeps_repeats: bool = True
    """False where headers of one name are joined with a comma."""
    keeps_target: bool = True
    """False where it writes an unusual path or query anew."""
    sends_body_with_get: bool = True
    adds: tuple[str, ...] = ()
    """Headers that it sends where the request has none of that name."""
    drops: frozenset[str] = frozenset()
    """Headers, in lower case, that it refuses to set."""
    header_charset: str = "latin-1"
    """What header values are written in; a value that cannot be is noted."""
    secret_shows: str = ""
    """Why a secret that is part of the URL can be seen by others, as a sentence."""


@dataclass(slots=True)
class Plan:
    """One program's parts."""

    target: Target
    method: str
    base_url: str
    path: Template
    headers: list[tuple[str, Template]]
    body: Template
    body_file: str
    signing: SigningRecipe | None
    is_unusual: bool
    """The path or query holds what a client would write anew."""
    notes: list[str] = field(default_factory=list[str])

    @property
    def title(self) -> str:
        """What the program does, in a line."""
        said = f"{self.method} {self.base_url}{_shown(self.path)}"
        if self.signing is None or self.signing.note:
            return said
        if self.signing.problem:
            return f"{said}, not signed"
        return f"{said}, signed as {self.signing.provider} does ({self.signing.scheme})"

    @property
    def url(self) -> Template:
        """Scheme, authority, path and query."""
        return merged((self.base_url.encode("latin-1", "replace"), *self.path))

    @property
    def signs(self) -> bool:
        return self.signing is not None and not self.signing.problem

    @property
    def has_body(self) -> bool:
        return bool(self.body or self.body_file)

    @property
    def body_follows_signature(self) -> bool:
        return any(piece in (Value.SIGNATURE, Value.SIGNATURE_QUOTED) for piece in self.body)

    def has(self, name: str) -> bool:
        """True where a header of that name (in lower case) goes out."""
        return any(key.lower() == name for key, _ in self.headers)

    def uses(self, value: Value) -> bool:
        """True where a value stands anywhere in the request."""
        return any(value in template for template in (self.path, self.body, *(item for _, item in self.headers)))


def make_plan(
    target: Target, request: Request, base_url: str, signing: SigningRecipe | None, body_file: str = ""
) -> Plan:
    """Return what a program for that client sends; `body_file` names the file of a body too large for its text."""
    signs = signing is not None and not signing.problem
    body, file = _body(request, signing if signs else None, body_file)
    notes: list[str] = []
    if (body or file) and request.method in ("GET", "HEAD") and not target.sends_body_with_get:
        notes.append(f"{target.title} refuses a body with {request.method}, so the body is not sent.")
        body, file = (), ""
    if signing is not None and not body and not file:
        signing = replace(signing, signed=tuple(piece for piece in signing.signed if piece is not Value.BODY))
    path: Template = (request.target.encode("latin-1", "replace"),)
    if signs and signing is not None and signing.target is not None:
        path = signing.target
    usual = request.target.isascii() and _USUAL_TARGET.fullmatch(request.target) and not _DOTS.search(request.target)
    plan = Plan(target, request.method, base_url, path, [], body, file, signing, not usual, notes)
    plan.headers = _headers(plan, request)
    _note(plan, request)
    return plan


def _body(request: Request, signing: SigningRecipe | None, body_file: str) -> tuple[Template, str]:
    if signing is not None and signing.body is not None:
        return signing.body, ""
    if request.body.path is not None:
        return (), body_file or request.body.path
    if request.body.size > INLINE_LIMIT_BYTES:
        return (), body_file or BODY_FILE
    return (request.body.content,) if request.body.content else (), ""


def _headers(plan: Plan, request: Request) -> list[tuple[str, Template]]:
    """Return what the program sets: all but what every client works out from address and body."""
    authority = plan.base_url.split("://", 1)[-1]
    kept: list[tuple[str, Template]] = []
    for name, value in request.headers:
        lower = name.lower()
        if lower == "content-length":
            if value.strip() != str(request.body.size) and not (plan.signs and plan.signing and plan.signing.body):
                plan.notes.append(f"Content-Length is the body's size, not {value.strip()}.")
        elif lower == "transfer-encoding":
            plan.notes.append("The body goes out with its length, not in chunks.")
        elif lower in plan.target.drops:
            plan.notes.append(f"{plan.target.title} does not let a program set {name}, so it is left out.")
        elif lower != "host" or value != authority:
            kept.append((name, (value.encode("latin-1", "replace"),) if value else ()))
    for name, template in plan.signing.headers if plan.signs and plan.signing else ():
        _set(kept, name, template)
    return kept if plan.target.keeps_repeats else _joined(kept, plan)


def _set(headers: list[tuple[str, Template]], name: str, template: Template) -> None:
    places = [index for index, (key, _) in enumerate(headers) if key.lower() == name.lower()]
    if not places:
        headers.append((name, template))
        return
    headers[places[0]] = (headers[places[0]][0], template)
    for place in reversed(places[1:]):
        del headers[place]


def _joined(headers: list[tuple[str, Template]], plan: Plan) -> list[tuple[str, Template]]:
    found: dict[str, tuple[str, Template]] = {}
    for name, template in headers:
        lower = name.lower()
        if lower in found:
            between = b"; " if lower == "cookie" else b", "
            found[lower] = (found[lower][0], merged((*found[lower][1], between, *template)))
            plan.notes.append(f"{plan.target.title} sends the repeated header {name} as one, its values joined.")
        else:
            found[lower] = (name, template)
    return list(found.values())


def _note(plan: Plan, request: Request) -> None:
    target, notes = plan.target, plan.notes
    if plan.signing is not None and plan.signing.problem:
        notes.append(plan.signing.problem)
    if plan.signs and plan.signing is not None:
        usual = f"The secret is read from the environment variable {plan.signing.variable}."
        notes.append(plan.signing.note or usual)
    if plan.body_file:
        notes.append(f"The body is read from the file {plan.body_file}.")
    if target.needs:
        notes.append(target.needs)
    if not target.keeps_order and len(plan.headers) > 1:
        notes.append(f"{target.title} sends the headers in an order of its own.")
    if not target.keeps_case and any(name != _capitalised(name) for name, _ in plan.headers):
        notes.append(f"{target.title} writes header names in its own case.")
    added = [name for name in target.adds if not plan.has(name.lower())]
    if added:
        notes.append(f"{target.title} adds {', '.join(added)}.")
    if plan.is_unusual and not target.keeps_target:
        notes.append(f"{target.title} may write the path and query anew: they are not as URLs usually are.")
    if any(not _writable(template, target.header_charset) for _, template in plan.headers):
        notes.append(f"A header holds bytes that {target.title} does not send as they are.")
    if target.secret_shows and any(piece in (Value.SECRET, Value.SECRET_QUOTED) for piece in plan.path):
        notes.append(target.secret_shows)
    if request.head.http_version not in ("", "1.1"):
        notes.append(f"The request was HTTP/{request.head.http_version}; the program speaks its client's version.")
    plan.notes = list(dict.fromkeys(notes))


def _capitalised(name: str) -> str:
    return "-".join(word.capitalize() for word in name.split("-"))


def _writable(template: Template, charset: str) -> bool:
    for piece in template:
        if isinstance(piece, bytes) and not piece.isascii():
            if charset == "ascii":
                return False
            try:
                piece.decode("latin-1" if charset == "latin-1" else "utf-8")
            except UnicodeDecodeError:
                return False
    return True


def merged(template: Template) -> Template:
    """Return the template with bytes that stand together as one piece."""
    found: list[Piece] = []
    for piece in template:
        if not piece:
            continue
        last = found[-1] if found else None
        if isinstance(piece, bytes) and isinstance(last, bytes):
            found[-1] = last + piece
        else:
            found.append(piece)
    return tuple(found)


def _shown(template: Template) -> str:
    """Return a template for a comment: what is only known when the program runs as `…`."""
    text = "".join(piece.decode("latin-1") if isinstance(piece, bytes) else "…" for piece in template)
    return re.sub(r"[^ -~…]", "?", text)


def expression(
    template: Template, literal: Callable[[bytes], str], names: Mapping[Value, str], joiner: str, empty: str
) -> str:
    """Return an expression that makes the template: literals and names with the language's joiner between."""
    pieces = [literal(piece) if isinstance(piece, bytes) else names[piece] for piece in template]
    return joiner.join(pieces) if pieces else empty
