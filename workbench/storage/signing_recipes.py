"""How providers sign, for scripts of other programs: what of a pack is a plain HMAC over a text with the body.

Between the packs (`providers`) and the exports (`formats`), which do not know each other.
"""

from collections.abc import Callable

from workbench.formats.interchange.exported import HmacRecipe
from workbench.model.errors import WorkbenchError
from workbench.model.signature import SigningChoice
from workbench.providers.pack import Kind, Provider, Scheme
from workbench.providers.received import write_signature
from workbench.providers.signing import choose_scheme

_PLACES = ("body", "timestamp", "id")
_UNITS = ("seconds", "milliseconds", "iso")


def recipes(provider_of: Callable[[str], Provider | None]) -> Callable[[SigningChoice], HmacRecipe | None]:
    """Return a function that gives the recipe of a request's signing; None where no script can do it."""

    def recipe_of(choice: SigningChoice) -> HmacRecipe | None:
        try:
            provider = provider_of(choice.provider)
            return _recipe(provider, choose_scheme(provider, wanted=choice.scheme)) if provider else None
        except WorkbenchError:
            return None

    return recipe_of


def _recipe(provider: Provider, scheme: Scheme) -> HmacRecipe | None:
    rule, place = scheme.timestamp, scheme.place
    plain = scheme.kind is Kind.HMAC and bool(place.header) and place.encoding in ("hex", "base64")
    if not plain or scheme.key_form not in ("text", "hex", "base64", "whsec"):
        return None
    pieces = _pieces(scheme)
    sources = [selector.source for selector, _ in scheme.when]
    sources += [scheme.message_id.source] if scheme.message_id else []
    if pieces is None or any(source != "header" for source in sources):
        return None
    if rule is not None and (rule.source.source not in ("header", "signature") or rule.unit not in _UNITS):
        return None
    in_signature = rule is not None and rule.source.source == "signature"
    members = {rule.source.name: "{timestamp}"} if rule is not None and in_signature else {}
    return HmacRecipe(
        provider=provider.name,
        header=place.header,
        value=write_signature(place, "{signature}", members),
        pieces=pieces,
        algorithm=scheme.hash,
        encoding=place.encoding,
        key_form=scheme.key_form,
        timestamp_header=_header(rule.source.name) if rule is not None and not in_signature else "",
        timestamp_unit=rule.unit if rule is not None else "",
        id_header=_header(scheme.message_id.name) if scheme.message_id else "",
        headers=tuple((_header(selector.name), value) for selector, value in scheme.when),
    )


def _pieces(scheme: Scheme) -> tuple[str, ...] | None:
    """Return what is signed, piece by piece; None where a piece is more than body, time and id."""
    if scheme.signed is None or "body" not in scheme.signed.pieces:
        return None
    found: list[str] = []
    for piece in scheme.signed.pieces:
        if isinstance(piece, bytes):
            found.append(piece.decode("utf-8", "replace"))
        elif isinstance(piece, str) and piece in _PLACES:
            found.append("{" + piece + "}")
        else:
            return None
    return tuple(found)


def _header(lower_name: str) -> str:
    return "-".join(word.capitalize() for word in lower_name.split("-"))
