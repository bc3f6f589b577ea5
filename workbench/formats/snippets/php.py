"""Programs in PHP with its curl extension."""

from workbench.formats.snippets.language import Language, program
from workbench.formats.snippets.plan import Plan, Target, merged
from workbench.formats.snippets.recipe import Value
from workbench.formats.snippets.rendering import base64_of, text_of

PHP = Target("php", "PHP's curl", "php", "send.php", needs="It needs PHP's curl extension.")

_ESCAPES = {"\\": "\\\\", '"': '\\"', "$": "\\$", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def text_literal(content: bytes) -> str:
    """Return a string of exactly these header bytes."""
    return '"' + "".join(_escaped(chr(byte)) if byte < 128 else f"\\x{byte:02x}" for byte in content) + '"'


def _escaped(mark: str) -> str:
    return _ESCAPES.get(mark) or (mark if mark.isprintable() else f"\\x{ord(mark):02x}")


def bytes_literal(content: bytes) -> str:
    """Return a string of exactly these bytes; PHP's strings are bytes."""
    text = text_of(content)
    if text is None:
        return f'base64_decode("{base64_of(content)}")'
    return '"' + "".join(_escaped(mark) if mark.isascii() else mark for mark in text) + '"'


_NAMES = {
    Value.SECRET: "$secret",
    Value.SECRET_BASE64: "base64_encode($secret)",
    Value.SECRET_QUOTED: "rawurlencode($secret)",
    Value.SECRET_JSON: "substr(json_encode($secret, JSON_THROW_ON_ERROR), 1, -1)",
    Value.TIMESTAMP: "$timestamp",
    Value.MESSAGE_ID: "$messageId",
    Value.SIGNATURE: "$signature",
    Value.SIGNATURE_QUOTED: "rawurlencode($signature)",
}

LANGUAGE = Language(
    text=text_literal,
    content=bytes_literal,
    names=_NAMES,
    encoded=lambda text: text,
    joiner=" . ",
    content_joiner=" . ",
    empty='""',
    file="file_get_contents(%s)",
    times={
        "seconds": "(string) time()",
        "milliseconds": "(string) (int) (microtime(true) * 1000)",
        "iso": 'gmdate("Y-m-d\\TH:i:s.000\\Z")',
    },
    keys={
        "text": "$secret",
        "hex": "hex2bin($secret)",
        "base64": "base64_decode($secret)",
        "whsec": 'base64_decode(preg_replace("/^whsec_/", "", $secret))',
    },
    encodings={
        "hex": "bin2hex($digest)",
        "base64": "base64_encode($digest)",
        "base64url": 'rtrim(strtr(base64_encode($digest), "+/", "-_"), "=")',
    },
    comment="//",
    body="$body",
    key="$key",
)

_PROGRAM = """\
<?php
«about»

declare(strict_types=1);

%% if signs
$secret = (string) getenv("«variable»");
if ($secret === "") {
    fwrite(STDERR, "«variable» is not set\\n");
    exit(1);
}
%% if time
$timestamp = «time»;
%% endif
%% if recipe.makes_id
$messageId = "msg_" . bin2hex(random_bytes(16));
%% endif
%% endif
%% if body and not body_follows
$body = «body»;
%% if in_file
if ($body === false) {
    exit(1);
}
%% endif
%% endif
%% if computes

$key = «key»;
%% if is_hmac
$mac = hash_init("«hash»", HASH_HMAC, $key);
%% else
$mac = hash_init("«hash»");
%% endif
%% for piece in signed
hash_update($mac, «piece»);
%% endfor
$digest = hash_final($mac, true);
$signature = «signature»;
%% endif
%% if body and body_follows
$body = «body»;
%% endif

$request = curl_init(«url»);
curl_setopt_array($request, [
    CURLOPT_CUSTOMREQUEST => «method»,
%% if is_head
    CURLOPT_NOBODY => true,
%% endif
    CURLOPT_HTTPHEADER => [
%% for line in lines
        «line»,
%% endfor
%% for name in left_out
        "«name»:", // Else curl adds its own.
%% endfor
    ],
%% if body or posts
    CURLOPT_POSTFIELDS => «"$body" if body else '""'»,
%% endif
    CURLOPT_PATH_AS_IS => true,
    CURLOPT_RETURNTRANSFER => true,
]);
$answer = curl_exec($request);
if ($answer === false) {
    fwrite(STDERR, curl_error($request) . "\\n");
    exit(1);
}
echo curl_getinfo($request, CURLINFO_RESPONSE_CODE), "\\n", $answer, "\\n";
"""


def render_php(plan: Plan) -> str:
    """Return a program for PHP's curl."""
    posts = plan.has_body or plan.method in ("POST", "PUT", "PATCH")
    left_out = [
        name for name in ("Accept", *(("Content-Type", "Expect") if posts else ())) if not plan.has(name.lower())
    ]
    # A semicolon, in curl's words, is a header with an empty value.
    lines = [
        LANGUAGE.text_of(merged(((f"{name}: " if value else f"{name};").encode(), *value)))
        for name, value in plan.headers
    ]
    is_head = plan.method == "HEAD"
    return program(
        plan, LANGUAGE, _PROGRAM, lines=lines, left_out=left_out, posts=posts, is_head=is_head, in_file=plan.body_file
    )
