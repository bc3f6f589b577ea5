"""Programs in Python: one way to sign, three clients."""

import re
from dataclasses import replace
from typing import Any

from workbench.formats.snippets.language import Language, program
from workbench.formats.snippets.plan import Plan, Target, expression
from workbench.formats.snippets.recipe import Value
from workbench.formats.snippets.rendering import base64_of, json_literal, text_of

REQUESTS = Target(
    "python-requests",
    "Python (requests)",
    "python",
    "send.py",
    needs="It needs: pip install requests",
    keeps_target=False,
    keeps_repeats=False,
)
HTTPX = Target("python-httpx", "Python (httpx)", "python", "send.py", needs="It needs: pip install httpx")
AIOHTTP = Target(
    "python-aiohttp",
    "Python (aiohttp)",
    "python",
    "send.py",
    needs="It needs: pip install aiohttp",
    keeps_target=False,
    header_charset="utf-8",
)


def text_literal(content: bytes) -> str:
    """Return a `str` literal of header bytes, one character a byte."""
    return json_literal(content.decode("latin-1"), ascii_only=True)


def bytes_literal(content: bytes) -> str:
    """Return an expression of exactly these bytes."""
    text = text_of(content)
    if text is None:
        return f'base64.b64decode("{base64_of(content)}")'
    return repr(content) if text.isascii() else f"{json_literal(text)}.encode()"


_NAMES = {
    Value.SECRET: "secret",
    Value.SECRET_BASE64: "base64.b64encode(secret.encode()).decode()",
    Value.SECRET_QUOTED: 'urllib.parse.quote(secret, safe="")',
    Value.SECRET_JSON: "json.dumps(secret)[1:-1]",
    Value.TIMESTAMP: "timestamp",
    Value.MESSAGE_ID: "message_id",
    Value.SIGNATURE: "signature",
    Value.SIGNATURE_QUOTED: 'urllib.parse.quote(signature, safe="")',
}

PYTHON = Language(
    text=text_literal,
    content=bytes_literal,
    names=_NAMES,
    encoded=lambda text: f"({text}).encode()" if " + " in text else f"{text}.encode()",
    joiner=" + ",
    content_joiner=" + ",
    empty='""',
    file='open(%s, "rb").read()',
    times={
        "seconds": "str(int(time.time()))",
        "milliseconds": "str(time.time_ns() // 1_000_000)",
        "iso": 'time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())',
    },
    keys={
        "text": "secret.encode()",
        "hex": "bytes.fromhex(secret)",
        "base64": 'base64.b64decode(secret + "==")',
        "whsec": 'base64.b64decode(secret.removeprefix("whsec_") + "==")',
    },
    encodings={
        "hex": "mac.hexdigest()",
        "base64": "base64.b64encode(mac.digest()).decode()",
        "base64url": 'base64.urlsafe_b64encode(mac.digest()).decode().rstrip("=")',
    },
)

_START = """\
«about»

@imports@
%% if signs
secret = os.environ["«variable»"]
%% if time
timestamp = «time»
%% endif
%% if recipe.makes_id
message_id = "msg_" + uuid.uuid4().hex
%% endif
%% endif
%% if body and not body_follows
body = «body»
%% endif
%% if computes

key = «key»
%% if is_hmac
mac = hmac.new(key, digestmod="«hash»")
%% else
mac = hashlib.«hash»()
%% endif
%% for piece in signed
mac.update(«piece»)
%% endfor
signature = «signature»
%% endif
%% if body and body_follows
body = «body»
%% endif
%% if signs or body

%% endif
"""

_REQUESTS = """\
headers = {
%% for name, value in headers
    «name»: «value»,
%% endfor
%% for name in left_out
    «name»: SKIP_HEADER,  # Else the client adds its own.
%% endfor
}

with requests.Session() as session:
    session.headers.clear()
    response = session.request(
        «method»,
        «url»,
        headers=headers,
%% if body
        data=body,
%% endif
        allow_redirects=False,
    )
print(response.status_code)
print(response.text)
"""

_HTTPX = """\
headers = [
%% for name, value in headers
    («name», «value»),
%% endfor
]

request = httpx.Request(
    «method»,
    «url»,
    headers=headers,
%% if body
    content=body,
%% endif
%% if is_unusual
    extensions={"target": «path»},
%% endif
)
with httpx.Client() as client:
    response = client.send(request)
print(response.status_code)
print(response.text)
"""

_AIOHTTP = """\
headers = [
%% for name, value in headers
    («name», «value»),
%% endfor
]


async def main():
    async with aiohttp.ClientSession(skip_auto_headers=[«left_out»]) as session:
        async with session.request(
            «method»,
            yarl.URL(«url», encoded=True),
            headers=headers,
%% if body
            data=body,
%% endif
            allow_redirects=False,
        ) as response:
            print(response.status)
            print(await response.text())


asyncio.run(main())
"""


def render_requests(plan: Plan) -> str:
    """Return a program for requests."""
    left_out = [f'"{name}"' for name in ("User-Agent", "Accept-Encoding") if not plan.has(name.lower())]
    imports = ["import requests", *(["from urllib3.util import SKIP_HEADER"] if left_out else [])]
    return _program(plan, PYTHON, _REQUESTS, imports, left_out=left_out)


def _header_bytes(content: bytes) -> str:
    """Return a value for httpx, which takes text in ASCII only."""
    return text_literal(content) if content.isascii() else repr(content)


def render_httpx(plan: Plan) -> str:
    """Return a program for httpx."""
    path = expression(plan.path, repr, PYTHON.content_names, " + ", "b''")
    headers = [
        (text_literal(name.encode()), expression(value, _header_bytes, _NAMES, " + ", '""'))
        for name, value in plan.headers
    ]
    return _program(plan, PYTHON, _HTTPX, ["import httpx"], path=path, headers=headers)


def _utf8(content: bytes) -> str:
    """Return a value for aiohttp, which writes UTF-8."""
    try:
        return json_literal(content.decode("utf-8"))
    except UnicodeDecodeError:
        return text_literal(content)


def render_aiohttp(plan: Plan) -> str:
    """Return a program for aiohttp."""
    always = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
    left_out = ", ".join(f'"{name}"' for name in always if not plan.has(name.lower()))
    # Of repeated names in several cases aiohttp would send the last alone.
    spelt = {name.lower(): name for name, _ in reversed(plan.headers)}
    if any(spelt[name.lower()] != name for name, _ in plan.headers):
        plan.notes.append(f"{AIOHTTP.title} writes repeated header names in the case of the first.")
    plan.headers = [(spelt[name.lower()], value) for name, value in plan.headers]
    imports = ["import aiohttp", "import yarl"]
    return _program(plan, replace(PYTHON, text=_utf8), _AIOHTTP, imports, left_out=left_out)


_LITERAL = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'")
_STANDARD = ("asyncio", "base64", "hashlib", "hmac", "json", "os", "time", "urllib.parse", "uuid")


def _program(plan: Plan, language: Language, client: str, imports: list[str], **values: Any) -> str:
    text = program(plan, language, _START + client, **values)
    before, _, after = text.partition("@imports@\n")
    return f"{before}{imports_of(after, imports)}{after}"


def imports_of(text: str, third: list[str]) -> str:
    """Return the imports that a program's text needs, those of the standard library first."""
    bare = _LITERAL.sub("", text)
    lines = [f"import {name}" for name in _STANDARD if f"{name}." in bare]
    return "\n".join([*lines, *([""] if lines and third else []), *third, "", ""])
