"""Commands and scripts for bash: curl and HTTPie.

A secret is never an argument of a program, where every user of the machine could read it: `printf` is bash's own,
curl and HTTPie read headers from a file that only they see, and perl takes the key from the environment. (openssl's
`-hmac KEY`, which many examples have, shows it.)
"""

import re
from typing import Any

from workbench.formats.curl import quoted
from workbench.formats.snippets.language import about
from workbench.formats.snippets.plan import Plan, Target
from workbench.formats.snippets.recipe import Making, SigningRecipe, Template, Value
from workbench.formats.snippets.rendering import base64_of, rendered

CURL = Target("curl", "curl", "bash", "send.sh", drops=frozenset())
HTTPIE = Target(
    "httpie",
    "HTTPie",
    "bash",
    "send.sh",
    needs="It needs HTTPie 3 or newer.",
    keeps_order=False,
    keeps_target=False,
    secret_shows="HTTPie takes the URL as an argument, so whoever can list processes sees the secret in it.",
)

_PRINTABLE = re.compile(rb"[ -~]*")
_SECRETS = {Value.SECRET, Value.SECRET_BASE64, Value.SECRET_QUOTED, Value.SECRET_JSON}
_HASHES = ("sha1", "sha256", "sha384", "sha512")
_TIMES = {
    "seconds": "date +%s",
    "milliseconds": "perl -MTime::HiRes=time -e 'printf \"%d\", time * 1000'",
    "iso": "date -u +%Y-%m-%dT%H:%M:%S.000Z",
}
_KEYS = {
    "text": "$ENV{«variable»}",
    "hex": 'pack("H*", $ENV{«variable»})',
    "base64": "decode_base64($ENV{«variable»})",
    "whsec": "decode_base64($ENV{«variable»} =~ s/^whsec_//r)",
}
_ENCODINGS = {
    "hex": 'unpack("H*", %s)',
    "base64": 'encode_base64(%s, "")',
    "base64url": 'encode_base64(%s, "") =~ tr{+/}{-_}r =~ s/=+$//r',
}

_START = """\
#!/usr/bin/env bash
«about»
(
set -euo pipefail

%% if signs
: "${«variable»:?is not set}"
%% if time
timestamp=$(«time»)
%% endif
%% if recipe.makes_id
message_id=msg_$(od -An -N16 -tx1 /dev/urandom | tr -d ' \\n')
%% endif
%% endif
%% if quotes
percent_encoded() {
  local LC_ALL=C index mark
  for ((index = 0; index < ${#1}; index++)); do
    mark=${1:index:1}
    case $mark in
    [A-Za-z0-9._~-]) printf '%s' "$mark" ;;
    *) printf '%%%02X' "'$mark" ;;
    esac
  done
}
%% endif
%% if escapes
escaped=${«variable»//\\\\/\\\\\\\\}
escaped=${escaped//\\"/\\\\\\"}
%% endif
%% if content
body_file=$(mktemp)
trap 'rm -f "$body_file"' EXIT
base64 --decode > "$body_file" << 'END'
«content»
END
%% endif
%% if body and not body_follows
body=«body»
%% endif
%% if computes
signature=$(
  {
%% for piece in signed
    «piece»
%% endfor
  } | perl «modules» -e '«perl»'
)
%% endif
%% if body and body_follows
body=«body»
%% endif

"""


def render_curl(plan: Plan) -> str:
    """Return a script that sends with curl."""
    lines = ["curl --globoff --path-as-is"]
    if plan.method == "HEAD":
        lines[0] += " --head"
    elif plan.method != ("POST" if plan.has_body else "GET"):
        lines[0] += f" --request {quoted(plan.method)}"
    if _shows(plan.url):
        lines.append(f"--config <(printf 'url = \"%s\"\\n' {_text(plan.url, plan, for_config=True)})")
    elif plan.is_unusual:
        lines += [_text((plan.base_url.encode(), b"/"), plan), f"--request-target {_text(plan.path, plan)}"]
    else:
        lines[0] += f" {_text(plan.url, plan)}"
    if plan.has("accept-encoding"):
        lines[0] += " --compressed"  # The header goes out as it stands; what comes back is decompressed.
    lines += [_curl_header(name, value, plan) for name, value in plan.headers]
    empties = plan.method in ("POST", "PUT", "PATCH") and not plan.has_body
    for name in ("User-Agent", "Accept", *(("Content-Type",) if plan.has_body or empties else ()), "Expect"):
        if not plan.has(name.lower()) and (name != "Expect" or _is_in_file(plan)):
            lines.append(f"--header '{name}:'")
    if _is_in_file(plan):
        lines.append(f"--data-binary @{_file(plan)}")
    elif _shows(plan.body):
        lines.append("--data-binary @<(printf '%s' \"$body\")")
    elif plan.has_body:
        lines.append(f"--data-raw {_body_word(plan)}")
    elif empties:
        lines.append("--data-raw ''")
    return _runnable(plan, lines)


def _curl_header(name: str, value: Template, plan: Plan) -> str:
    if not value:
        return f"--header {quoted(f'{name};')}"
    line = _text((f"{name}: ".encode(), *value), plan)
    return f"--header @<(printf '%s\\n' {line})" if _shows(value) else f"--header {line}"


def render_httpie(plan: Plan) -> str:
    """Return a script that sends with HTTPie."""
    pipes = _is_in_file(plan) or _shows(plan.body)
    lines = [f"http --path-as-is{'' if pipes else ' --ignore-stdin'} {quoted(plan.method)} {_text(plan.url, plan)}"]
    lines += [_httpie_header(name, value, plan) for name, value in plan.headers]
    for name in ("User-Agent", "Accept", "Accept-Encoding", "Connection", "Content-Type"):
        if not plan.has(name.lower()) and (name != "Content-Type" or plan.has_body):
            lines.append(f"'{name}:'")
    if _is_in_file(plan):
        lines.append(f"< {_file(plan)}")
    elif pipes:
        lines.append("< <(printf '%s' \"$body\")")
    elif plan.has_body:
        lines.append(f"--raw {_body_word(plan)}")
    return _runnable(plan, lines)


def _httpie_header(name: str, value: Template, plan: Plan) -> str:
    if not value:
        return quoted(f"{name};")
    if _shows(value):
        return f"{quoted(f'{name}:@')}<(printf '%s' {_text(value, plan)})"
    first = value[0]
    # `:=` and `:@` would be other items.
    escape = b"\\" if isinstance(first, bytes) and first[:1] in (b"=", b"@", b":") else b""
    return _text((f"{name}:".encode(), escape, *value), plan)


def _runnable(plan: Plan, lines: list[str]) -> str:
    """Return the command alone where that is all; else a script whose `set -e` ends no shell it is pasted into."""
    command = " \\\n  ".join(lines) + "\n"
    if _needs_script(plan):
        return f"{_script(plan)}{command})\n"
    return command if plan.signing is None else f"{about(plan, '#')}\n{command}"


def _needs_script(plan: Plan) -> bool:
    """True where something is worked out before the request is sent."""
    return plan.signs or (_is_binary(plan) and not plan.body_file)


def _body_word(plan: Plan) -> str:
    return '"$body"' if _needs_script(plan) else _text(plan.body, plan)


def _script(plan: Plan) -> str:
    """Return the script up to the command that sends."""
    recipe = plan.signing if plan.signs else None  # The plan's own: it signs no body that is not there.
    content = plan.body[0] if _is_binary(plan) and isinstance(plan.body[0], bytes) else b""
    values: dict[str, Any] = {
        "about": about(plan, "#"),
        "signs": recipe is not None,
        "computes": recipe is not None and recipe.computes,
        "recipe": recipe,
        "variable": recipe.variable if recipe else "",
        "time": _TIMES.get(recipe.time_unit, "") if recipe else "",
        "quotes": plan.uses(Value.SECRET_QUOTED) or plan.uses(Value.SIGNATURE_QUOTED),
        "escapes": plan.uses(Value.SECRET_JSON),
        "content": base64_of(content) if content else "",
        "body": _text(plan.body, plan) if plan.has_body and not _is_in_file(plan) else "",
        "body_follows": plan.body_follows_signature,
        "signed": _signed(recipe, plan) if recipe else [],
        **(_perl(recipe) if recipe else {}),
    }
    return rendered(_START, **values)


def _is_binary(plan: Plan) -> bool:
    """True for a body that no variable of bash can hold."""
    return len(plan.body) == 1 and isinstance(plan.body[0], bytes) and b"\0" in plan.body[0]


def _is_in_file(plan: Plan) -> bool:
    return bool(plan.body_file) or _is_binary(plan)


def _file(plan: Plan) -> str:
    return (
        quoted(plan.body_file.encode("utf-8", "surrogateescape").decode("latin-1"))
        if plan.body_file
        else '"$body_file"'
    )


def _shows(template: Template) -> bool:
    """True where a secret is in it, which must be no argument."""
    return any(piece in _SECRETS for piece in template)


def _names(plan: Plan) -> dict[Value, str]:
    variable = plan.signing.variable if plan.signing else ""
    return {
        Value.SECRET: f"${{{variable}}}",
        Value.SECRET_BASE64: f"$(printf '%s' \"${variable}\" | base64 | tr -d '\\n')",
        Value.SECRET_QUOTED: f'$(percent_encoded "${variable}")',
        Value.SECRET_JSON: "${escaped}",
        Value.TIMESTAMP: "${timestamp}",
        Value.MESSAGE_ID: "${message_id}",
        Value.SIGNATURE: "${signature}",
        Value.SIGNATURE_QUOTED: '$(percent_encoded "${signature}")',
        Value.BODY: "${body}",
    }


def _text(template: Template, plan: Plan, *, for_config: bool = False) -> str:
    """Return a word of bash that makes the template; `for_config` it stands in quotes in a file of curl's."""
    names = _names(plan)
    if for_config:
        template = tuple(
            piece.replace(b"\\", b"\\\\").replace(b'"', b'\\"') if isinstance(piece, bytes) else piece
            for piece in template
        )
    if all(isinstance(piece, bytes) for piece in template):
        return quoted(b"".join(piece for piece in template if isinstance(piece, bytes)).decode("latin-1"))
    if all(_PRINTABLE.fullmatch(piece) for piece in template if isinstance(piece, bytes)):
        inner = "".join(
            re.sub(r'([\\"$`])', r"\\\1", piece.decode("ascii")) if isinstance(piece, bytes) else names[piece]
            for piece in template
        )
        return f'"{inner}"'
    return "".join(
        quoted(piece.decode("latin-1")) if isinstance(piece, bytes) else f'"{names[piece]}"' for piece in template
    )


def _signed(recipe: SigningRecipe, plan: Plan) -> list[str]:
    """Return commands that write what is signed."""
    if not _is_in_file(plan):
        return [f"printf '%s' {_text(recipe.signed, plan) if recipe.signed else chr(39) * 2}"]
    commands: list[str] = []
    texts: list[bytes | Value] = []
    for piece in (*recipe.signed, None):
        if piece is not Value.BODY and piece is not None:
            texts.append(piece)
            continue
        commands += [f"printf '%s' {_text(tuple(texts), plan)}"] if texts else []
        commands += [f"cat {_file(plan)}"] if piece is Value.BODY else []
        texts = []
    return commands


def _perl(recipe: SigningRecipe) -> dict[str, str]:
    if not recipe.computes:
        return {}
    is_hmac = recipe.making is Making.HMAC
    module, name = ("Digest::SHA", recipe.hash) if recipe.hash in _HASHES else ("Digest::MD5", recipe.hash)
    if is_hmac and module == "Digest::MD5":
        module, name = "Digest::HMAC_MD5", "md5"
    function = f"hmac_{name}" if is_hmac else name
    key = f", {_KEYS[recipe.key_form].replace('«variable»', recipe.variable)}" if is_hmac else ""
    made = f'{function}($text // ""{key})'
    return {
        "modules": f"-M{module}={function} -MMIME::Base64",
        "perl": f"undef $/; my $text = <STDIN>; print {_ENCODINGS[recipe.encoding] % made}",
    }
