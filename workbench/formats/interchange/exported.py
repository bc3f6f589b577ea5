"""What all writers share: the options of an export, words of templates in other languages, the requests laid flat."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from workbench.formats.interchange.auth_words import public_header
from workbench.formats.interchange.examples import lose_examples
from workbench.formats.interchange.imported import Loss, Losses
from workbench.model.authentication import Auth, AuthKind
from workbench.model.collection import CollectionTree, Defaults, Field, SavedRequest
from workbench.model.signature import NOT_SIGNED, SigningChoice, SignMode
from workbench.model.template import Placeholder, replaced
from workbench.model.variables import Variable


@dataclass(frozen=True, slots=True)
class Exported:
    """A file for another program, and all that it lacks."""

    content: bytes = field(repr=False)
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class HmacRecipe:
    """How a provider signs, where a script of another program can do the same: an HMAC over a text with the body."""

    provider: str
    header: str
    value: str
    """The header's value, with `{signature}`, `{timestamp}` and `{id}` in it."""
    pieces: tuple[str, ...]
    """What is signed, in order: `{body}`, `{timestamp}`, `{id}`, and all else as text."""
    algorithm: str = "sha256"
    encoding: str = "hex"
    """`hex` or `base64`."""
    key_form: str = "text"
    """What the secret is: `text`, `hex`, `base64`, `whsec` (base64 after a prefix)."""
    timestamp_header: str = ""
    timestamp_unit: str = ""
    """`seconds`, `milliseconds` or `iso`; empty where no time is signed."""
    id_header: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    """Headers that say which scheme it is."""


RecipeOf = Callable[[SigningChoice], HmacRecipe | None]
"""Returns how a request is signed; None where no script can do it."""


def no_recipe(choice: SigningChoice) -> HmacRecipe | None:
    """Return no way to sign."""
    del choice
    return None


SECRET_VARIABLE = "webhook_secret"
"""The variable that generated scripts take the secret from."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a user chose for an export."""

    with_secrets: bool = False
    environment: str = ""
    """The one that is written, where a format holds one."""
    recipe_of: RecipeOf = no_recipe


Words = Callable[[Placeholder], str | None]
"""Returns a placeholder in another language; None where it cannot be said."""


def in_words(text: str, losses: Losses, words: Words) -> str:
    """Return text with each placeholder in another language; what cannot be said is kept, and reported."""

    def value_of(found: Placeholder) -> str:
        said = words(found)
        if said is not None:
            return said
        shown = text[found.start : found.end]
        losses.add(f"{shown} means nothing there: it is kept as it is written.")
        return shown

    return replaced(text, value_of)


def plain_name(found: Placeholder) -> str | None:
    """Return the name of a variable without filters and labels; None for anything else."""
    return None if found.filters or found.source.is_dynamic else found.source.name


def dynamic_name(found: Placeholder) -> str | None:
    """Return the name of a value made at sending, without arguments; None for anything else."""
    source = found.source
    return source.name if source.is_dynamic and not (found.filters or source.arguments or source.label) else None


def public_variables(variables: tuple[Variable, ...], losses: Losses) -> tuple[Variable, ...]:
    """Return variables without the values of secrets."""
    secret = [variable.name for variable in variables if variable.secret]
    if secret:
        losses.add(f"Secrets go out without their values: {', '.join(secret)}.")
    return tuple(replace(variable, value="") if variable.secret else variable for variable in variables)


def public_headers(headers: tuple[Field, ...], losses: Losses, options: Options) -> tuple[Field, ...]:
    """Return headers without literal credentials, unless they were asked for."""
    return tuple(
        replace(row, value=public_header(row.name, row.value, losses, with_secrets=options.with_secrets))
        for row in headers
    )


def recipe_for(request: SavedRequest, losses: Losses, options: Options) -> HmacRecipe | None:
    """Return how a script signs this request; None where it is not signed, or, reported, cannot be."""
    choice = request.signing
    if not choice.provider or choice == NOT_SIGNED:
        return None
    recipe = options.recipe_of(choice) if choice.mode is SignMode.FRESH else None
    if recipe is None:
        losses.add(f"The signing as {choice.provider} is left out: it is no plain HMAC of a text with the body.")
        return None
    losses.add(f"The signing as {recipe.provider} is a script: put the secret into the variable {SECRET_VARIABLE}.")
    return recipe


def lose_literal_head(request: SavedRequest, losses: Losses) -> None:
    """Report `{{` that is literal in method, URL and headers, where another program takes it for a variable."""
    texts = (request.method, request.url, *(text for row in request.headers for text in (row.name, row.value)))
    if request.literal and any("{{" in text for text in texts):
        losses.add("{{ in its URL or headers is sent as it stands here, and is a variable there.")


def lose_signing(request: SavedRequest, losses: Losses) -> None:
    """Report the signing of a request in a format that has no scripts."""
    if request.signing.provider:
        losses.add(f"The signing as {request.signing.provider} is left out.")


def flattened(tree: CollectionTree, losses: Losses) -> Iterator[tuple[SavedRequest, Losses]]:
    """Yield every request with what its folders give it, named with its folders, and the place of its losses."""
    yield from _flattened(tree, Defaults(), "", losses.at(tree.name))


def _flattened(
    tree: CollectionTree, above: Defaults, prefix: str, losses: Losses
) -> Iterator[tuple[SavedRequest, Losses]]:
    given = _joined(above, tree.defaults)
    for request in tree.items:
        place = losses.at(request.name)
        if isinstance(request, CollectionTree):
            yield from _flattened(request, given, f"{prefix}{request.name} / ", place)
            continue
        named = {row.name.lower() for row in request.headers}
        inherited = tuple(row for row in given.headers if row.name.lower() not in named)
        auth = given.auth if request.auth.kind is AuthKind.INHERIT else request.auth
        yield (
            replace(
                request,
                name=prefix + request.name,
                headers=(*inherited, *request.headers),
                auth=auth if auth.kind is not AuthKind.INHERIT else Auth(AuthKind.NONE),
                settings=request.settings.over(given.settings),
                variables=tuple(_by_name((*given.variables, *request.variables)).values()),
            ),
            place,
        )


def _joined(above: Defaults, own: Defaults) -> Defaults:
    named = {row.name.lower() for row in own.headers}
    return Defaults(
        headers=(*(row for row in above.headers if row.name.lower() not in named), *own.headers),
        auth=above.auth if own.auth.kind is AuthKind.INHERIT else own.auth,
        variables=tuple(_by_name((*above.variables, *own.variables)).values()),
        settings=own.settings.over(above.settings),
    )


def _by_name(variables: tuple[Variable, ...]) -> Mapping[str, Variable]:
    return {variable.name: variable for variable in variables}


def lose_rows(request: SavedRequest, losses: Losses, *, keep_off: bool = False) -> None:
    """Report what flat formats have no place for: switched-off rows, checks, values taken from answers."""
    rows = (*request.headers, *request.disabled_params, *request.body.disabled_fields)
    off = [row.name for row in rows if not row.enabled]
    if off and not keep_off:
        losses.add(f"Switched-off rows are left out: {', '.join(off)}.")
    if request.assertions:
        losses.add(f"Assertions are left out: {len(request.assertions)}.")
    lose_examples(request, losses)
    if request.takings:
        losses.add(f"Values taken from answers are left out: {', '.join(each.name for each in request.takings)}.")


def with_path_params(request: SavedRequest) -> str:
    """Return the URL with `:name` segments filled in."""
    url = request.url
    for row in request.path_params:
        base, mark, query = url.partition("?")
        segments = [row.value if segment == f":{row.name}" else segment for segment in base.split("/")]
        url = "/".join(segments) + mark + query
    return url


def body_text(request: SavedRequest, losses: Losses) -> str | None:
    """Return the body as text; None, reported, where its bytes are none."""
    content = request.body.content.read()
    try:
        return content.decode()
    except UnicodeDecodeError:
        losses.add("The body is not UTF-8 text, which this format cannot hold: it is left out.")
        return None
