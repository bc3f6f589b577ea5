"""A receiver in Go, standard library only."""

from workbench.formats.snippets.go import bytes_literal, text_literal, with_imports
from workbench.formats.snippets.receiving import ReceiverLanguage

_TEMPLATE = """\
«about»

package main

import (
@imports@
)

// Request is what was received; Body holds the raw bytes, never parsed and written anew.
type Request struct {
	Method string
	URL    string
	Header http.Header
	Body   []byte
}
%% if recipe.tolerance_s is not none

const toleranceS = «recipe.tolerance_s»
%% endif

// Verify says whether one of the secrets signed the request, as of now.
func Verify(request Request, secrets []string, now time.Time) bool {
%% for kind, name, value in conditions
%% if name == "content-type"
	mediaType, _, _ := strings.Cut(request.Header.Get("Content-Type"), ";")
	if strings.ToLower(strings.TrimSpace(mediaType)) != «text(value)» {
%% else
	if «read(kind, name)» != «text(value)» {
%% endif
		return false
	}
%% endfor
	var signatures []string
%% if source[0] == "headers"
	numbered := regexp.MustCompile("(?i)^" + regexp.QuoteMeta(«text(source[1])») + "[0-9]{1,3}$")
	for name, values := range request.Header {
		if numbered.MatchString(name) {
			signatures = append(signatures, values...)
		}
	}
%% elif recipe.pairs
	members := map[string]string{}
	for _, item := range strings.Split(«read(*source)», «text(recipe.pairs)») {
		name, value, _ := strings.Cut(strings.TrimSpace(item), "=")
		if _, known := members[name]; !known {
			members[name] = value
		}
		if name == «text(recipe.pick)» {
			signatures = append(signatures, value)
		}
	}
%% elif recipe.list
	for _, item := range strings.Split(«read(*source)», «text(recipe.list)») {
		if item = strings.TrimSpace(item); strings.HasPrefix(item, «text(recipe.pick)») {
			signatures = append(signatures, strings.TrimPrefix(item, «text(recipe.pick)»))
		}
	}
%% elif prefix
	if sent := «read(*source)»; strings.HasPrefix(sent, «text(prefix)») {
		signatures = append(signatures, strings.TrimPrefix(sent, «text(prefix)»))
	}
%% else
	signatures = append(signatures, «read(*source)»)
%% endif
%% if recipe.is_basic
	scheme, credentials, _ := strings.Cut(signatures[0], " ")
	sent, err := base64.StdEncoding.DecodeString(strings.TrimSpace(credentials))
	if err != nil || !strings.EqualFold(scheme, "basic") {
		return false
	}
	valid := false
	for _, secret := range secrets {
		valid = subtle.ConstantTimeCompare(sent, []byte(secret)) == 1 || valid
	}
	return valid
%% elif not signs
	// Every secret is tried, so that the time it takes tells nothing.
	valid := false
	for _, secret := range secrets {
		for _, sent := range signatures {
			valid = subtle.ConstantTimeCompare([]byte(sent), []byte(secret)) == 1 || valid
		}
	}
	return valid
%% else
%% if message_id
	messageID := «read(*message_id)»
	if messageID == "" {
		return false
	}
%% endif
%% if time
	timestamp := «read(*time)»
%% if recipe.time_unit == "iso"
	signedAt, err := time.Parse(time.RFC3339Nano, timestamp)
	if err != nil {
		return false
	}
%% else
	number, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || len(timestamp) > 16 || !digits.MatchString(timestamp) {
		return false
	}
%% if recipe.tolerance_s is not none
	signedAt := time.«"Unix(number, 0)" if seconds else "UnixMilli(number)"»
%% else
	_ = number
%% endif
%% endif
%% if recipe.tolerance_s is not none
	age := now.Sub(signedAt).Seconds()
	if age > toleranceS«" || -age > toleranceS" if future else ""» {
		return false
	}
%% elif recipe.time_unit == "iso"
	_ = signedAt
%% endif
%% endif
%% for variable, kind, name in parts
	«variable» := «read(kind, name)»
	if «variable» == "" {
		return false
	}
%% endfor
	valid := false
	for _, secret := range secrets {
		key, err := keyOf(secret)
		if err != nil || len(key) == 0 {
			continue // Anyone can sign with an empty key.
		}
%% if recipe.making == "hmac"
		mac := hmac.New(«hash_new», key)
%% else
		mac := «hash_new»()
%% endif
%% for piece in signed
		mac.Write(«piece»)
%% endfor
%% if recipe.encoding == "hex"
		expected := hex.EncodeToString(mac.Sum(nil))
%% elif recipe.encoding == "base64"
		expected := base64.StdEncoding.EncodeToString(mac.Sum(nil))
%% else
		expected := base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
%% endif
		for _, signature := range signatures {
%% if recipe.encoding == "hex"
			signature = strings.ToLower(signature)
%% endif
			valid = hmac.Equal([]byte(expected), []byte(signature)) || valid
		}
	}
	return valid
%% endif
}
%% if time and recipe.time_unit != "iso"

var digits = regexp.MustCompile("^[0-9]+$")
%% endif
%% if signs

func keyOf(secret string) ([]byte, error) {
%% if recipe.key_form == "hex"
	return hex.DecodeString(secret)
%% elif recipe.key_form == "base64"
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(secret, "="))
%% elif recipe.key_form == "whsec"
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.TrimPrefix(secret, "whsec_"), "="))
%% else
	return []byte(secret), nil
%% endif
}
%% endif
%% if "query" in uses

func query(request Request, name string) string {
	address, err := url.Parse(request.URL)
	if err != nil {
		return ""
	}
	return address.Query().Get(name)
}
%% endif
%% if "path" in uses

func path(request Request) string {
	address, err := url.Parse(request.URL)
	if err != nil {
		return ""
	}
	return address.RequestURI()
}
%% endif
%% if "sorted_form" in uses

func sortedForm(request Request) string {
	fields, err := url.ParseQuery(string(request.Body))
	if err != nil {
		return ""
	}
	var pairs [][2]string
	for name, values := range fields {
		for _, value := range values {
			pairs = append(pairs, [2]string{name, value})
		}
	}
	sort.Slice(pairs, func(one, other int) bool {
		if pairs[one][0] != pairs[other][0] {
			return pairs[one][0] < pairs[other][0]
		}
		return pairs[one][1] < pairs[other][1]
	})
	var text strings.Builder
	for _, pair := range pairs {
		text.WriteString(pair[0] + pair[1])
	}
	return text.String()
}
%% endif
%% if "body_field" in uses

// field returns a value of the body as text, of a form or of JSON; empty where there is none.
func field(request Request, path string) string {
	isForm := strings.Contains(request.Header.Get("Content-Type"), "form")
	if isForm && !regexp.MustCompile(`^[{\\[]`).Match(request.Body) {
		fields, err := url.ParseQuery(string(request.Body))
		if err != nil {
			return ""
		}
		return fields.Get(path)
	}
	here := json.RawMessage(request.Body)
	for _, name := range strings.Split(path, ".") {
		var members map[string]json.RawMessage
		var items []json.RawMessage
		if json.Unmarshal(here, &members) == nil {
			here = members[name]
			continue
		}
		index, err := strconv.Atoi(name)
		if err != nil || json.Unmarshal(here, &items) != nil || index < 0 || index >= len(items) {
			return ""
		}
		here = items[index]
	}
	var text string
	if json.Unmarshal(here, &text) == nil {
		return text
	}
	return string(here)
}
%% endif

func main() {
	var secrets []string
	for _, name := range []string{"«recipe.variable»", "«recipe.variable»_PREVIOUS"} {
		if secret := os.Getenv(name); secret != "" {
			secrets = append(secrets, secret)
		}
	}
	if len(secrets) == 0 {
		log.Fatal("«recipe.variable» is not set")
	}
	origin, port := os.Getenv("PUBLIC_ORIGIN"), os.Getenv("PORT")
	if origin == "" {
		origin = "http://localhost"
	}
	if port == "" {
		port = "8000"
	}
	receive := func(response http.ResponseWriter, incoming *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(response, incoming.Body, 10_000_000))
		if err != nil {
			http.Error(response, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		request := Request{incoming.Method, origin + incoming.RequestURI, incoming.Header, body}
		if Verify(request, secrets, time.Now()) {
			response.WriteHeader(http.StatusNoContent)
		} else {
			response.WriteHeader(http.StatusUnauthorized)
		}
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+port, http.HandlerFunc(receive)))
}
"""

LANGUAGE = ReceiverLanguage(
    language="go",
    file_name="receive.go",
    template=_TEMPLATE,
    comment="//",
    text=text_literal,
    content=bytes_literal,
    names={
        "body": "request.Body",
        "timestamp": "[]byte(timestamp)",
        "id": "[]byte(messageID)",
        "method": "[]byte(request.Method)",
        "url": "[]byte(request.URL)",
        "path": "[]byte(path(request))",
        "secret": "key",
        "sorted_form": "[]byte(sortedForm(request))",
        "body_sha256": '[]byte(fmt.Sprintf("%x", sha256.Sum256(request.Body)))',
    },
    reads={
        "header": "request.Header.Get(%s)",
        "query": "query(request, %s)",
        "signature": "members[%s]",
        "body": "field(request, %s)",
    },
    source=dict.fromkeys(("header", "query", "signature", "body"), "[]byte(%s)"),
    finish=with_imports,
)
