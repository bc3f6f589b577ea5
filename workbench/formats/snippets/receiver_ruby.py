"""A receiver in Ruby, standard library only: a function, and a Rack application around it."""

from workbench.formats.snippets.receiving import ReceiverLanguage
from workbench.formats.snippets.ruby import bytes_literal, text_literal

_TEMPLATE = """\
«about»

%% if "body_field" in uses
require "json"
%% endif
require "openssl"
%% if recipe.time_unit == "iso"
require "time"
%% endif
require "uri"

SECRETS = [ENV["«recipe.variable»"], ENV["«recipe.variable»_PREVIOUS"]].compact.reject(&:empty?)
%% if recipe.tolerance_s is not none
TOLERANCE_S = «recipe.tolerance_s»
%% endif

# Returns whether one of the secrets signed the request, a hash of :method, :url, :headers (by name in lower case) and
# :body (the raw bytes, never parsed and written anew).
def verify(request, secrets = SECRETS, now = Time.now.to_f)
%% for kind, name, value in conditions
%% if name == "content-type"
  return false if request[:headers]["content-type"].to_s.split(";").first.to_s.strip.downcase != «text(value)»
%% else
  return false if «read(kind, name)» != «text(value)»
%% endif
%% endfor
%% if source[0] == "headers"
  numbered = /\\A#{Regexp.escape(«text(source[1])»)}\\d{1,3}\\z/
  signatures = request[:headers].select { |name, _| name.match?(numbered) }.values
%% elif recipe.pairs
  pairs = «read(*source)».split(«text(recipe.pairs)»).map { |item| item.strip.split("=", 2) }
  pairs.select! { |pair| pair.size == 2 }
  members = pairs.reverse.to_h
  signatures = pairs.select { |name, _| name == «text(recipe.pick)» }.map(&:last)
%% elif recipe.list
  items = «read(*source)».split(«text(recipe.list)»).map(&:strip)
  items.select! { |item| item.start_with?(«text(recipe.pick)») }
  signatures = items.map { |item| item[«recipe.pick|length»..] }
%% else
  signatures = [«read(*source)»]
%% endif
%% if prefix
  signatures = signatures.select { |text| text.start_with?(«text(prefix)») }.map { |text| text[«prefix|length»..] }
%% endif
%% if recipe.is_basic
  scheme, credentials = signatures.first.split(" ", 2)
  return false unless scheme.to_s.downcase == "basic"

  sent = credentials.to_s.strip.unpack1("m")
  secrets.map { |secret| OpenSSL.secure_compare(sent, secret.b) }.any?
%% elif not signs
  # Every secret is tried, so that the time it takes tells nothing.
  signatures.reject(&:empty?).product(secrets).map { |sent, secret| OpenSSL.secure_compare(sent.b, secret.b) }.any?
%% else
%% if message_id
  message_id = «read(*message_id)»
  return false if message_id.empty?
%% endif
%% if time
  timestamp = «read(*time)»
  signed_at = seconds(timestamp)
  return false if signed_at.nil?
%% if recipe.tolerance_s is not none
  return false if «"(now - signed_at).abs" if future else "now - signed_at"» > TOLERANCE_S
%% endif
%% endif
%% for variable, kind, name in parts
  «variable» = «read(kind, name)»
  return false if «variable».empty?
%% endfor
  secrets.map do |secret|
    key = key_of(secret)
    next false if key.empty? # Anyone can sign with an empty key.

%% if recipe.making == "hmac"
    mac = OpenSSL::HMAC.new(key, "«recipe.hash»")
%% else
    mac = OpenSSL::Digest.new("«recipe.hash»")
%% endif
%% for piece in signed
    mac << «piece»
%% endfor
%% if recipe.encoding == "hex"
    expected = mac.hexdigest
%% elif recipe.encoding == "base64"
    expected = [mac.digest].pack("m0")
%% else
    expected = [mac.digest].pack("m0").tr("+/", "-_").delete("=")
%% endif
%% if recipe.encoding == "hex"
    signatures = signatures.map(&:downcase)
%% endif
    signatures.map { |signature| OpenSSL.secure_compare(expected, signature) }.any?
  end.any?
%% endif
end
%% if signs

def key_of(secret)
%% if recipe.key_form == "hex"
  [secret].pack("H*")
%% elif recipe.key_form == "base64"
  secret.unpack1("m")
%% elif recipe.key_form == "whsec"
  secret.delete_prefix("whsec_").unpack1("m")
%% else
  secret
%% endif
end
%% endif
%% if time and signs

def seconds(timestamp)
%% if recipe.time_unit == "iso"
  Time.iso8601(timestamp).to_f
rescue ArgumentError
  nil
%% else
  timestamp.match?(/\\A[0-9]{1,16}\\z/) ? Integer(timestamp, 10)«"" if seconds else " / 1000.0"» : nil
%% endif
end
%% endif
%% if "query" in uses

def query(request, name)
  URI.decode_www_form(URI(request[:url]).query.to_s).assoc(name)&.last.to_s
end
%% endif
%% if "path" in uses

def path(request)
  URI(request[:url]).request_uri
end
%% endif
%% if "sorted_form" in uses

def sorted_form(request)
  URI.decode_www_form(request[:body].dup.force_encoding("UTF-8")).sort.join.b
end
%% endif
%% if "body_field" in uses

# Returns a value of the body as text, of a form or of JSON; empty where there is none.
def field(request, path)
  body = request[:body].dup.force_encoding("UTF-8")
  form = request[:headers]["content-type"].to_s.include?("form") && !body.start_with?("{", "[")
  value = form ? URI.decode_www_form(body).reverse.to_h : JSON.parse(body)
  path.split(".").each do |name|
    value = value.is_a?(Array) && name.match?(/\\A\\d+\\z/) ? value[name.to_i] : value.is_a?(Hash) ? value[name] : nil
  end
  value.nil? || value.is_a?(String) ? value.to_s : JSON.generate(value)
rescue ArgumentError, JSON::ParserError
  ""
end
%% endif

# For config.ru: require_relative "receive"; run Receiver
Receiver = lambda do |env|
  headers = env.select { |name, _| name.start_with?("HTTP_") }
  headers = headers.transform_keys { |name| name[5..].tr("_", "-").downcase }
  headers["content-type"] = env["CONTENT_TYPE"] if env["CONTENT_TYPE"]
  query = env["QUERY_STRING"].to_s.empty? ? "" : "?#{env["QUERY_STRING"]}"
  url = "#{ENV.fetch("PUBLIC_ORIGIN", "http://localhost")}#{env["SCRIPT_NAME"]}#{env["PATH_INFO"]}#{query}"
  request = { method: env["REQUEST_METHOD"], url: url, headers: headers, body: env["rack.input"].read }
  [verify(request) ? 204 : 401, {}, []]
end
"""

LANGUAGE = ReceiverLanguage(
    language="ruby",
    file_name="receive.rb",
    template=_TEMPLATE,
    comment="#",
    text=text_literal,
    content=bytes_literal,
    names={
        "body": "request[:body].b",
        "timestamp": "timestamp",
        "id": "message_id",
        "method": "request[:method]",
        "url": "request[:url]",
        "path": "path(request)",
        "secret": "key",
        "sorted_form": "sorted_form(request)",
        "body_sha256": 'OpenSSL::Digest.hexdigest("SHA256", request[:body])',
    },
    reads={
        "header": "request[:headers][%s].to_s",
        "query": "query(request, %s)",
        "signature": "members[%s].to_s",
        "body": "field(request, %s)",
    },
    source=dict.fromkeys(("header", "query", "signature", "body"), "%s"),
)
