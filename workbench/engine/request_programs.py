"""A request for a program that is shown, saved and handed around: no secret, no token, and what it lacks is said.

The window and the command line call these, so a program of one is that of the other.
"""

from workbench.engine.delivering import DeliveryService
from workbench.engine.dynamic_values import Sources
from workbench.engine.preparing import Prepared
from workbench.engine.secrets_by_name import (
    NAMED,
    with_named_secrets,
    with_named_sources,
    without_sessions,
    words_used,
)
from workbench.engine.sending_context import SendingContext
from workbench.engine.snippet_recipes import signing_recipe
from workbench.formats.snippets.plan import merged
from workbench.formats.snippets.recipe import SigningRecipe, Value
from workbench.model.authentication import AuthKind
from workbench.model.collection import SavedRequest
from workbench.model.masking import MASK
from workbench.model.message import Request
from workbench.model.signature import SigningChoice, SignMode
from workbench.model.variables import Scopes
from workbench.providers.pack import Provider
from workbench.providers.signing import choose_scheme
from workbench.providers.subject import Subject


async def prepare_for_program(
    deliveries: DeliveryService, saved: SavedRequest, context: SendingContext, scopes: Scopes, sources: Sources
) -> Prepared:
    """Return the request not signed, with words for secrets; no token is asked for, with words least of all."""
    return await deliveries.prepare(
        without_sessions(saved, context),
        scopes=with_named_secrets(scopes),
        inherited=context.inherited,
        sources=with_named_sources(sources),
    )


def program_recipe(
    provider: Provider | None, choice: SigningChoice, request: Request, base_url: str
) -> SigningRecipe | None:
    """Return how a program signs a request to that scheme and authority; None where it does not. UsageError."""
    if provider is None or choice.mode in (SignMode.KEEP, SignMode.MISSING):
        return None
    public_url = choice.public_url or f"{base_url}{request.target}"
    subject = Subject.of_head(request.head, request.body.read(), public_url)
    return signing_recipe(provider, choose_scheme(provider, subject, choice.scheme), request, public_url)


def credentials_recipe(prepared: Prepared, shown: Request) -> SigningRecipe | None:
    """Return how a program reads the request's credentials, which it must not hold, from an environment variable.

    None where `shown`, the request as the program may have it, holds them in clear, as a word to be replaced, or
    makes them in another way than from one text.
    """
    auth = prepared.auth
    match auth.kind:
        case AuthKind.BASIC:
            name, secret, value = "Authorization", "", Value.SECRET_BASE64
            said = ("BASIC_AUTH", f"user and password, as {auth.get('username')}:PASSWORD")
        case AuthKind.BEARER:
            name, secret, value = "Authorization", auth.get("token"), Value.SECRET
            said = ("BEARER_TOKEN", "the token")
        case AuthKind.API_KEY:
            name, secret, value = auth.get("key"), auth.get("value"), Value.SECRET
            said = ("API_KEY", "the key")
        case _:
            return None
    is_word = auth.kind is AuthKind.BASIC and NAMED in auth.get("password")
    if name.lower() not in prepared.credentials or not (is_word or MASK.decode() in shown.headers.get(name.lower())):
        return None
    before, _, after = prepared.request.headers.get(name.lower()).partition(secret) if secret else ("Basic ", "", "")
    template = merged((before.encode("latin-1"), value, after.encode("latin-1")))
    note = f"The environment variable {said[0]} holds {said[1]}."
    return SigningRecipe("", "", said[0], headers=((name, template),), note=note)


def is_masked_beside(recipe: SigningRecipe | None, shown: Request, sent: Request) -> bool:
    """Return whether a request is masked in more places than those that a program fills in."""
    filled = {name.lower() for name, _ in recipe.headers} if recipe is not None else set[str]()

    def rest(request: Request) -> tuple[object, ...]:
        headers = [(name, value) for name, value in request.headers if name.lower() not in filled]
        return request.head.start_line, headers, request.body

    return rest(shown) != rest(sent)


def program_notes(
    prepared: Prepared, *, is_masked: bool = False, recipe: SigningRecipe | None = None
) -> tuple[str, ...]:
    """Return what whoever runs the program must put in, or do anew; the recipe's variable says its own."""
    fills = recipe is not None and bool(recipe.note)
    notes = [*words_used(prepared, beside=prepared.auth.get("password") if fills else "")]
    if is_masked:
        notes.append(f"{MASK.decode()} stands for a secret, or for what was made of one: put it in anew.")
    kind = prepared.auth.kind
    if kind is AuthKind.DIGEST:
        notes.append("Digest authentication is left out: it answers to what the server asks.")
    elif kind in (AuthKind.AWS_V4, AuthKind.JWT):
        notes.append("The authentication was made for now, with words for secrets: the program must make it anew.")
    return tuple(notes)
