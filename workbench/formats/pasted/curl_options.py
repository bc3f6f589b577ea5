"""curl's options: their names, which take a value, and what becomes of each (after curl(1), as of curl 8).

An option is *used* by `curl_command`, *quiet* where it speaks of output, progress or retries and says nothing about
the request, or *lost*: known, and reported as not carried over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.formats.pasted.bash_words import Word

_SHORT = {
    "0": "http1.0", "1": "tlsv1", "2": "sslv2", "3": "sslv3", "4": "ipv4", "6": "ipv6", "a": "append",
    "A": "user-agent", "b": "cookie", "B": "use-ascii", "c": "cookie-jar", "C": "continue-at", "d": "data",
    "D": "dump-header", "e": "referer", "E": "cert", "f": "fail", "F": "form", "g": "globoff", "G": "get",
    "h": "help", "H": "header", "i": "include", "I": "head", "j": "junk-session-cookies", "J": "remote-header-name",
    "k": "insecure", "K": "config", "l": "list-only", "L": "location", "m": "max-time", "M": "manual",
    "n": "netrc", "N": "no-buffer", "o": "output", "O": "remote-name", "p": "proxytunnel", "P": "ftp-port",
    "q": "disable", "Q": "quote", "r": "range", "R": "remote-time", "s": "silent", "S": "show-error",
    "t": "telnet-option", "T": "upload-file", "u": "user", "U": "proxy-user", "v": "verbose", "V": "version",
    "w": "write-out", "x": "proxy", "X": "request", "y": "speed-time", "Y": "speed-limit", "z": "time-cond",
    "Z": "parallel", ":": "next", "#": "progress-bar",
}  # fmt: skip

_USED_WITH_VALUE = """
    aws-sigv4 cacert cert connect-timeout cookie cookie-jar data data-ascii data-binary data-raw data-urlencode form
    form-string header json key max-filesize max-redirs max-time noproxy oauth2-bearer proxy proxy-user range referer
    request socks4 socks4a socks5 socks5-hostname upload-file url url-query user user-agent
"""
_USED = "basic compressed digest get head http1.1 http2 http2-prior-knowledge insecure location location-trusted next"

_QUIET_WITH_VALUE = """
    create-file-mode dump-header etag-save expect100-timeout help hsts keepalive-time libcurl limit-rate output
    output-dir parallel-max rate retry retry-delay retry-max-time speed-limit speed-time stderr trace trace-ascii
    trace-config write-out happy-eyeballs-timeout-ms
"""
_QUIET = """
    alpn buffer clobber create-dirs disable fail fail-early fail-with-body false-start globoff include keepalive
    list-only manual npn parallel parallel-immediate path-as-is progress-bar progress-meter raw remote-header-name
    remote-name remote-name-all remote-time remove-on-error retry-all-errors retry-connrefused sessionid show-error
    show-headers silent skip-existing styled-output suppress-connect-headers tcp-fastopen tcp-nodelay trace-ids
    trace-time verbose version xattr no-alpn no-buffer no-clobber no-keepalive no-npn no-progress-meter no-sessionid
"""

_LOST_WITH_VALUE = """
    abstract-unix-socket alt-svc capath cert-type ciphers config connect-to continue-at crlfile curves delegation
    dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url ech egd-file engine etag-compare ftp-account
    ftp-alternative-to-user ftp-method ftp-port ftp-ssl-ccc-mode haproxy-clientip hostpubmd5 hostpubsha256 interface
    ip-tos ipfs-gateway key-type krb local-port login-options mail-auth mail-from mail-rcpt netrc-file pass
    pinnedpubkey preproxy proto proto-default proto-redir proxy-cacert proxy-capath proxy-cert proxy-cert-type
    proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass proxy-pinnedpubkey
    proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser proxy1.0 pubkey quote
    random-file request-target resolve sasl-authzid service-name socks5-gssapi-service telnet-option tftp-blksize
    time-cond tls-max tls13-ciphers tlsauthtype tlspassword tlsuser unix-socket variable vlan-priority
    expand-data expand-header expand-url expand-form expand-json expand-user
"""
_LOST = """
    anyauth append ca-native cert-status compressed-ssh crlf disable-eprt disable-epsv disallow-username-in-url
    doh-cert-status doh-insecure eprt epsv form-escape ftp-create-dirs ftp-pasv ftp-pret ftp-skip-pasv-ip ftp-ssl-ccc
    ftp-ssl-control haproxy-protocol http0.9 http1.0 http3 http3-only ignore-content-length ipv4 ipv6
    junk-session-cookies mail-rcpt-allowfails metalink negotiate netrc netrc-optional ntlm ntlm-wb post301 post302
    post303 proxy-anyauth proxy-basic proxy-ca-native proxy-digest proxy-http2 proxy-insecure proxy-negotiate
    proxy-ntlm proxy-ssl-allow-beast proxy-ssl-auto-client-cert proxy-tlsv1 proxytunnel sasl-ir socks5-basic
    socks5-gssapi socks5-gssapi-nec ssl ssl-allow-beast ssl-auto-client-cert ssl-no-revoke ssl-reqd
    ssl-revoke-best-effort sslv2 sslv3 tftp-no-options tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding use-ascii
"""

USED = frozenset(f"{_USED_WITH_VALUE} {_USED}".split())
QUIET = frozenset(f"{_QUIET_WITH_VALUE} {_QUIET}".split())
LOST = frozenset(f"{_LOST_WITH_VALUE} {_LOST}".split())
_WITH_VALUE = frozenset(f"{_USED_WITH_VALUE} {_QUIET_WITH_VALUE} {_LOST_WITH_VALUE}".split())
_ALL = USED | QUIET | LOST


@dataclass(frozen=True, slots=True)
class Option:
    """One option as it was given; a word that is none has the name `url`, as curl takes it."""

    name: str
    value: Word | None = None
    is_off: bool = False
    """It was given as `--no-…`."""


def read_options(words: Sequence[Word]) -> Iterator[Option | str]:
    """Yield the options among the words after `curl`, in order; a text is a complaint about a word."""
    pending = list(reversed(words))
    while pending:
        word = pending.pop()
        text = word.text
        if text.startswith("--") and len(text) > 2:
            yield _long(word, pending)
        elif text.startswith("-") and len(text) > 1 and text != "--":
            yield from _short(word, pending)
        elif text != "--":
            yield Option("url", word)


def _long(word: Word, pending: list[Word]) -> Option | str:
    # `--data=x` is no option of curl, but what people mean by it is clear.
    name, equals, value = word.text[2:].partition("=")
    found = _complete(name)
    if equals and found in _WITH_VALUE:
        return Option(found, Word(value, word.has_variables))
    name = word.text[2:]
    if found in _WITH_VALUE:
        return Option(found, pending.pop()) if pending else f"--{name} has no value."
    if found is not None:
        return Option(found)
    on = _complete(name.removeprefix("no-")) if name.startswith("no-") else None
    return Option(on, is_off=True) if on is not None else f"--{name} is no option of curl that is known here."


def _complete(name: str) -> str | None:
    """Return the option of that name, or the only one that begins so, as curl takes it."""
    if name in _ALL:
        return name
    fitting = [known for known in _ALL if known.startswith(name)]
    return fitting[0] if len(fitting) == 1 else None


def _short(word: Word, pending: list[Word]) -> Iterator[Option | str]:
    """Yield the options of one word such as `-sSLd@file`; what follows one with a value is its value."""
    letters = word.text[1:]
    for place, letter in enumerate(letters):
        name = _SHORT.get(letter)
        if name is None:
            yield f"-{letter} is no option of curl that is known here."
            return
        if name not in _WITH_VALUE:
            yield Option(name)
            continue
        rest = letters[place + 1 :]
        if rest:
            yield Option(name, Word(rest, word.has_variables))
        elif pending:
            yield Option(name, pending.pop())
        else:
            yield f"-{letter} has no value."
        return
