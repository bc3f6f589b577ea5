"""A dictionary, as TOML gives it, checked into a `Provider`: every problem found is named with its place."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Any, TypeVar, cast

import msgspec

from workbench.model.errors import FormatError
from workbench.model.signature import Covers
from workbench.providers import pack
from workbench.providers.pack import Evidence, Kind, Provider, Scheme
from workbench.providers.pack_tables import (
    DetectTable,
    EventsTable,
    HandshakeTable,
    PackTable,
    RequestTable,
    RetryTable,
    SampleTable,
    SchemeTable,
    SignatureTable,
    Strings,
    Table,
    TimestampTable,
)
from workbench.providers.selectors import Selector, Selectors
from workbench.providers.signed_text import SignedText

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_SECTIONS = ("detect", "events", "scheme", "handshake", "retry", "request", "sample")
_LISTS = ("detect", "scheme", "handshake", "sample")
_ASYMMETRIC_KEYS = ("ed25519-hex", "whpk", "spki", "pem")

T = TypeVar("T", bound=Table)


class PackError(FormatError):
    """A pack that cannot be used; `problems` are sentences, each with its place."""

    def __init__(self, name: str, problems: list[str]) -> None:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(
            f"The provider pack {name} cannot be used: {problems[0]}{more}.",
            "See every problem with: workbench providers check FILE.",
        )
        self.problems = problems


def read_pack(id: str, data: Mapping[str, Any], *, is_own: bool = False) -> Provider:
    """Return the provider; PackError lists what is wrong with it."""
    reading = _Reading()
    provider = reading.provider(id, data, is_own)
    if reading.problems or provider is None:
        raise PackError(id, reading.problems)
    return provider


class _Reading:
    def __init__(self) -> None:
        self.problems: list[str] = []

    def provider(self, id: str, data: Mapping[str, Any], is_own: bool) -> Provider | None:
        if not _ID.fullmatch(id):
            self._say("folder", f"{id!r} is no name for a pack: use lower-case letters, digits and dashes")
        top = self._table(PackTable, {key: value for key, value in data.items() if key not in _SECTIONS}, "")
        sections = {name: self._section(data, name) for name in _SECTIONS}
        request = self._one(RequestTable, sections["request"], "[request]") or RequestTable()
        schemes = [self._scheme(*item) for item in self._numbered(SchemeTable, sections["scheme"], "scheme")]
        self._refuse_twins([scheme.id for scheme in schemes if scheme], "scheme")
        events = self._one(EventsTable, sections["events"], "[events]")
        retry = self._one(RetryTable, sections["retry"], "[retry]")
        detect = [self._detect(*item) for item in self._numbered(DetectTable, sections["detect"], "detect")]
        handshakes = [
            self._handshake(*item) for item in self._numbered(HandshakeTable, sections["handshake"], "handshake")
        ]
        samples = [self._sample(*item, request) for item in self._numbered(SampleTable, sections["sample"], "sample")]
        if top is None:
            return None
        self._check_addresses(top.source_addresses)
        return Provider(
            id=id,
            name=top.name,
            documentation=top.documentation,
            checked=top.checked,
            evidence=Evidence(top.evidence),
            aliases=tuple(top.aliases),
            unconfirmed=tuple(top.unconfirmed),
            notes=tuple(top.notes),
            source_addresses=tuple(top.source_addresses),
            source_addresses_page=top.source_addresses_page,
            detect=tuple(detect),
            events=self._events(events or EventsTable()),
            schemes=tuple(scheme for scheme in schemes if scheme),
            handshakes=tuple(handshakes),
            retry=None if retry is None else _retry(retry),
            user_agent=request.user_agent,
            samples=tuple(samples),
            is_own=is_own,
        )

    # Tables

    def _say(self, where: str, what: str) -> None:
        self.problems.append(f"{where}: {what}" if where else what)

    def _section(self, data: Mapping[str, Any], name: str) -> list[Any]:
        value = data.get(name)
        if value is None:
            return []
        if name in _LISTS:
            if isinstance(value, list):
                return cast("list[Any]", value)
            self._say(f"[{name}]", f"write [[{name}]]: there may be several")
            return []
        return [value]

    def _table(self, kind: type[T], value: Any, where: str) -> T | None:
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            self._say(where, _plain(str(error)))
            return None

    def _one(self, kind: type[T], section: list[Any], where: str) -> T | None:
        return self._table(kind, section[0], where) if section else None

    def _numbered(self, kind: type[T], section: list[Any], name: str) -> list[tuple[T, str]]:
        found: list[tuple[T, str]] = []
        for number, value in enumerate(section, 1):
            where = f"[[{name}]] {number}"
            table = self._table(kind, value, where)
            if table is not None:
                found.append((table, where))
        return found

    def _refuse_twins(self, names: list[str], what: str) -> None:
        for name in sorted({name for name in names if names.count(name) > 1}):
            self._say(f"[[{what}]]", f"two are called {name!r}")

    # Values

    def _selector(self, text: str, where: str) -> Selector | None:
        try:
            return Selector.parse(text)
        except ValueError as error:
            self._say(where, str(error))
            return None

    def _selectors(self, texts: Strings, where: str) -> Selectors:
        found = [self._selector(text, where) for text in ([texts] if isinstance(texts, str) else texts)]
        return tuple(selector for selector in found if selector)

    def _check_addresses(self, addresses: list[str]) -> None:
        for address in addresses:
            try:
                ipaddress.ip_network(address)
            except ValueError as error:
                self._say("source_addresses", str(error))

    # Sections

    def _detect(self, table: DetectTable, where: str) -> pack.DetectRule:
        if not (table.headers or table.user_agent or table.query or table.body or table.body_equals):
            self._say(where, "it names nothing that a request must have")
        return pack.DetectRule(
            headers=tuple(name.lower() for name in table.headers),
            without=tuple(name.lower() for name in table.without),
            user_agent=table.user_agent,
            query=tuple(table.query),
            body=tuple(Selector.parse(f"body:{path}") for path in table.body if path),
            body_equals=tuple((Selector.parse(f"body:{path}"), _text(v)) for path, v in table.body_equals.items()),
        )

    def _events(self, table: EventsTable) -> pack.EventRule:
        where = "[events]"
        return pack.EventRule(
            type=self._selectors(table.type, where),
            delivery_id=self._selectors(table.delivery_id, where),
            timestamp=self._selectors(table.timestamp, where),
            attempt=self._selector(table.attempt, where) if table.attempt else None,
            attempt_counts_from=table.attempt_counts_from,
        )

    def _scheme(self, table: SchemeTable, where: str) -> Scheme | None:
        kind = Kind(table.kind)
        signed = self._signed(table, kind, where)
        if kind is Kind.JWT and table.jwt is None:
            self._say(where, "a jwt scheme needs a table jwt with its algorithms")
        if (kind is Kind.CODE) != bool(table.code):
            self._say(where, 'code and kind = "code" belong together')
        if kind.is_asymmetric != (table.key in _ASYMMETRIC_KEYS) and kind in (Kind.HMAC, *_asymmetric_kinds()):
            self._say(where, f"key = {table.key!r} does not fit kind = {table.kind!r}")
        place = self._place(table.signature, where)
        if place is None:
            return None
        return Scheme(
            id=table.id,
            kind=kind,
            place=place,
            hash=table.hash,
            key_form=table.key,
            code=table.code,
            when=tuple(
                (selector, value)
                for text, value in table.when.items()
                if (selector := self._selector(text, f"{where} when"))
            ),
            signed=signed,
            message_id=self._selector(table.message_id, where) if table.message_id else None,
            timestamp=self._timestamp(table.timestamp, where),
            covers=Covers(table.covers) if table.covers else _covers(table, signed),
            jwt=None if table.jwt is None else _jwt(table),
            deprecated=table.deprecated,
        )

    def _signed(self, table: SchemeTable, kind: Kind, where: str) -> SignedText | None:
        needed = kind in (Kind.HMAC, Kind.DIGEST) or kind.is_asymmetric
        if needed != bool(table.signed):
            self._say(where, f"kind = {table.kind!r} {'needs' if needed else 'has no'} signed")
            return None
        if not table.signed:
            return None
        try:
            signed = SignedText.parse(table.signed)
        except ValueError as error:
            self._say(f"{where} signed", str(error))
            return None
        if "timestamp" in signed.places and table.timestamp is None:
            self._say(where, "signed has {timestamp}, but there is no timestamp = { from = … }")
        if "id" in signed.places and not table.message_id:
            self._say(where, "signed has {id}, but there is no message_id")
        if kind is Kind.DIGEST and "secret" not in signed.places:
            self._say(where, "a digest without {secret} in signed proves nothing")
        return signed

    def _place(self, table: SignatureTable, where: str) -> pack.SignaturePlace | None:
        named = [name for name in ("header", "headers", "query", "body") if getattr(table, name)]
        if len(named) != 1:
            self._say(f"{where} signature", "name exactly one of header, headers, query, body")
            return None
        if table.pairs and not table.pick:
            self._say(f"{where} signature", "pairs needs pick, the name that holds the signature")
        if table.pairs and table.list:
            self._say(f"{where} signature", "pairs and list exclude each other")
        return pack.SignaturePlace(
            header=table.header,
            headers=table.headers,
            query=table.query,
            body=tuple(table.body.split(".")) if table.body else (),
            prefix=table.prefix,
            pairs=table.pairs,
            list=table.list,
            pick=table.pick,
            encoding=table.encoding,
        )

    def _timestamp(self, table: TimestampTable | None, where: str) -> pack.TimestampRule | None:
        if table is None:
            return None
        source = self._selector(table.source, f"{where} timestamp")
        if source is None:
            return None
        return pack.TimestampRule(source, table.unit, table.tolerance, table.future == "accept")

    def _handshake(self, table: HandshakeTable, where: str) -> pack.Handshake:
        when = table.when
        if not (when.headers or when.query or when.body or when.method):
            self._say(where, "when names nothing")
        return pack.Handshake(
            name=table.name,
            method=when.method,
            headers=tuple((name.lower(), _wanted(value)) for name, value in when.headers.items()),
            query=tuple((name, _wanted(value)) for name, value in when.query.items()),
            body=tuple((Selector.parse(f"body:{path}"), _wanted(value)) for path, value in when.body.items()),
            reply={name: value for name, value in msgspec.structs.asdict(table.reply).items() if value},
            token=self._selector(table.token, where) if table.token else None,
            verify_first=table.verify_first,
            refuse_status=table.refuse_status,
            store_secret=self._selector(table.store_secret, where) if table.store_secret else None,
            confirm=self._selector(table.confirm.url, where) if table.confirm else None,
            confirm_hosts=tuple(table.confirm.hosts) if table.confirm else (),
        )

    def _sample(self, table: SampleTable, where: str, request: RequestTable) -> pack.Sample:
        if "/" in table.file or "\\" in table.file or table.file.startswith("."):
            self._say(where, f"{table.file!r} must lie in the folder samples")
        content_type = request.content_type if table.content_type is None else table.content_type
        headers = {**request.headers, **table.headers}
        first = [("User-Agent", request.user_agent)] if request.user_agent else []
        if content_type:
            first.append(("Content-Type", content_type))
        return pack.Sample(
            event=table.event,
            file=table.file,
            title=table.title,
            method=table.method or request.method,
            content_type=content_type,
            query=table.query,
            headers=(*first, *headers.items()),
        )


def _asymmetric_kinds() -> tuple[Kind, ...]:
    return tuple(kind for kind in Kind if kind.is_asymmetric)


def _plain(message: str) -> str:
    """Return a validation message in the words of TOML."""
    words = message.replace("Object", "it").replace("`", "'").replace(" - at '$", " at '").replace("'.", "'")
    return words.removesuffix(" at ''")


def _text(value: str | int | bool) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _wanted(value: str | int | bool) -> str | None:
    """None stands for: is there, whatever it says."""
    return None if value is True else _text(value)


def _covers(table: SchemeTable, signed: SignedText | None) -> Covers:
    if table.code:
        return Covers.FIELDS if table.code in ("adyen", "aws-sns") else Covers.BODY
    if table.jwt is not None:
        return Covers.BODY if table.jwt.body_sha256 else Covers.NONE
    if signed is None:
        return Covers.NONE
    if signed.covers_body:
        return Covers.BODY
    return Covers.FIELDS if signed.covers_fields else Covers.NONE


def _jwt(table: SchemeTable) -> pack.JwtRule | None:
    rule = table.jwt
    if rule is None:
        return None
    return pack.JwtRule(
        algorithms=tuple(rule.algorithms),
        issuers=tuple(rule.issuer),
        audience=rule.audience,
        needs_email=rule.email,
        max_age_s=rule.max_age,
        body_sha256_claim=rule.body_sha256,
        key_hosts=tuple(rule.key_hosts),
    )


def _retry(table: RetryTable) -> pack.RetryRule:
    return pack.RetryRule(
        schedule_s=tuple(table.schedule),
        attempts=table.attempts,
        window_s=table.window,
        timeout_s=table.timeout,
        success=tuple(table.success),
        stop_on=tuple(table.stop_on),
        honours_retry_after=table.honours_retry_after,
        attempt_headers=tuple(table.attempt_headers.items()),
        text=table.text,
    )
