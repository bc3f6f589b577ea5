"""A request for a program that is shown, saved and handed around: no secret, no token, and what it lacks is said.

The window and the command line call these, so a program of one is that of the other.
"""

from workbench.engine.delivering import DeliveryService
from workbench.engine.dynamic_values import Sources
from workbench.engine.preparing import Prepared
from workbench.engine.secrets_by_name import with_named_secrets, with_named_sources, without_sessions, words_used
from workbench.engine.sending_context import SendingContext
from workbench.engine.snippet_recipes import signing_recipe
from workbench.formats.snippets.recipe import SigningRecipe
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


def program_notes(prepared: Prepared, *, is_masked: bool = False) -> tuple[str, ...]:
    """Return what whoever runs the program must put in, or do anew."""
    notes = [*words_used(prepared)]
    if is_masked:
        notes.append(f"{MASK.decode()} stands for a secret, or for what was made of one: put it in anew.")
    kind = prepared.auth.kind
    if kind is AuthKind.DIGEST:
        notes.append("Digest authentication is left out: it answers to what the server asks.")
    elif kind in (AuthKind.AWS_V4, AuthKind.JWT):
        notes.append("The authentication was made for now, with words for secrets: the program must make it anew.")
    return tuple(notes)
