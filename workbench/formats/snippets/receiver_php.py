"""A receiver in PHP, without extensions beyond its usual ones."""

from workbench.formats.snippets.php import bytes_literal, text_literal
from workbench.formats.snippets.receiving import ReceiverLanguage

_TEMPLATE = """\
<?php
«about»

declare(strict_types=1);

function secrets(): array
{
    return array_values(array_filter([
        (string) getenv("«recipe.variable»"),
        (string) getenv("«recipe.variable»_PREVIOUS"),
    ], fn (string $secret): bool => $secret !== ""));
}

/**
 * Returns whether one of the secrets signed the request, an array of method, url, headers (by name in lower case) and
 * body (the raw bytes, never parsed and written anew).
 */
function verify(array $request, array $secrets, float $now): bool
{
%% for kind, name, value in conditions
%% if name == "content-type"
    if (strtolower(trim(explode(";", $request["headers"]["content-type"] ?? "")[0])) !== «text(value)») {
%% else
    if («read(kind, name)» !== «text(value)») {
%% endif
        return false;
    }
%% endfor
%% if source[0] == "headers"
    $pattern = "/^" . preg_quote(«text(source[1])», "/") . "[0-9]{1,3}$/D";
    $names = preg_grep($pattern, array_keys($request["headers"]));
    $signatures = array_map(fn (string $name): string => $request["headers"][$name], array_values($names));
%% elif recipe.pairs
    $members = [];
    $signatures = [];
    foreach (explode(«text(recipe.pairs)», «read(*source)») as $item) {
        [$name, $value] = explode("=", trim($item), 2) + ["", ""];
        $members[$name] ??= $value;
        if ($name === «text(recipe.pick)») {
            $signatures[] = $value;
        }
    }
%% elif recipe.list
    $signatures = [];
    foreach (explode(«text(recipe.list)», «read(*source)») as $item) {
        if (str_starts_with(trim($item), «text(recipe.pick)»)) {
            $signatures[] = substr(trim($item), «recipe.pick|length»);
        }
    }
%% else
    $signatures = [«read(*source)»];
%% endif
%% if prefix
    $signatures = array_filter($signatures, fn (string $text): bool => str_starts_with($text, «text(prefix)»));
    $signatures = array_map(fn (string $text): string => substr($text, «prefix|length»), array_values($signatures));
%% endif
%% if recipe.is_basic
    [$scheme, $credentials] = explode(" ", $signatures[0], 2) + ["", ""];
    $sent = base64_decode(trim($credentials), true);
    $valid = false;
    foreach ($secrets as $secret) {
        $valid = hash_equals($secret, (string) $sent) || $valid;
    }
    return $valid && $sent !== false && strtolower($scheme) === "basic";
%% elif not signs
    // Every secret is tried, so that the time it takes tells nothing.
    $valid = false;
    foreach ($secrets as $secret) {
        foreach ($signatures as $sent) {
            $valid = hash_equals($secret, $sent) || $valid;
        }
    }
    return $valid;
%% else
%% if message_id
    $messageId = «read(*message_id)»;
    if ($messageId === "") {
        return false;
    }
%% endif
%% if time
    $timestamp = «read(*time)»;
%% if recipe.time_unit == "iso"
    $pattern = '/^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(Z|[+-]\\d\\d:\\d\\d)$/D';
    $moment = preg_match($pattern, $timestamp) ? date_create($timestamp) : false;
    if ($moment === false) {
        return false;
    }
    $signedAt = (float) $moment->format("U.u");
%% else
    if (preg_match("/^[0-9]{1,16}$/D", $timestamp) !== 1) {
        return false;
    }
    $signedAt = (int) $timestamp«"" if seconds else " / 1000"»;
%% endif
%% if recipe.tolerance_s is not none
    if («"abs($now - $signedAt)" if future else "$now - $signedAt"» > «recipe.tolerance_s») {
        return false;
    }
%% endif
%% endif
%% for variable, kind, name in parts
    $«variable» = «read(kind, name)»;
    if ($«variable» === "") {
        return false;
    }
%% endfor
    $valid = false;
    foreach ($secrets as $secret) {
        $key = key_of($secret);
        if ($key === "") {
            continue; // Anyone can sign with an empty key.
        }
%% if recipe.making == "hmac"
        $mac = hash_init("«recipe.hash»", HASH_HMAC, $key);
%% else
        $mac = hash_init("«recipe.hash»");
%% endif
%% for piece in signed
        hash_update($mac, «piece»);
%% endfor
%% if recipe.encoding == "hex"
        $expected = hash_final($mac);
%% elif recipe.encoding == "base64"
        $expected = base64_encode(hash_final($mac, true));
%% else
        $expected = rtrim(strtr(base64_encode(hash_final($mac, true)), "+/", "-_"), "=");
%% endif
        foreach ($signatures as $signature) {
%% if recipe.encoding == "hex"
            $signature = strtolower($signature);
%% endif
            $valid = hash_equals($expected, $signature) || $valid;
        }
    }
    return $valid;
%% endif
}
%% if signs

function key_of(string $secret): string
{
%% if recipe.key_form == "hex"
    return (string) hex2bin($secret);
%% elif recipe.key_form == "base64"
    return base64_decode($secret);
%% elif recipe.key_form == "whsec"
    return base64_decode(preg_replace("/^whsec_/", "", $secret));
%% else
    return $secret;
%% endif
}
%% endif
%% if "query" in uses

function query(array $request, string $name): string
{
    foreach (explode("&", (string) parse_url($request["url"], PHP_URL_QUERY)) as $pair) {
        [$key, $value] = explode("=", $pair, 2) + ["", ""];
        if (urldecode($key) === $name) {
            return urldecode($value);
        }
    }
    return "";
}
%% endif
%% if "path" in uses

function path(array $request): string
{
    return preg_replace(["~^[^:]*://[^/?]*~", "~^(?=[?]|$)~"], ["", "/"], $request["url"]);
}
%% endif
%% if "sorted_form" in uses

function sorted_form(array $request): string
{
    $fields = [];
    foreach (array_filter(explode("&", $request["body"])) as $pair) {
        $fields[] = array_map("urldecode", explode("=", $pair, 2) + ["", ""]);
    }
    usort($fields, fn (array $one, array $other): int => strcmp($one[0], $other[0]) ?: strcmp($one[1], $other[1]));
    return implode("", array_merge(...$fields));
}
%% endif
%% if "body_field" in uses

/** Returns a value of the body as text, of a form or of JSON; empty where there is none. */
function field(array $request, string $path): string
{
    $body = $request["body"];
    $isForm = str_contains($request["headers"]["content-type"] ?? "", "form");
    if ($isForm && !in_array($body[0] ?? "", ["{", "["], true)) {
        $value = [];
        foreach (explode("&", $body) as $pair) {
            [$key, $text] = explode("=", $pair, 2) + ["", ""];
            $value[urldecode($key)] ??= urldecode($text);
        }
    } else {
        $value = json_decode($body, true);
    }
    foreach (explode(".", $path) as $name) {
        $value = is_array($value) ? $value[$name] ?? null : null;
    }
    return is_string($value) ? $value : ($value === null ? "" : json_encode($value));
}
%% endif

if (PHP_SAPI !== "cli") {
    $headers = array_change_key_case(getallheaders());
    $request = [
        "method" => $_SERVER["REQUEST_METHOD"],
        "url" => (getenv("PUBLIC_ORIGIN") ?: "http://localhost") . $_SERVER["REQUEST_URI"],
        "headers" => $headers,
        "body" => file_get_contents("php://input"),
    ];
    http_response_code(verify($request, secrets(), microtime(true)) ? 204 : 401);
}
"""

LANGUAGE = ReceiverLanguage(
    language="php",
    file_name="receive.php",
    template=_TEMPLATE,
    comment="//",
    text=text_literal,
    content=bytes_literal,
    names={
        "body": '$request["body"]',
        "timestamp": "$timestamp",
        "id": "$messageId",
        "method": '$request["method"]',
        "url": '$request["url"]',
        "path": "path($request)",
        "secret": "$key",
        "sorted_form": "sorted_form($request)",
        "body_sha256": 'hash("sha256", $request["body"])',
    },
    reads={
        "header": '($request["headers"][%s] ?? "")',
        "query": "query($request, %s)",
        "signature": '($members[%s] ?? "")',
        "body": "field($request, %s)",
    },
    source=dict.fromkeys(("header", "query", "signature", "body"), "$%s"),
    needs="It needs PHP 8; try it with: php -S 127.0.0.1:8000 receive.php",
)
