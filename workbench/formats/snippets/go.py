"""Programs in Go with `net/http`, standard library only."""

import re

from workbench.formats.snippets.language import Language, program
from workbench.formats.snippets.plan import Plan, Target
from workbench.formats.snippets.recipe import Value
from workbench.formats.snippets.rendering import base64_of, json_literal, text_of

GO = Target("go", "Go's net/http", "go", "send.go", keeps_order=False)


def text_literal(content: bytes) -> str:
    """Return a string of exactly these header bytes."""
    if content.isascii():
        return json_literal(content.decode("ascii"))
    escaped = "".join(json_literal(chr(byte))[1:-1] if byte < 128 else f"\\x{byte:02x}" for byte in content)
    return f'"{escaped}"'


def bytes_literal(content: bytes) -> str:
    """Return a slice of exactly these bytes."""
    text = text_of(content)
    if text is None:
        return f'decoded(base64.StdEncoding, "{base64_of(content)}")'
    return f"[]byte({json_literal(text)})"


_NAMES = {
    Value.SECRET: "secret",
    Value.SECRET_BASE64: "base64.StdEncoding.EncodeToString([]byte(secret))",
    Value.SECRET_QUOTED: "url.QueryEscape(secret)",
    Value.SECRET_JSON: 'strings.NewReplacer(`\\`, `\\\\`, `"`, `\\"`).Replace(secret)',
    Value.TIMESTAMP: "timestamp",
    Value.MESSAGE_ID: "messageID",
    Value.SIGNATURE: "signature",
    Value.SIGNATURE_QUOTED: "url.QueryEscape(signature)",
}

LANGUAGE = Language(
    text=text_literal,
    content=bytes_literal,
    names=_NAMES,
    encoded=lambda text: f"[]byte({text})",
    joiner=" + ",
    content_joiner="bytes.Join([][]byte{%s}, nil)",
    empty='""',
    file="fileContent(%s)",
    times={
        "seconds": "strconv.FormatInt(time.Now().Unix(), 10)",
        "milliseconds": "strconv.FormatInt(time.Now().UnixMilli(), 10)",
        "iso": 'time.Now().UTC().Format("2006-01-02T15:04:05.000Z")',
    },
    keys={
        "text": "[]byte(secret)",
        "hex": "hexDecoded(secret)",
        "base64": 'decoded(base64.RawStdEncoding, strings.TrimRight(secret, "="))',
        "whsec": 'decoded(base64.RawStdEncoding, strings.TrimRight(strings.TrimPrefix(secret, "whsec_"), "="))',
    },
    encodings={
        "hex": "hex.EncodeToString(mac.Sum(nil))",
        "base64": "base64.StdEncoding.EncodeToString(mac.Sum(nil))",
        "base64url": "base64.RawURLEncoding.EncodeToString(mac.Sum(nil))",
    },
    comment="//",
)
_PACKAGES = {"sha384": "sha512"}
_NEW = {"sha384": "sha512.New384"}

_PROGRAM = """\
«about»

package main

import (
@imports@
)

func main() {
%% if signs
	secret := os.Getenv("«variable»")
	if secret == "" {
		log.Fatal("«variable» is not set")
	}
%% if time
	timestamp := «time»
%% endif
%% if recipe.makes_id
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		log.Fatal(err)
	}
	messageID := "msg_" + hex.EncodeToString(random)
%% endif
%% endif
%% if body and not body_follows
	body := «body»
%% endif
%% if computes

%% if is_hmac
	mac := hmac.New(«new», «key»)
%% else
	key := «key»
	mac := «new»()
%% endif
%% for piece in signed
	mac.Write(«piece»)
%% endfor
	signature := «signature»
%% endif
%% if body and body_follows
	body := «body»
%% endif
%% if signs or body

%% endif
	address := «url»
	request, err := http.NewRequest(«method», address, «"bytes.NewReader(body)" if body else "nil"»)
	if err != nil {
		log.Fatal(err)
	}
%% if is_unusual
	request.URL.Opaque = «path» // As it is written, not written anew.
	request.URL.RawQuery = ""
%% endif
	// Written into the map: Set and Add would change the case of names.
%% for name, values in grouped
	request.Header[«name»] = []string{«values»}
%% endfor
%% if host
	request.Host = «host»
%% endif
%% if not has_agent
	request.Header["User-Agent"] = []string{""} // Else Go adds its own.
%% endif
	client := &http.Client{
		// Else Go asks for gzip.
		Transport:     &http.Transport{DisableCompression: true, Proxy: http.ProxyFromEnvironment},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.StatusCode)
	fmt.Println(string(answer))
}
"""

_DECODED = """
func decoded(encoding *base64.Encoding, text string) []byte {
	content, err := encoding.DecodeString(text)
	if err != nil {
		log.Fatal(err)
	}
	return content
}
"""
_HEX_DECODED = """
func hexDecoded(text string) []byte {
	content, err := hex.DecodeString(text)
	if err != nil {
		log.Fatal(err)
	}
	return content
}
"""
_FILE_CONTENT = """
func fileContent(name string) []byte {
	content, err := os.ReadFile(name)
	if err != nil {
		log.Fatal(err)
	}
	return content
}
"""


def render_go(plan: Plan) -> str:
    """Return a program for net/http."""
    grouped: dict[str, list[str]] = {}
    host = ""
    for name, value in plan.headers:
        if name.lower() == "host":
            host = LANGUAGE.text_of(value)
        else:
            grouped.setdefault(name, []).append(LANGUAGE.text_of(value))
    hash_name = plan.signing.hash if plan.signing else ""
    text = program(
        plan,
        LANGUAGE,
        _PROGRAM,
        new=_NEW.get(hash_name, f"{_PACKAGES.get(hash_name, hash_name)}.New"),
        grouped=[(LANGUAGE.text(name.encode()), ", ".join(values)) for name, values in grouped.items()],
        host=host,
        has_agent=plan.has("user-agent"),
    )
    for call, function in (("decoded(", _DECODED), ("hexDecoded(", _HEX_DECODED), ("fileContent(", _FILE_CONTENT)):
        if any(f"{before}{call}" in text for before in (" ", "(", "{")):
            text += function
    return with_imports(text)


_IMPORTS = (
    "bytes", "crypto/hmac", "crypto/md5", "crypto/rand", "crypto/sha1", "crypto/sha256", "crypto/sha512",
    "crypto/subtle", "encoding/base64", "encoding/hex", "encoding/json", "fmt", "io", "log", "net/http", "net/url",
    "os", "regexp", "sort", "strconv", "strings", "time",
)  # fmt: skip


def with_imports(text: str) -> str:
    """Return a program with the imports that it needs in place of `@imports@`: Go refuses more, and fewer."""
    before, _, after = text.partition("@imports@")
    bare = re.sub(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|//[^\n]*', "", after)
    used = [path for path in _IMPORTS if re.search(rf"(?<![\w.]){path.rpartition('/')[2]}\.", bare)]
    return before + "\n".join(f'\t"{path}"' for path in used) + after
