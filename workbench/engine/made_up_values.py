"""Made-up names, addresses and words under the names that Postman gave them (`$randomFirstName`).

Most are Faker's, which is loaded with the first value asked for; what it has no word for comes from the short lists
below. Source of the names: Postman's "Dynamic variables" page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from workbench.model.clock import rfc3339

_DAY_US = 24 * 3600 * 1_000_000


@dataclass(frozen=True, slots=True)
class MadeUp:
    """One name of Postman's list, and how its value is made of Faker's."""

    name: str
    makes: str
    example: str
    make: Callable[["MadeUpNames"], str]


class MadeUpNames:
    """Makes the values of one sending; seeded by the `random` that is handed in."""

    def __init__(self, random: Random, now_us: int) -> None:
        self.random = random
        self._now_us = now_us
        self._fake: Any = None

    @property
    def fake(self) -> Any:
        """Faker's generator; loading it takes 0.1 s the first time."""
        if self._fake is None:
            from faker.factory import Factory

            self._fake = Factory.create("en_US")
            self._fake.random = self.random
        return self._fake

    def make(self, name: str) -> str:
        """Return a new value of that name, which must be one of `MADE_UP`."""
        return _BY_NAME[name].make(self)

    def instant(self, days_from: int, days_to: int) -> str:
        """Return a time that many days from now."""
        return rfc3339(self._now_us + self.random.randint(days_from * _DAY_US, days_to * _DAY_US))[:-4] + "Z"

    def words(self, count: int) -> str:
        return " ".join(self.fake.words(count))


def _faker(method: str, **options: Any) -> Callable[[MadeUpNames], str]:
    return lambda names: str(getattr(names.fake, method)(**options))


def _one_of(text: str) -> Callable[[MadeUpNames], str]:
    choices = text.split("|")
    return lambda names: names.random.choice(choices)


def _image(topic: str) -> Callable[[MadeUpNames], str]:
    return lambda names: f"https://images.example/640/480/{topic}?{names.random.randint(1, 99999)}"


_DEPARTMENTS = "Books|Electronics|Garden|Grocery|Health|Home|Music|Outdoors|Shoes|Sports|Tools|Toys"
_ADJECTIVES = "Ergonomic|Fantastic|Generic|Handcrafted|Licensed|Practical|Refined|Rustic|Sleek|Small"
_MATERIALS = "Concrete|Cotton|Fresh|Frozen|Granite|Metal|Plastic|Rubber|Soft|Steel|Wooden"
_PRODUCTS = "Ball|Bike|Chair|Computer|Gloves|Hat|Keyboard|Mouse|Pants|Shirt|Shoes|Table|Towels"
_NOUNS = "alarm|array|bandwidth|bus|capacitor|card|circuit|driver|feed|firewall|interface|matrix|monitor|panel|port"
_VERBS = "back up|bypass|calculate|compress|connect|copy|generate|index|input|navigate|override|parse|program|reboot"
_ING = "bypassing|calculating|compressing|connecting|copying|generating|indexing|navigating|parsing|programming"
_TECHNICAL = (
    "auxiliary|back-end|bluetooth|cross-platform|digital|haptic|mobile|multi-byte|online|open-source|solid state"
)
_COLUMNS = "avatar|category|comment|createdAt|email|group|id|name|password|phone|status|title|token|updatedAt"
_TYPES = "bigint|binary|blob|boolean|date|datetime|decimal|double|enum|float|geometry|int|text|time|timestamp|varchar"
_COLLATIONS = "ascii_bin|ascii_general_ci|cp1250_bin|utf8_bin|utf8_general_ci|utf8_unicode_ci"
_ENGINES = "ARCHIVE|BLACKHOLE|CSV|InnoDB|MEMORY|MyISAM"
_ABBREVIATIONS = (
    "ADP|AGP|API|COM|CSS|EXE|FTP|GB|HDD|HTTP|IB|JBOD|JSON|PCI|PNG|RAM|RSS|SAS|SCSI|SDD|SMS|SQL|SSL|TCP|XML"
)
_ACCOUNTS = (
    "Auto Loan Account|Checking Account|Credit Card Account|Home Loan Account|Investment Account|"
    "Money Market Account|Personal Loan Account|Savings Account"
)
_PHRASE_STARTS = "If we {}|We need to {}|Try to {}|You can't simply {}"


def _phrase(names: MadeUpNames) -> str:
    verb, noun = names.random.choice(_VERBS.split("|")), names.random.choice(_NOUNS.split("|"))
    adjective = names.random.choice(_TECHNICAL.split("|"))
    return names.random.choice(_PHRASE_STARTS.split("|")).format(verb) + f" the {adjective} {noun}!"


def _product(names: MadeUpNames) -> str:
    return " ".join(names.random.choice(words.split("|")) for words in (_ADJECTIVES, _MATERIALS, _PRODUCTS))


def _phone(names: MadeUpNames) -> str:
    return names.fake.numerify("%##-555-01##")  # 555-01xx is kept free for made-up numbers.


def _data_image(names: MadeUpNames) -> str:
    colour = names.fake.hex_color().lstrip("#")
    return (
        "data:image/svg+xml;charset=UTF-8,%3Csvg%20xmlns%3D%22http%3A%2F%2Fwww.w3.org%2F2000%2Fsvg%22%20width%3D%22640"
        f"%22%20height%3D%22480%22%3E%3Crect%20width%3D%22100%25%22%20height%3D%22100%25%22%20fill%3D%22%23{colour}"
        "%22%2F%3E%3C%2Fsvg%3E"
    )


MADE_UP: tuple[MadeUp, ...] = (
    MadeUp(
        "$randomAlphaNumeric",
        "one letter or digit",
        "y",
        _faker("lexify", text="?", letters="abcdefghijklmnopqrstuvwxyz0123456789"),
    ),
    MadeUp("$randomBoolean", "true or false", "true", _one_of("true|false")),
    MadeUp("$randomColor", "a colour's name", "fuchsia", lambda names: names.fake.safe_color_name()),
    MadeUp("$randomHexColor", "a colour in hexadecimal", "#47594a", _faker("hex_color")),
    MadeUp("$randomAbbreviation", "an abbreviation", "PCI", _one_of(_ABBREVIATIONS)),
    MadeUp("$randomIP", "an IPv4 address", "192.0.2.17", _faker("ipv4")),
    MadeUp("$randomIPV6", "an IPv6 address", "dbe2:7ae6:119b:c161:1560:6dda:3a9b:90a9", _faker("ipv6")),
    MadeUp("$randomMACAddress", "a MAC address", "33:d4:68:5f:b4:c7", _faker("mac_address")),
    MadeUp(
        "$randomPassword",
        "a password of 15 characters",
        "t9iXe7COoDKv8k3",
        _faker("password", length=15, special_chars=False),
    ),
    MadeUp("$randomLocale", "a language's two letters", "ny", _faker("language_code")),
    MadeUp("$randomUserAgent", "a browser's User-Agent", "Mozilla/5.0 (X11; Linux x86_64) …", _faker("chrome")),
    MadeUp("$randomProtocol", "http or https", "https", _one_of("http|https")),
    MadeUp("$randomSemver", "a version", "7.0.5", lambda names: names.fake.numerify("#.#.#")),
    MadeUp("$randomFirstName", "a first name", "Ethan", _faker("first_name")),
    MadeUp("$randomLastName", "a last name", "Schaden", _faker("last_name")),
    MadeUp(
        "$randomFullName",
        "a full name",
        "Connie Runolfsdottir",
        lambda names: f"{names.fake.first_name()} {names.fake.last_name()}",
    ),
    MadeUp("$randomNamePrefix", "a form of address", "Dr.", _faker("prefix")),
    MadeUp("$randomNameSuffix", "what follows a name", "MD", _faker("suffix")),
    MadeUp(
        "$randomJobArea",
        "an area of work",
        "Mobility",
        _one_of(
            "Accounts|Applications|Assurance|Branding|Communications|Creative|Data|Directives|Identity|Intranet|Markets|Mobility|Program|Quality|Research|Security|Tactics|Web"
        ),
    ),
    MadeUp(
        "$randomJobDescriptor",
        "a rank of work",
        "Senior",
        _one_of(
            "Central|Chief|Corporate|Direct|District|Dynamic|Forward|Future|Global|Human|Internal|Lead|Legacy|National|Principal|Regional|Senior"
        ),
    ),
    MadeUp("$randomJobTitle", "a job", "Systems analyst", _faker("job")),
    MadeUp(
        "$randomJobType",
        "a kind of work",
        "Supervisor",
        _one_of(
            "Administrator|Agent|Analyst|Architect|Assistant|Associate|Consultant|Coordinator|Designer|Developer|Director|Engineer|Manager|Officer|Planner|Specialist|Supervisor|Technician"
        ),
    ),
    MadeUp("$randomPhoneNumber", "a phone number nobody has", "700-555-0155", _phone),
    MadeUp(
        "$randomPhoneNumberExt",
        "one with an extension",
        "27-199-555-0155",
        lambda names: names.fake.numerify("%#-") + _phone(names),
    ),
    MadeUp("$randomCity", "a city", "Spinkahaven", _faker("city")),
    MadeUp("$randomStreetName", "a street", "Kuhic Island", _faker("street_name")),
    MadeUp("$randomStreetAddress", "a street with a number", "5742 Harvey Streets", _faker("street_address")),
    MadeUp("$randomCountry", "a country", "Lao People's Democratic Republic", _faker("country")),
    MadeUp("$randomCountryCode", "a country's two letters", "CV", _faker("country_code")),
    MadeUp("$randomLatitude", "a latitude", "55.2099", _faker("latitude")),
    MadeUp("$randomLongitude", "a longitude", "40.6609", _faker("longitude")),
    MadeUp("$randomAvatarImage", "a picture's URL", "https://images.example/640/480/avatar?1", _image("avatar")),
    MadeUp("$randomImageUrl", "a picture's URL", "https://images.example/640/480/image?1", _image("image")),
    *(
        MadeUp(
            f"$random{topic}Image",
            "a picture's URL",
            f"https://images.example/640/480/{topic.lower()}?1",
            _image(topic.lower()),
        )
        for topic in (
            "Abstract",
            "Animals",
            "Business",
            "Cats",
            "City",
            "Food",
            "Nightlife",
            "Fashion",
            "People",
            "Nature",
            "Sports",
            "Transport",
        )
    ),
    MadeUp("$randomImageDataUri", "a picture as a data: URL", "data:image/svg+xml;charset=UTF-8,…", _data_image),
    MadeUp("$randomBankAccount", "eight digits", "09454073", _faker("numerify", text="########")),
    MadeUp(
        "$randomBankAccountName",
        "an account's kind",
        "Home Loan Account",
        _one_of(_ACCOUNTS),
    ),
    MadeUp("$randomCreditCardMask", "four last digits of a card", "3622", _faker("numerify", text="####")),
    MadeUp("$randomBankAccountBic", "a bank's BIC", "EZIAUGJ1", _faker("swift8")),
    MadeUp("$randomBankAccountIban", "an IBAN", "GB33BUKB20201555555555", _faker("iban")),
    MadeUp("$randomTransactionType", "a kind of payment", "invoice", _one_of("deposit|invoice|payment|withdrawal")),
    MadeUp("$randomCurrencyCode", "a currency's three letters", "CDF", _faker("currency_code")),
    MadeUp("$randomCurrencyName", "a currency", "CFP Franc", _faker("currency_name")),
    MadeUp("$randomCurrencySymbol", "a currency's sign", "£", _one_of("$|£|€|¥|₹|₩|₺|₽|฿")),
    MadeUp(
        "$randomBitcoin",
        "a Bitcoin address that is none",
        "3VB8JGT7Y4Z63U68KGGKDXMLLH5",
        _faker("bothify", text="3??#?##?#?#??#?#??##?#?#??#", letters="ABCDEFGHJKLMNPQRSTUVWXYZ"),
    ),
    MadeUp("$randomCompanyName", "a company", "Johns - Kassulke", _faker("company")),
    MadeUp("$randomCompanySuffix", "a company's ending", "LLC", _faker("company_suffix")),
    MadeUp("$randomBs", "what companies say", "killer leverage schemas", _faker("bs")),
    MadeUp("$randomBsAdjective", "its adjective", "viral", lambda names: names.fake.bs().split(" ")[1]),
    MadeUp("$randomBsBuzz", "its verb", "repurpose", lambda names: names.fake.bs().split(" ")[0]),
    MadeUp("$randomBsNoun", "its noun", "markets", lambda names: names.fake.bs().split(" ")[-1]),
    MadeUp("$randomCatchPhrase", "a slogan", "Future-proofed heuristic open architecture", _faker("catch_phrase")),
    MadeUp(
        "$randomCatchPhraseAdjective",
        "its adjective",
        "Self-enabling",
        lambda names: names.fake.catch_phrase().split(" ")[0],
    ),
    MadeUp(
        "$randomCatchPhraseDescriptor",
        "its descriptor",
        "bandwidth-monitored",
        lambda names: names.fake.catch_phrase().split(" ")[1],
    ),
    MadeUp(
        "$randomCatchPhraseNoun", "its noun", "secured line", lambda names: names.fake.catch_phrase().split(" ")[-1]
    ),
    MadeUp("$randomDatabaseColumn", "a column's name", "updatedAt", _one_of(_COLUMNS)),
    MadeUp("$randomDatabaseType", "a column's type", "tinyint", _one_of(_TYPES)),
    MadeUp("$randomDatabaseCollation", "a collation", "cp1250_bin", _one_of(_COLLATIONS)),
    MadeUp("$randomDatabaseEngine", "a database engine", "MEMORY", _one_of(_ENGINES)),
    MadeUp(
        "$randomDateFuture",
        "a time in the next year",
        "2027-03-17T13:11:50.293Z",
        lambda names: names.instant(1, 365),
    ),
    MadeUp(
        "$randomDatePast",
        "a time in the last year",
        "2026-02-09T10:46:19.812Z",
        lambda names: names.instant(-365, -1),
    ),
    MadeUp(
        "$randomDateRecent", "a time of the last day", "2026-11-24T20:07:59.481Z", lambda names: names.instant(-1, 0)
    ),
    MadeUp("$randomWeekday", "a day of the week", "Thursday", _faker("day_of_week")),
    MadeUp("$randomMonth", "a month", "February", _faker("month_name")),
    MadeUp(
        "$randomDomainName", "a domain", "gracie.example", lambda names: f"{names.fake.domain_word()}.{_tld(names)}"
    ),
    MadeUp("$randomDomainSuffix", "a domain's ending", "org", _faker("tld")),
    MadeUp("$randomDomainWord", "a domain without its ending", "gwen", _faker("domain_word")),
    MadeUp("$randomEmail", "an e-mail address nobody has", "iva.schmidt@example.org", _faker("safe_email")),
    MadeUp("$randomExampleEmail", "the same", "talon28@example.com", _faker("safe_email")),
    MadeUp("$randomUserName", "a user name", "jarrell.gutkowski", _faker("user_name")),
    MadeUp(
        "$randomUrl",
        "a URL that leads nowhere",
        "https://anais.example/",
        lambda names: f"https://{names.fake.domain_word()}.example/",
    ),
    MadeUp("$randomFileName", "a file's name", "neutral.sri", _faker("file_name")),
    MadeUp("$randomFileType", "a file's kind", "model", _one_of("application|audio|font|image|model|text|video")),
    MadeUp("$randomFileExt", "a file's ending", "war", _faker("file_extension")),
    MadeUp(
        "$randomCommonFileName",
        "a common file's name",
        "well_modulated.png",
        lambda names: f"{names.fake.word()}.{_common_extension(names)}",
    ),
    MadeUp("$randomCommonFileType", "a common kind", "application", _one_of("application|audio|image|text|video")),
    MadeUp("$randomCommonFileExt", "a common ending", "png", lambda names: _common_extension(names)),
    MadeUp("$randomFilePath", "a file's path", "/home/programming.cpt", _faker("file_path", depth=2)),
    MadeUp(
        "$randomDirectoryPath",
        "a folder's path",
        "/usr/bin",
        _one_of("/bin|/etc|/home/user|/opt|/srv|/tmp|/usr/bin|/usr/local/bin|/var/log"),
    ),
    MadeUp("$randomMimeType", "a media type", "audio/vnd.vmx.cvsd", _faker("mime_type")),
    MadeUp("$randomPrice", "a price", "531.55", lambda names: f"{names.random.uniform(0, 1000):.2f}"),
    MadeUp("$randomProduct", "a product", "Towels", _one_of(_PRODUCTS)),
    MadeUp("$randomProductAdjective", "its adjective", "Refined", _one_of(_ADJECTIVES)),
    MadeUp("$randomProductMaterial", "its material", "Steel", _one_of(_MATERIALS)),
    MadeUp("$randomProductName", "a product's name", "Handmade Concrete Tuna", _product),
    MadeUp("$randomDepartment", "a shop's department", "Tools", _one_of(_DEPARTMENTS)),
    MadeUp("$randomNoun", "a noun", "matrix", _one_of(_NOUNS)),
    MadeUp("$randomVerb", "a verb", "parse", _one_of(_VERBS)),
    MadeUp("$randomIngverb", "a verb with -ing", "navigating", _one_of(_ING)),
    MadeUp("$randomAdjective", "an adjective", "auxiliary", _one_of(_TECHNICAL)),
    MadeUp("$randomWord", "a word", "withdrawal", _faker("word")),
    MadeUp("$randomWords", "three words", "samoa synergistic sticky", lambda names: names.words(3)),
    MadeUp("$randomPhrase", "a phrase", "You can't simply program the open-source matrix!", _phrase),
    MadeUp("$randomLoremWord", "a word of Latin", "est", lambda names: _latin(names).word()),
    MadeUp(
        "$randomLoremWords",
        "three words of Latin",
        "vel repellat nobis",
        lambda names: " ".join(_latin(names).words(3)),
    ),
    MadeUp(
        "$randomLoremSentence",
        "a sentence of Latin",
        "Molestias consequuntur nisi non quod.",
        lambda names: _latin(names).sentence(),
    ),
    MadeUp(
        "$randomLoremSentences",
        "three sentences of Latin",
        "Et sint voluptas. Sed quia. Id non.",
        lambda names: " ".join(_latin(names).sentences(3)),
    ),
    MadeUp(
        "$randomLoremParagraph",
        "a paragraph of Latin",
        "Ab aliquid odio iste quo voluptas …",
        lambda names: _latin(names).paragraph(),
    ),
    MadeUp(
        "$randomLoremParagraphs",
        "three paragraphs of Latin",
        "Voluptatem rem magnam aliquam …",
        lambda names: "\n".join(_latin(names).paragraphs(3)),
    ),
    MadeUp(
        "$randomLoremText",
        "a text of Latin",
        "Quisquam asperiores exercitationem …",
        lambda names: _latin(names).text(),
    ),
    MadeUp(
        "$randomLoremSlug", "Latin for a URL", "eos-aperiam-accusamus", lambda names: "-".join(_latin(names).words(3))
    ),
    MadeUp(
        "$randomLoremLines",
        "some lines of Latin",
        "Ducimus in ut mollitia.\nA itaque non.",
        lambda names: "\n".join(_latin(names).sentences(3)),
    ),
)


def _tld(names: MadeUpNames) -> str:
    return names.random.choice(("example", "example.com", "example.net", "example.org"))


def _common_extension(names: MadeUpNames) -> str:
    return names.random.choice(("gif", "html", "jpeg", "mp2", "mp3", "mp4", "pdf", "png", "txt", "wav"))


def _latin(names: MadeUpNames) -> Any:
    from faker.providers.lorem.la import Provider

    return Provider(names.fake)


_BY_NAME = {entry.name: entry for entry in MADE_UP}
