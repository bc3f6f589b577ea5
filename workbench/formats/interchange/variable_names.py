"""`{{…}}` of other programs in our words: names, and values made at the moment of sending.

What means the same here is translated. What does not is kept as it was written and reported, so that nothing is sent
under a name that has no value without anybody knowing.
"""

import re
from collections.abc import Callable

from workbench.formats.interchange.imported import Losses

_PLACEHOLDER = re.compile(r"\{\{([^{}\n]*)\}\}")
_NAME = re.compile(r"[A-Za-z_][\w.\-]*\Z")
_NO_NAME_CHARACTERS = re.compile(r"[^\w.\-]+")

_MADE_UP = """
UUID Int AlphaNumeric Boolean Color HexColor Abbreviation IP IPV6 MACAddress Password Locale UserAgent
Protocol Semver FirstName LastName FullName NamePrefix NameSuffix JobArea JobDescriptor JobTitle JobType
PhoneNumber PhoneNumberExt City StreetName StreetAddress Country CountryCode Latitude Longitude AvatarImage
ImageUrl AbstractImage AnimalsImage BusinessImage CatsImage CityImage FoodImage NightlifeImage FashionImage
PeopleImage NatureImage SportsImage TransportImage ImageDataUri BankAccount BankAccountName CreditCardMask
BankAccountBic BankAccountIban TransactionType CurrencyCode CurrencyName CurrencySymbol Bitcoin CompanyName
CompanySuffix Bs BsAdjective BsBuzz BsNoun CatchPhrase CatchPhraseAdjective CatchPhraseDescriptor
CatchPhraseNoun DatabaseColumn DatabaseType DatabaseCollation DatabaseEngine DateFuture DatePast DateRecent
Weekday Month DomainName DomainSuffix DomainWord Email ExampleEmail UserName Url FileName FileType FileExt
CommonFileName CommonFileType CommonFileExt FilePath DirectoryPath MimeType Price Product ProductAdjective
ProductMaterial ProductName Department Noun Verb Ingverb Adjective Word Words Phrase LoremWord LoremWords
LoremSentence LoremSentences LoremParagraph LoremParagraphs LoremText LoremSlug LoremLines
"""
POSTMAN_DYNAMIC = frozenset(
    {"$guid", "$timestamp", "$isoTimestamp", *(f"$random{name}" for name in _MADE_UP.split())}
)
"""Postman's dynamic variables (its manual's list), which have the same names and meaning here; Bruno has them too."""

Translation = Callable[[str, Losses], str]
"""Takes what stands between the braces and returns what stands there in our words."""


def translated(text: str, losses: Losses, translation: Translation) -> str:
    """Return text with each `{{…}}` translated."""
    if "{{" not in text:
        return text

    def replaced(match: re.Match[str]) -> str:
        words = translation(match[1], losses)
        # Spaces between braces mean nothing: a body that says the same stays as it is.
        return match[0] if words == match[1].strip() else "{{" + words + "}}"

    return _PLACEHOLDER.sub(replaced, text)


def variable_name(name: str, losses: Losses) -> str:
    """Return a name that may stand in braces; one that had to change is reported."""
    plain = name.strip()
    if _NAME.match(plain) or not plain:
        return plain
    changed = _NO_NAME_CHARACTERS.sub("_", plain)
    changed = changed if _NAME.match(changed) else f"_{changed}"
    losses.add(f"The variable “{plain}” is called {changed} here.")
    return changed


def postman_words(content: str, losses: Losses) -> str:
    """Translate what stands between braces in Postman, Bruno and Hoppscotch."""
    plain = content.strip()
    if plain.startswith("$"):
        if plain in POSTMAN_DYNAMIC:
            return plain
        losses.add(f"The dynamic value {{{{{plain}}}}} is kept as it is written and may have no value here.")
        return content
    if plain.startswith("process.env."):
        name = variable_name(plain.removeprefix("process.env."), Losses())
        losses.add(f"{{{{{plain}}}}} read a variable of the system: give {name} a value in an environment.")
        return name
    return variable_name(plain, losses) if plain and _looks_like_a_name(plain) else content


def _looks_like_a_name(text: str) -> bool:
    """Braces in payloads hold other things too: `{{#each}}`, `{{"a": 1}}`."""
    return re.match(r"[\w][\w .:/@\-]*\Z", text) is not None
