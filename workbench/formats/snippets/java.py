"""Programs in Java with `java.net.http.HttpClient`, standard library only."""

import re
from urllib.parse import quote_from_bytes

from workbench.formats.snippets.language import Language, program
from workbench.formats.snippets.plan import Plan, Target
from workbench.formats.snippets.recipe import Value
from workbench.formats.snippets.rendering import base64_of, json_literal, text_of

JAVA = Target(
    "java",
    "Java's HttpClient",
    "java",
    "Send.java",
    needs="It needs Java 17 or newer: java Send.java",
    keeps_order=False,
    keeps_target=False,
    adds=("User-Agent",),
    drops=frozenset({"connection", "expect", "upgrade"}),
    header_charset="ascii",
)


def text_literal(content: bytes) -> str:
    """Return a string of header bytes, one character a byte."""
    return _literal(content.decode("latin-1"))


def _literal(text: str) -> str:
    """Return a string literal in ASCII; control marks in octal, since \\u000a would be a line break in the source."""
    pieces = re.split(r"([\x00-\x1f\x7f])", text)
    escaped = [
        f"\\{ord(piece):03o}" if place % 2 else json_literal(piece, ascii_only=True)[1:-1]
        for place, piece in enumerate(pieces)
    ]
    return f'"{"".join(escaped)}"'


def bytes_literal(content: bytes) -> str:
    """Return an array of exactly these bytes."""
    text = text_of(content)
    if text is None:
        return f'Base64.getDecoder().decode("{base64_of(content)}")'
    return f"{_literal(text)}.getBytes(UTF_8)"


_NAMES = {
    Value.SECRET: "secret",
    Value.SECRET_BASE64: "Base64.getEncoder().encodeToString(secret.getBytes(UTF_8))",
    Value.SECRET_QUOTED: "URLEncoder.encode(secret, UTF_8)",
    Value.SECRET_JSON: 'secret.replace("\\\\", "\\\\\\\\").replace("\\"", "\\\\\\"")',
    Value.TIMESTAMP: "timestamp",
    Value.MESSAGE_ID: "messageId",
    Value.SIGNATURE: "signature",
    Value.SIGNATURE_QUOTED: "URLEncoder.encode(signature, UTF_8)",
}

LANGUAGE = Language(
    text=text_literal,
    content=bytes_literal,
    names=_NAMES,
    encoded=lambda text: f"({text}).getBytes(UTF_8)" if " + " in text else f"{text}.getBytes(UTF_8)",
    joiner=" + ",
    content_joiner="joined(%s)",
    empty='""',
    file="Files.readAllBytes(Path.of(%s))",
    times={
        "seconds": "String.valueOf(System.currentTimeMillis() / 1000)",
        "milliseconds": "String.valueOf(System.currentTimeMillis())",
        "iso": "DateTimeFormatter.ISO_INSTANT.format(Instant.now().truncatedTo(ChronoUnit.SECONDS))",
    },
    keys={
        "text": "secret.getBytes(UTF_8)",
        "hex": "HexFormat.of().parseHex(secret)",
        "base64": "Base64.getDecoder().decode(secret)",
        "whsec": 'Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""))',
    },
    encodings={
        "hex": "HexFormat.of().formatHex(digest)",
        "base64": "Base64.getEncoder().encodeToString(digest)",
        "base64url": "Base64.getUrlEncoder().withoutPadding().encodeToString(digest)",
    },
    hashes={"sha1": "SHA-1", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512", "md5": "MD5"},
    comment="//",
)

_PROGRAM = """\
«about»

import static java.nio.charset.StandardCharsets.UTF_8;

@imports@

public class Send {
    public static void main(String[] arguments) throws Exception {
%% if host
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
%% endif
%% if signs
        String secret = Objects.requireNonNull(System.getenv("«variable»"), "«variable» is not set");
%% if time
        String timestamp = «time»;
%% endif
%% if recipe.makes_id
        String messageId = "msg_" + UUID.randomUUID().toString().replace("-", "");
%% endif
%% endif
%% if body and not body_follows
        byte[] body = «body»;
%% endif
%% if computes

        byte[] key = «key»;
%% if is_hmac
        Mac mac = Mac.getInstance("«"Hmac" + hash.replace("-", "")»");
        mac.init(new SecretKeySpec(key, "RAW"));
%% else
        MessageDigest mac = MessageDigest.getInstance("«hash»");
%% endif
%% for piece in signed
        mac.update(«piece»);
%% endfor
        byte[] digest = mac.«"doFinal" if is_hmac else "digest"»();
        String signature = «signature»;
%% endif
%% if body and body_follows
        byte[] body = «body»;
%% endif

        HttpRequest request = HttpRequest.newBuilder(URI.create(«url»))
                .method(«method», «"BodyPublishers.ofByteArray(body)" if body else "BodyPublishers.noBody()"»)
%% for name, value in headers
                .header(«name», «value»)
%% endfor
                .build();
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        System.out.println(response.statusCode());
        System.out.println(response.body());
    }
%% if "joined(" in body or joins

    private static byte[] joined(byte[]... pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }
%% endif
}
"""

_CLASSES = {
    "ByteArrayOutputStream": "java.io",
    "URI": "java.net",
    "URLEncoder": "java.net",
    "HttpClient": "java.net.http",
    "HttpRequest": "java.net.http",
    "BodyPublishers": "java.net.http.HttpRequest",
    "HttpResponse": "java.net.http",
    "BodyHandlers": "java.net.http.HttpResponse",
    "Files": "java.nio.file",
    "Path": "java.nio.file",
    "MessageDigest": "java.security",
    "Instant": "java.time",
    "DateTimeFormatter": "java.time.format",
    "ChronoUnit": "java.time.temporal",
    "Base64": "java.util",
    "HexFormat": "java.util",
    "Objects": "java.util",
    "UUID": "java.util",
    "Mac": "javax.crypto",
    "SecretKeySpec": "javax.crypto.spec",
}


def render_java(plan: Plan) -> str:
    """Return a program for HttpClient."""
    if plan.is_unusual:
        plan.path = tuple(_legal(piece) if isinstance(piece, bytes) else piece for piece in plan.path)
    text = program(plan, LANGUAGE, _PROGRAM, host=plan.has("host"), joins=False)
    before, _, after = text.partition("@imports@")
    bare = re.sub(r'"(?:[^"\\\n]|\\.)*"', "", after)
    used = [f"import {place}.{name};" for name, place in _CLASSES.items() if re.search(rf"\b{name}\b", bare)]
    return before + "\n".join(sorted(used)) + after


def _legal(path: bytes) -> bytes:
    """Return a path and query as `URI.create` takes it: what URLs do not have is percent-encoded."""
    return quote_from_bytes(path, safe="/?&=%:@!$'()*+,;-._~").encode()
