"""A receiver in JavaScript for Node, standard library only."""

from workbench.formats.snippets.javascript import bytes_literal, text_literal
from workbench.formats.snippets.receiving import ReceiverLanguage

_TEMPLATE = """\
«about»

%% if recipe.making == "digest" or "body_sha256" in uses
import { createHash } from "node:crypto";
%% endif
%% if recipe.making == "hmac"
import { createHmac } from "node:crypto";
%% endif
import { timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

const SECRETS = [process.env.«recipe.variable», process.env.«recipe.variable»_PREVIOUS].filter(Boolean);
%% if recipe.tolerance_s is not none
const TOLERANCE_S = «recipe.tolerance_s»;
%% endif

/**
 * Return whether one of the secrets signed the request: method, url, headers (by name in lower case) and body
 * (a Buffer of the raw bytes, never parsed and written anew).
 */
export function verify(request, secrets = SECRETS, now = Date.now() / 1000) {
%% for kind, name, value in conditions
%% if name == "content-type"
  if ((request.headers["content-type"] ?? "").split(";")[0].trim().toLowerCase() !== «text(value)») return false;
%% else
  if («read(kind, name)» !== «text(value)») return false;
%% endif
%% endfor
%% if source[0] == "headers"
  const numbered = Object.keys(request.headers).filter(
    (name) => name.startsWith(«text(source[1])») && /^[0-9]{1,3}$/.test(name.slice(«source[1]|length»)),
  );
  let signatures = numbered.map((name) => request.headers[name]);
%% elif recipe.pairs
  const pairs = «read(*source)».split(«text(recipe.pairs)»).map((item) => {
    const [name, ...rest] = item.trim().split("=");
    return [name, rest.join("=")];
  });
  const members = Object.fromEntries([...pairs].reverse());
  let signatures = pairs.filter(([name]) => name === «text(recipe.pick)»).map(([, value]) => value);
%% elif recipe.list
  const items = «read(*source)».split(«text(recipe.list)»).map((item) => item.trim());
  const signed = items.filter((item) => item.startsWith(«text(recipe.pick)»));
  let signatures = signed.map((item) => item.slice(«recipe.pick|length»));
%% else
  let signatures = [«read(*source)»];
%% endif
%% if prefix
  signatures = signatures.filter((text) => text.startsWith(«text(prefix)»));
  signatures = signatures.map((text) => text.slice(«prefix|length»));
%% endif
%% if signs and recipe.encoding == "hex"
  signatures = signatures.map((text) => text.toLowerCase());
%% endif
%% if recipe.is_basic
  const [scheme, ...credentials] = signatures[0].split(" ");
  if (scheme.toLowerCase() !== "basic") return false;
  const sent = Buffer.from(credentials.join(" ").trim(), "base64");
  return secrets.map((secret) => equal(sent, Buffer.from(secret))).some(Boolean);
%% elif not signs
  // Every secret is tried, so that the time it takes tells nothing.
  const sent = signatures.filter(Boolean).map((text) => Buffer.from(text, "latin1"));
  return sent.flatMap((text) => secrets.map((secret) => equal(text, Buffer.from(secret)))).some(Boolean);
%% else
%% if message_id
  const messageId = «read(*message_id)»;
  if (!messageId) return false;
%% endif
%% if time
  const timestamp = «read(*time)»;
%% if recipe.time_unit == "iso"
  const isTime = /^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(Z|[+-]\\d\\d:\\d\\d)$/.test(timestamp);
  const signedAt = isTime ? Date.parse(timestamp.replace(/(\\.\\d{3})\\d+/, "$1")) / 1000 : NaN;
%% else
  const signedAt = /^[0-9]{1,16}$/.test(timestamp) ? Number(timestamp)«"" if seconds else " / 1000"» : NaN;
%% endif
  if (Number.isNaN(signedAt)) return false;
%% if recipe.tolerance_s is not none
  if («"Math.abs(now - signedAt)" if future else "now - signedAt"» > TOLERANCE_S) return false;
%% endif
%% endif
%% for variable, kind, name in parts
  const «variable» = «read(kind, name)»;
  if (!«variable») return false;
%% endfor
  let valid = false;
  for (const secret of secrets) {
    const key = keyOf(secret);
    if (!key.length) continue; // Anyone can sign with an empty key.
%% if recipe.making == "hmac"
    const mac = createHmac("«recipe.hash»", key);
%% else
    const mac = createHash("«recipe.hash»");
%% endif
%% for piece in signed
    mac.update(«piece»);
%% endfor
    const expected = Buffer.from(mac.digest("«recipe.encoding»"));
    for (const signature of signatures) {
      if (equal(expected, Buffer.from(signature, "latin1"))) valid = true;
    }
  }
  return valid;
%% endif
}

function equal(one, other) {
  return one.length === other.length && timingSafeEqual(one, other);
}
%% if signs

function keyOf(secret) {
%% if recipe.key_form == "hex"
  return Buffer.from(secret, "hex");
%% elif recipe.key_form == "base64"
  return Buffer.from(secret, "base64");
%% elif recipe.key_form == "whsec"
  return Buffer.from(secret.replace(/^whsec_/, ""), "base64");
%% else
  return Buffer.from(secret);
%% endif
}
%% endif
%% if "query" in uses

function query(request, name) {
  return new URL(request.url).searchParams.get(name) ?? "";
}
%% endif
%% if "path" in uses

function path(request) {
  return request.url.replace(/^[^:]*:\\/\\/[^/?]*/, "").replace(/^(?=\\?|$)/, "/");
}
%% endif
%% if "sorted_form" in uses

function sortedForm(request) {
  const fields = [...new URLSearchParams(request.body.toString())];
  const order = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
  fields.sort((one, other) => order(one[0], other[0]) || order(one[1], other[1]));
  return fields.map(([name, value]) => name + value).join("");
}
%% endif
%% if "body_field" in uses

// Return a value of the body as text, of a form or of JSON; empty where there is none.
function field(request, path) {
  const body = request.body.toString();
  let value;
  if ((request.headers["content-type"] ?? "").includes("form") && !/^[{[]/.test(body)) {
    value = Object.fromEntries([...new URLSearchParams(body)].reverse());
  } else {
    try {
      value = JSON.parse(body);
    } catch {
      return "";
    }
  }
  for (const name of path.split(".")) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, name)) return "";
    value = value[name];
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}
%% endif

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!SECRETS.length) throw new Error("«recipe.variable» is not set");
  const origin = process.env.PUBLIC_ORIGIN ?? "http://localhost";
  createServer(async (incoming, response) => {
    const chunks = [];
    let size = 0;
    for await (const chunk of incoming) {
      size += chunk.length;
      if (size > 10_000_000) return response.writeHead(413, { connection: "close" }).end();
      chunks.push(chunk);
    }
    const { method, headers } = incoming;
    const request = { method, url: origin + incoming.url, headers, body: Buffer.concat(chunks) };
    response.writeHead(verify(request) ? 204 : 401).end();
  }).listen(Number(process.env.PORT ?? 8000), "127.0.0.1");
}
"""

LANGUAGE = ReceiverLanguage(
    language="javascript",
    file_name="receive.mjs",
    template=_TEMPLATE,
    comment="//",
    text=text_literal,
    content=bytes_literal,
    names={
        "body": "request.body",
        "timestamp": "timestamp",
        "id": 'Buffer.from(messageId, "latin1")',
        "method": "request.method",
        "url": "request.url",
        "path": "path(request)",
        "secret": "key",
        "sorted_form": "sortedForm(request)",
        "body_sha256": 'createHash("sha256").update(request.body).digest("hex")',
    },
    reads={
        "header": '(request.headers[%s] ?? "")',
        "query": "query(request, %s)",
        "signature": '(members[%s] ?? "")',
        "body": "field(request, %s)",
    },
    source={
        "header": 'Buffer.from(%s, "latin1")',
        "query": "%s",
        "signature": 'Buffer.from(%s, "latin1")',
        "body": "%s",
    },
    needs="It needs Node 18 or newer.",
)
