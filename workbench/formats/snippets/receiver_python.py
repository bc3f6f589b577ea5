"""A receiver in Python, standard library only."""

from workbench.formats.snippets.python import bytes_literal, imports_of, text_literal
from workbench.formats.snippets.receiving import ReceiverLanguage

_TEMPLATE = '''\
«about»

@imports@
NAMES = ("«recipe.variable»", "«recipe.variable»_PREVIOUS")
SECRETS = [os.environ[name] for name in NAMES if os.environ.get(name)]
%% if recipe.tolerance_s is not none
TOLERANCE_S = «recipe.tolerance_s»
%% endif


def verify(request, secrets=SECRETS, now=None):
    """Return whether one of the secrets signed the request.

    It is a dictionary: method, url, headers (by name in lower case), body (the raw bytes, never parsed and dumped).
    """
%% for kind, name, value in conditions
%% if name == "content-type"
    if request["headers"].get("content-type", "").partition(";")[0].strip().lower() != «text(value)»:
%% else
    if «read(kind, name)» != «text(value)»:
%% endif
        return False
%% endfor
%% if source[0] == "headers"
    numbered = re.compile(re.escape(«text(source[1])») + "[0-9]{1,3}")
    signatures = [value for name, value in request["headers"].items() if numbered.fullmatch(name)]
%% elif recipe.pairs
    pairs = [item.strip().partition("=") for item in «read(*source)».split(«text(recipe.pairs)»)]
    members = {name: value for name, _, value in reversed(pairs)}
    signatures = [value for name, _, value in pairs if name == «text(recipe.pick)»]
%% elif recipe.list
    items = [item.strip() for item in «read(*source)».split(«text(recipe.list)»)]
    signatures = [item[«recipe.pick|length» :] for item in items if item.startswith(«text(recipe.pick)»)]
%% else
    signatures = [«read(*source)»]
%% endif
%% if prefix
    signatures = [text[«prefix|length» :] for text in signatures if text.startswith(«text(prefix)»)]
%% endif
%% if recipe.is_basic
    scheme, _, credentials = signatures[0].partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        sent = base64.b64decode(credentials.strip(), validate=True)
    except ValueError:
        return False
    return any([hmac.compare_digest(sent, secret.encode()) for secret in secrets])
%% elif not signs
    # Every secret is tried, so that the time it takes tells nothing.
    sent = [text.encode("latin-1", "replace") for text in signatures if text]
    return any([hmac.compare_digest(text, secret.encode()) for text in sent for secret in secrets])
%% else
%% if message_id
    message_id = «read(*message_id)»
    if not message_id:
        return False
%% endif
%% if time
    timestamp = «read(*time)»
    signed_at = seconds(timestamp)
    if signed_at is None:
        return False
%% if recipe.tolerance_s is not none
    age = (time.time() if now is None else now) - signed_at
    if «"abs(age)" if future else "age"» > TOLERANCE_S:
        return False
%% endif
%% endif
%% for variable, kind, name in parts
    «variable» = «read(kind, name)»
    if not «variable»:
        return False
%% endfor
    valid = False
    for secret in secrets:
        key = key_of(secret)
        if not key:
            continue  # Anyone can sign with an empty key.
        expected = signature_of(key, «signed|join(", ")»)
        for signature in signatures:
%% if recipe.encoding == "hex"
            signature = signature.lower()
%% endif
            valid |= hmac.compare_digest(expected, signature.encode("latin-1", "replace"))
    return valid
%% endif
%% if signs


def key_of(secret):
%% if recipe.key_form == "hex"
    return bytes.fromhex(secret)
%% elif recipe.key_form == "base64"
    return base64.b64decode(secret + "==")
%% elif recipe.key_form == "whsec"
    return base64.b64decode(secret.removeprefix("whsec_") + "==")
%% else
    return secret.encode()
%% endif


def signature_of(key, *signed):
%% if recipe.making == "hmac"
    digest = hmac.digest(key, b"".join(signed), "«recipe.hash»")
%% else
    digest = hashlib.«recipe.hash»(b"".join(signed)).digest()
%% endif
%% if recipe.encoding == "hex"
    return digest.hex().encode()
%% elif recipe.encoding == "base64"
    return base64.b64encode(digest)
%% else
    return base64.urlsafe_b64encode(digest).rstrip(b"=")
%% endif
%% endif
%% if time and signs


def seconds(timestamp):
%% if recipe.time_unit == "iso"
    try:
        short = re.sub(r"\\.(\\d{6})\\d*", r".\\1", timestamp)
        moment = datetime.datetime.fromisoformat(short.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo else None
%% else
    if not re.fullmatch("[0-9]{1,16}", timestamp):
        return None
    return int(timestamp)«"" if recipe.time_unit == "seconds" else " / 1000"»
%% endif
%% endif
%% if "query" in uses


def query(request, name):
    pairs = urllib.parse.parse_qsl(urllib.parse.urlsplit(request["url"]).query, keep_blank_values=True)
    return next((value for key, value in pairs if key == name), "")
%% endif
%% if "path" in uses


def path(request):
    parts = urllib.parse.urlsplit(request["url"])
    return (parts.path or "/") + ("?" + parts.query if parts.query else "")
%% endif
%% if "sorted_form" in uses


def sorted_form(request):
    fields = urllib.parse.parse_qsl(request["body"].decode("utf-8", "replace"), keep_blank_values=True)
    return "".join(name + value for name, value in sorted(fields)).encode()
%% endif
%% if "body_field" in uses


def field(request, path):
    """Return a value of the body as text, of a form or of JSON; empty where there is none."""
    body = request["body"].decode("utf-8", "replace")
    if "form" in request["headers"].get("content-type", "") and body[:1] not in ("{", "["):
        value = dict(reversed(urllib.parse.parse_qsl(body, keep_blank_values=True)))
    else:
        try:
            value = json.loads(body)
        except ValueError:
            return ""
    for name in path.split("."):
        if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, dict) and name in value:
            value = value[name]
        else:
            return ""
    return value if isinstance(value, str) else json.dumps(value)
%% endif


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > 10_000_000:
            self.send_error(413 if length.isdecimal() else 411)
            return
        request = {
            "method": self.command,
            "url": os.environ.get("PUBLIC_ORIGIN", "http://localhost") + self.path,
            "headers": {name.lower(): value for name, value in reversed(self.headers.items())},
            "body": self.rfile.read(int(length)),
        }
        self.send_response(204 if verify(request) else 401)
        self.end_headers()


if __name__ == "__main__":
    if not SECRETS:
        raise SystemExit("«recipe.variable» is not set")
    address = ("127.0.0.1", int(os.environ.get("PORT", "8000")))
    http.server.ThreadingHTTPServer(address, Receiver).serve_forever()
'''


def _finish(text: str) -> str:
    before, _, after = text.partition("@imports@\n")
    more = [name for name in ("datetime", "http.server", "re") if f"{name}." in after]
    lines = [*imports_of(after, []).split("\n"), *(f"import {name}" for name in more)]
    return before + "\n".join(sorted(line for line in lines if line)) + "\n\n" + after


LANGUAGE = ReceiverLanguage(
    language="python",
    file_name="receive.py",
    template=_TEMPLATE,
    comment="#",
    text=text_literal,
    content=bytes_literal,
    names={
        "body": 'request["body"]',
        "timestamp": "timestamp.encode()",
        "id": 'message_id.encode("latin-1", "replace")',
        "method": 'request["method"].encode()',
        "url": 'request["url"].encode()',
        "path": "path(request).encode()",
        "secret": "key",
        "sorted_form": "sorted_form(request)",
        "body_sha256": 'hashlib.sha256(request["body"]).hexdigest().encode()',
    },
    reads={
        "header": 'request["headers"].get(%s, "")',
        "query": "query(request, %s)",
        "signature": 'members.get(%s, "")',
        "body": "field(request, %s)",
    },
    source={
        "header": '%s.encode("latin-1", "replace")',
        "query": "%s.encode()",
        "signature": '%s.encode("latin-1", "replace")',
        "body": "%s.encode()",
    },
    finish=_finish,
)
