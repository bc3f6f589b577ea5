"""Programs in JavaScript for Node, with its built-in `fetch` and `node:crypto`."""

from workbench.formats.snippets.language import Language, program
from workbench.formats.snippets.plan import Plan, Target
from workbench.formats.snippets.recipe import Value
from workbench.formats.snippets.rendering import base64_of, json_literal, text_of

FETCH = Target(
    "node-fetch",
    "fetch of Node",
    "javascript",
    "send.mjs",
    needs="It needs Node 18 or newer.",
    keeps_repeats=False,
    keeps_target=False,
    sends_body_with_get=False,
    adds=("Accept", "Accept-Language", "Accept-Encoding", "Sec-Fetch-Mode", "User-Agent", "Connection"),
    drops=frozenset({"host", "connection", "expect", "keep-alive", "upgrade", "te"}),
)


def text_literal(content: bytes) -> str:
    """Return a string of header bytes, one character a byte."""
    return json_literal(content.decode("latin-1"), ascii_only=True)


def bytes_literal(content: bytes) -> str:
    """Return a Buffer of exactly these bytes."""
    text = text_of(content)
    if text is None:
        return f'Buffer.from("{base64_of(content)}", "base64")'
    return f"Buffer.from({json_literal(text)})"


_NAMES = {
    Value.SECRET: "secret",
    Value.SECRET_BASE64: 'Buffer.from(secret).toString("base64")',
    Value.SECRET_QUOTED: "encodeURIComponent(secret)",
    Value.SECRET_JSON: "JSON.stringify(secret).slice(1, -1)",
    Value.TIMESTAMP: "timestamp",
    Value.MESSAGE_ID: "messageId",
    Value.SIGNATURE: "signature",
    Value.SIGNATURE_QUOTED: "encodeURIComponent(signature)",
}

JAVASCRIPT = Language(
    text=text_literal,
    content=bytes_literal,
    names=_NAMES,
    encoded=lambda text: f"Buffer.from({text})",
    joiner=" + ",
    content_joiner="Buffer.concat([%s])",
    empty='""',
    file="readFileSync(%s)",
    times={
        "seconds": "String(Math.floor(Date.now() / 1000))",
        "milliseconds": "String(Date.now())",
        "iso": "new Date().toISOString()",
    },
    keys={
        "text": "Buffer.from(secret)",
        "hex": 'Buffer.from(secret, "hex")',
        "base64": 'Buffer.from(secret, "base64")',
        "whsec": 'Buffer.from(secret.replace(/^whsec_/, ""), "base64")',
    },
    encodings={"hex": 'digest("hex")', "base64": 'digest("base64")', "base64url": 'digest("base64url")'},
    comment="//",
)

_PROGRAM = """\
«about»

%% if crypto
import { «crypto» } from "node:crypto";
%% endif
%% if "readFileSync" in body
import { readFileSync } from "node:fs";
%% endif

%% if signs
const secret = process.env.«variable»;
if (!secret) throw new Error("«variable» is not set");
%% if time
const timestamp = «time»;
%% endif
%% if recipe.makes_id
const messageId = "msg_" + randomUUID().replaceAll("-", "");
%% endif
%% endif
%% if body and not body_follows
const body = «body»;
%% endif
%% if computes

const key = «key»;
%% if is_hmac
const mac = createHmac("«hash»", key);
%% else
const mac = createHash("«hash»");
%% endif
%% for piece in signed
mac.update(«piece»);
%% endfor
const signature = mac.«signature»;
%% endif
%% if body and body_follows
const body = «body»;
%% endif

const response = await fetch(«url», {
  method: «method»,
  headers: [
%% for name, value in headers
    [«name», «value»],
%% endfor
  ],
%% if body
  body,
%% endif
  redirect: "manual",
});
console.log(response.status);
console.log(await response.text());
"""


def render_fetch(plan: Plan) -> str:
    """Return a program for Node's fetch."""
    recipe = plan.signing
    names: list[str] = []
    if recipe is not None and recipe.computes:
        names.append("createHmac" if recipe.making == "hmac" else "createHash")
    if recipe is not None and plan.signs and recipe.makes_id:
        names.append("randomUUID")
    return program(plan, JAVASCRIPT, _PROGRAM, crypto=", ".join(names))
