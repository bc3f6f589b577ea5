"""Programs in C# with `HttpClient`, standard library only."""

from workbench.formats.snippets.language import Language, program
from workbench.formats.snippets.plan import Plan, Target
from workbench.formats.snippets.recipe import Value
from workbench.formats.snippets.rendering import base64_of, json_literal, text_of

CSHARP = Target(
    "csharp",
    "C#'s HttpClient",
    "csharp",
    "Program.cs",
    needs="It needs .NET 6 or newer.",
    keeps_order=False,
    keeps_case=False,
    keeps_target=False,
    drops=frozenset({"expect", "connection"}),
)

_CONTENT_HEADERS = {
    "allow", "content-disposition", "content-encoding", "content-language", "content-location", "content-md5",
    "content-range", "content-type", "expires", "last-modified",
}  # fmt: skip


def text_literal(content: bytes) -> str:
    """Return a string of header bytes, one character a byte."""
    return json_literal(content.decode("latin-1"), ascii_only=True)


def bytes_literal(content: bytes) -> str:
    """Return an array of exactly these bytes."""
    text = text_of(content)
    if text is None:
        return f'Convert.FromBase64String("{base64_of(content)}")'
    return f"Encoding.UTF8.GetBytes({json_literal(text)})"


_NAMES = {
    Value.SECRET: "secret",
    Value.SECRET_BASE64: "Convert.ToBase64String(Encoding.UTF8.GetBytes(secret))",
    Value.SECRET_QUOTED: "Uri.EscapeDataString(secret)",
    Value.SECRET_JSON: 'secret.Replace("\\\\", "\\\\\\\\").Replace("\\"", "\\\\\\"")',
    Value.TIMESTAMP: "timestamp",
    Value.MESSAGE_ID: "messageId",
    Value.SIGNATURE: "signature",
    Value.SIGNATURE_QUOTED: "Uri.EscapeDataString(signature)",
}
_PADDED = "{0}.PadRight(({0}.Length + 3) / 4 * 4, '=')"

LANGUAGE = Language(
    text=text_literal,
    content=bytes_literal,
    names=_NAMES,
    encoded=lambda text: f"Encoding.UTF8.GetBytes({text})",
    joiner=" + ",
    content_joiner="new[] { %s }.SelectMany(piece => piece).ToArray()",
    empty='""',
    file="File.ReadAllBytes(%s)",
    times={
        "seconds": "DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString()",
        "milliseconds": "DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString()",
        "iso": "DateTime.UtcNow.ToString(\"yyyy-MM-dd'T'HH:mm:ss.fff'Z'\")",
    },
    keys={
        "text": "Encoding.UTF8.GetBytes(secret)",
        "hex": "Convert.FromHexString(secret)",
        "base64": f"Convert.FromBase64String({_PADDED.format('secret')})",
        "whsec": f"Convert.FromBase64String({_PADDED.format('bare')})",
    },
    encodings={
        "hex": "Convert.ToHexString(digest).ToLowerInvariant()",
        "base64": "Convert.ToBase64String(digest)",
        "base64url": "Convert.ToBase64String(digest).TrimEnd('=').Replace('+', '-').Replace('/', '_')",
    },
    hashes={"sha1": "SHA1", "sha256": "SHA256", "sha384": "SHA384", "sha512": "SHA512", "md5": "MD5"},
    comment="//",
)

_PROGRAM = """\
«about»

using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text;

%% if signs
var secret = Environment.GetEnvironmentVariable("«variable»")
    ?? throw new InvalidOperationException("«variable» is not set");
%% if time
var timestamp = «time»;
%% endif
%% if recipe.makes_id
var messageId = "msg_" + Guid.NewGuid().ToString("N");
%% endif
%% endif
%% if body and not body_follows
var body = «body»;
%% endif
%% if computes

%% if recipe.key_form == "whsec"
var bare = secret.StartsWith("whsec_") ? secret.Substring(6) : secret;
%% endif
var key = «key»;
%% if is_hmac
using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.«hash», key);
%% else
using var mac = IncrementalHash.CreateHash(HashAlgorithmName.«hash»);
%% endif
%% for piece in signed
mac.AppendData(«piece»);
%% endfor
var digest = mac.GetHashAndReset();
var signature = «signature»;
%% endif
%% if body and body_follows
var body = «body»;
%% endif

using var handler = new SocketsHttpHandler
{
    AllowAutoRedirect = false,
    UseCookies = false,
    ActivityHeadersPropagator = null,
    RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
};
using var client = new HttpClient(handler);
using var request = new HttpRequestMessage(new HttpMethod(«method»), «url»);
%% if body or content_headers
request.Content = new ByteArrayContent(«"body" if body else "Array.Empty<byte>()"»);
%% endif
%% for name, value in request_headers
request.Headers.TryAddWithoutValidation(«name», «value»);
%% endfor
%% for name, value in content_headers
request.Content.Headers.TryAddWithoutValidation(«name», «value»);
%% endfor
using var response = await client.SendAsync(request);
Console.WriteLine((int)response.StatusCode);
Console.WriteLine(await response.Content.ReadAsStringAsync());
"""


def render_csharp(plan: Plan) -> str:
    """Return a program for HttpClient."""
    said = [(name.lower(), (text_literal(name.encode()), LANGUAGE.text_of(value))) for name, value in plan.headers]
    return program(
        plan,
        LANGUAGE,
        _PROGRAM,
        request_headers=[row for name, row in said if name not in _CONTENT_HEADERS],
        content_headers=[row for name, row in said if name in _CONTENT_HEADERS],
    )
