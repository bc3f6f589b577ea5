"""The options of `workbench send`, group by group, in HTTPie's words wherever HTTPie has one."""

import argparse
from typing import Any

from workbench.cli.sending.authentication import AUTH_TYPES
from workbench.cli.sending.signing import SIGN_MODES

EXAMPLES = """\
items:
  Header:value   a header          Header:    leave out one that would be added     Header;    an empty one
  name==value    in the query      name=text  a member of the JSON body, or a field of --form
  name:=json     a number, true, null, a list, an object        name[a][]=x   nested JSON
  name@FILE;type=MIME              a file of a form             @FILE         a file as the whole body
  =@FILE :=@FILE ==@FILE :@FILE    the value from a file        \\            before : = @ ; takes their meaning away

examples:
  workbench send localhost:3000/hooks name=John age:=29 'tags[]=a' 'tags[]=b'
  workbench send -f :3000/upload title=Scan file@scan.pdf
  workbench send -a ana --auth-secret keyring:ana GET https://api.example.com/me
  workbench send --offline -v PUT example.com/x X-Token:1 a=b          what would be sent, to the byte
  workbench send -d https://example.com/archive.zip
  workbench send --session=ana https://api.example.com/login user=ana
  workbench send --saved billing/invoice-paid --env staging --var amount=10
  workbench send :3000/hooks --sample stripe/invoice.paid --sign stripe --secret keyring:stripe/test
  echo '{"a":1}' | workbench send PATCH :3000/x

from HTTPie: -j is HTTPie's --json/-j (the default anyway); --json writes the exchange as JSON, as everywhere here.
--check-status is --fail: the exit code is 1, not HTTPie's 3, 4 or 5. Keys and headers are shown in the order of the
wire, since signatures and comparisons go by it; --sorted sorts. Numbers and non-ASCII text go out as typed.
"""


def add_words(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `send`; `-h` is HTTPie's --headers here, help is --help."""
    parser.conflict_handler = "resolve"
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EXAMPLES
    parser.add_argument(
        "words",
        nargs="*",
        metavar="[METHOD] URL [ITEM ...]",
        help="see items below; METHOD is GET, or POST with a body",
    )
    _add_body(parser.add_argument_group("body").add_argument)
    _add_saved(parser.add_argument_group("saved requests").add_argument)
    _add_signature(parser.add_argument_group("signature").add_argument)
    _add_authentication(parser.add_argument_group("authentication").add_argument)
    _add_session(parser.add_argument_group("session").add_argument)
    _add_travel(parser.add_argument_group("sending").add_argument)
    _add_output(parser.add_argument_group("output").add_argument)
    _add_download(parser.add_argument_group("download").add_argument)


def add_request_words(parser: argparse.ArgumentParser) -> None:
    """Describe the words that say which request is meant, for commands that do not send it."""
    _add_body(parser.add_argument_group("body").add_argument)
    _add_saved(parser.add_argument_group("saved requests").add_argument)
    _add_authentication(parser.add_argument_group("authentication").add_argument)
    _add_scheme(parser.add_argument)


def _add_scheme(add: Any) -> None:
    add("--default-scheme", default="http", metavar="SCHEME", help="of URLs without one (default: %(default)s)")


def _add_body(add: Any) -> None:
    add("-j", dest="as_json", action="store_true", help="fields are JSON (default), and JSON is asked for")
    add("-f", "--form", action="store_true", help="fields are a form; with a file in it a multipart form")
    add("--multipart", action="store_true", help="fields are a multipart form, also without a file")
    add("--boundary", metavar="TEXT", help="between the parts of a multipart form (default: a random one)")
    add("--raw", metavar="TEXT", help="the body as it is, as JSON unless a Content-Type is typed")
    add("--data", metavar="TEXT", help="the body: text, @FILE for a file's bytes, - for standard input")
    add("-x", "--compress", action="count", default=0, help="deflate the body where that helps; -xx: in any case")
    add("--chunked", action="store_true", help="send with Transfer-Encoding: chunked")
    add("-I", "--ignore-stdin", action="store_true", help="take no body from standard input, ask nobody")


def _add_saved(add: Any) -> None:
    add("--saved", metavar="COLLECTION/REQUEST", help="a saved request, or its file, instead of METHOD and URL")
    add("--env", dest="environment", metavar="NAME", help="the environment that gives the variables their values")
    add("--var", dest="variables", action="append", default=[], metavar="K=V", help="a variable for this request")


def _add_signature(add: Any) -> None:
    add("--sign", metavar="PROVIDER", help="sign as this provider does; see: workbench providers list")
    add("--secret", metavar="REF", help="the secret to sign with: keyring:NAME, env:NAME, file:PATH or text:VALUE")
    add("--scheme", metavar="ID", help="one of the provider's schemes (default: its first)")
    add("--mode", choices=SIGN_MODES, default="fresh", help="sign rightly, or wrongly on purpose")
    add("--public-url", metavar="URL", help="the address to sign, where the receiver checks another than URL")
    add("--set", action="append", default=[], dest="settings", metavar="NAME=VALUE", help="webhook_id, audience …")
    add("--sample", metavar="PROVIDER/EVENT", help="a sample event as body and headers; with --sign it is signed")


def _add_authentication(add: Any) -> None:
    add("-a", "--auth", metavar="USER[:PASSWORD]", help="who sends, or the token; a password left out is asked for")
    add("-A", "--auth-type", choices=AUTH_TYPES, help="default: basic")
    add("--auth-secret", metavar="REF", help="the password or token by reference, so that no process list shows it")


def _add_session(add: Any) -> None:
    add("--session", metavar="NAME|PATH", help="use and keep headers, authentication and cookies of a session")
    add("--session-read-only", metavar="NAME|PATH", help="use a session and leave it as it is, once it exists")
    add("--session-plain", action="store_true", help="keep passwords in the session's file itself (0600)")


def _add_travel(add: Any) -> None:
    add("--offline", action="store_true", help="write the exact request instead of sending it")
    add("--timeout", type=float, metavar="SECONDS", help="give up after; 0 waits without end (default: 30)")
    add("-F", "--follow", action="store_true", help="follow redirects")
    add("--max-redirects", type=int, metavar="N", help="no more than (default: 30)")
    add("--verify", metavar="no|CA", help="trust any certificate, or those signed by the PEM file CA")
    add("--cert", metavar="FILE", help="a client certificate, PEM, with its key or without")
    add("--cert-key", metavar="FILE", help="its key")
    add("--proxy", action="append", default=[], metavar="SCHEME:URL", help="http:http://HOST:PORT, all:socks5://…")
    add("--http-version", choices=("1.1", "2"), help="default: 1.1")
    _add_scheme(add)
    add("--path-as-is", action="store_true", help="always so here: no path is ever changed")
    add("--fail", "--check-status", action="store_true", dest="fail", help="exit with 1 where the answer is not 2xx")


def _add_output(add: Any) -> None:
    add("--json", action="store_true", help="the delivery as one JSON object")
    add(
        "-p", "--print", metavar="HBhbm", help="Headers and Body of the request, headers, body and meta of the answer"
    )
    add("-h", "--headers", action="store_true", help="only the answer's headers")
    add("-b", "--body", action="store_true", help="only the answer's body")
    add("-m", "--meta", action="store_true", help="only how long it took")
    add(
        "-v",
        "--verbose",
        action="count",
        default=0,
        help="the request as it was sent, too; -vv: and how long it took",
    )
    add("--all", action="store_true", help="every exchange on the way: redirects, the first one of a digest")
    add("--show-secrets", action="store_true", help="passwords, tokens and secret variables in -v, masked otherwise")
    add("--pretty", choices=("all", "colors", "format", "none"), help="default: all on a terminal, else none")
    add(
        "-s", "--style", default="auto", metavar="NAME", help="colours: auto (the terminal's own) or a pygments style"
    )
    add("--sorted", action="store_true", help="headers and JSON keys in order of their names")
    add("--unsorted", action="store_false", dest="sorted", help="in the order they came (default)")
    add("-S", "--stream", action="store_true", help="print the answer as it comes, not formatted")
    add("-q", "--quiet", action="count", default=0, help="nothing but errors; -qq: nothing at all")
    add("-o", "--output", metavar="FILE", help="write there instead of to standard output")
    add("--help", action="help", help="show this help")


def _add_download(add: Any) -> None:
    add("-d", "--download", action="store_true", help="save the body in a file; implies --follow and --fail")
    add("-c", "--continue", dest="resume", action="store_true", help="go on with the file of -o where it ends")
