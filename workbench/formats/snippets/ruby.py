"""Programs in Ruby with `Net::HTTP`, standard library only."""

from workbench.formats.snippets.language import Language, program
from workbench.formats.snippets.plan import Plan, Target
from workbench.formats.snippets.recipe import Value
from workbench.formats.snippets.rendering import base64_of, json_literal, text_of

RUBY = Target("ruby", "Ruby's Net::HTTP", "ruby", "send.rb", keeps_case=False, keeps_repeats=False)


def text_literal(content: bytes) -> str:
    """Return a string of exactly these header bytes."""
    if content.isascii():
        return json_literal(content.decode("ascii")).replace("#", "\\#")
    escaped = "".join(json_literal(chr(byte))[1:-1] if byte < 128 else f"\\x{byte:02X}" for byte in content)
    return '"' + escaped.replace("#", "\\#") + '".b'


def bytes_literal(content: bytes) -> str:
    """Return a string of exactly these bytes, in binary encoding."""
    text = text_of(content)
    if text is None:
        return f'"{base64_of(content)}".unpack1("m")'
    return json_literal(text).replace("#", "\\#") + ".b"


_NAMES = {
    Value.SECRET: "secret",
    Value.SECRET_BASE64: '[secret].pack("m0")',
    Value.SECRET_QUOTED: "URI.encode_www_form_component(secret)",
    Value.SECRET_JSON: "secret.to_json[1...-1]",
    Value.TIMESTAMP: "timestamp",
    Value.MESSAGE_ID: "message_id",
    Value.SIGNATURE: "signature",
    Value.SIGNATURE_QUOTED: "URI.encode_www_form_component(signature)",
}

LANGUAGE = Language(
    text=text_literal,
    content=bytes_literal,
    names=_NAMES,
    encoded=lambda text: f"({text}).b" if " + " in text else f"{text}.b",
    joiner=" + ",
    content_joiner=" + ",
    empty='""',
    file="File.binread(%s)",
    times={
        "seconds": "Time.now.to_i.to_s",
        "milliseconds": "(Time.now.to_r * 1000).to_i.to_s",
        "iso": 'Time.now.utc.strftime("%Y-%m-%dT%H:%M:%S.%LZ")',
    },
    keys={
        "text": "secret",
        "hex": '[secret].pack("H*")',
        "base64": 'secret.unpack1("m")',
        "whsec": 'secret.delete_prefix("whsec_").unpack1("m")',
    },
    encodings={
        "hex": "mac.hexdigest",
        "base64": '[mac.digest].pack("m0")',
        "base64url": '[mac.digest].pack("m0").tr("+/", "-_").delete("=")',
    },
)

_PROGRAM = """\
«about»

%% for name in libraries
require "«name»"
%% endfor

%% if signs
secret = ENV.fetch("«variable»")
%% if time
timestamp = «time»
%% endif
%% if recipe.makes_id
message_id = "msg_#{SecureRandom.hex(16)}"
%% endif
%% endif
%% if body and not body_follows
body = «body»
%% endif
%% if computes

key = «key»
%% if is_hmac
mac = OpenSSL::HMAC.new(key, "«hash»")
%% else
mac = OpenSSL::Digest.new("«hash»")
%% endif
%% for piece in signed
mac << «piece»
%% endfor
signature = «signature»
%% endif
%% if body and body_follows
body = «body»
%% endif

uri = URI(«base»)
request = Net::HTTPGenericRequest.new(«method», «has_body», true, «path»)
# What Net::HTTP adds of its own.
request.each_header.to_a.each { |name, _| request.delete(name) unless name == "host" }
%% for name, value in headers
request[«name»] = «value»
%% endfor
%% if body
request.body = body
%% endif
response = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https") { |http| http.request(request) }
puts response.code
puts response.body
"""


def render_ruby(plan: Plan) -> str:
    """Return a program for Net::HTTP."""
    recipe = plan.signing
    libraries = ["net/http"]
    if recipe is not None and plan.signs:
        libraries += ["openssl"] if recipe.computes else []
        libraries += ["securerandom"] if recipe.makes_id else []
        libraries += ["json"] if plan.uses(Value.SECRET_JSON) else []
    if plan.has_body and not plan.has("content-type"):
        plan.notes.append(f"{RUBY.title} adds Content-Type: application/x-www-form-urlencoded to a body without one.")
    return program(
        plan,
        LANGUAGE,
        _PROGRAM,
        libraries=sorted(libraries),
        base=LANGUAGE.text(plan.base_url.encode("latin-1", "replace")),
        has_body="true" if plan.has_body else "false",
    )
