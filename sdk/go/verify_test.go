package countersign

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// issuer is a server with one key of each kind, whose clock and answers a test can change.
type issuer struct {
	*httptest.Server
	lock    sync.Mutex
	answer  string // the JWK Set; an answer of 503 if empty
	fetches atomic.Int32
	now     time.Time
	rsa     *rsa.PrivateKey
	p256    *ecdsa.PrivateKey
	ed25519 ed25519.PrivateKey
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	own := &issuer{now: time.Unix(1_800_000_000, 0)}
	own.rsa, _ = rsa.GenerateKey(rand.Reader, 2048)
	own.p256, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	_, own.ed25519, _ = ed25519.GenerateKey(rand.Reader)
	own.answer = own.jwks("rsa", "p256", "ed25519")
	own.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		own.fetches.Add(1)
		own.lock.Lock()
		defer own.lock.Unlock()
		if r.URL.Path != "/.well-known/jwks.json" || own.answer == "" {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprint(w, own.answer)
	}))
	t.Cleanup(own.Close)
	return own
}

func (own *issuer) verifier(t *testing.T) *Verifier {
	t.Helper()
	verifier, err := NewVerifier(own.URL)
	if err != nil {
		t.Fatal(err)
	}
	verifier.now = func() time.Time {
		own.lock.Lock()
		defer own.lock.Unlock()
		return own.now
	}
	return verifier
}

func (own *issuer) set(change func()) {
	own.lock.Lock()
	defer own.lock.Unlock()
	change()
}

func (own *issuer) jwks(kids ...string) string {
	text := func(number *big.Int, bytes int) string {
		return unpadded.EncodeToString(number.FillBytes(make([]byte, bytes)))
	}
	all := map[string]map[string]string{
		"rsa":     {"kty": "RSA", "n": text(own.rsa.N, 256), "e": "AQAB", "alg": "RS256"},
		"p256":    {"kty": "EC", "crv": "P-256", "x": text(own.p256.X, 32), "y": text(own.p256.Y, 32), "alg": "ES256"},
		"ed25519": {"kty": "OKP", "crv": "Ed25519", "x": unpadded.EncodeToString(own.ed25519.Public().(ed25519.PublicKey)), "alg": "Ed25519"},
	}
	keys := []map[string]string{{"kty": "oct", "kid": "unknown kind"}}
	for _, kid := range kids {
		all[kid]["kid"], all[kid]["use"] = kid, "sig"
		keys = append(keys, all[kid])
	}
	set, _ := json.Marshal(map[string]any{"keys": keys})
	return string(set)
}

func (own *issuer) claims() map[string]any {
	now := own.now.Unix()
	return map[string]any{
		"iss": own.URL, "aud": own.URL + "/widget/v1", "sub": "con_1", "sid": "ses_1", "ws": "env_1",
		"generation": 1, "iat": now, "exp": now + 600, "jti": "1",
	}
}

// token signs header and claims with the key that kid names, whatever else they say.
func (own *issuer) token(kid, header string, claims any) string {
	body, raw := claims.(json.RawMessage)
	if !raw {
		body, _ = json.Marshal(claims)
	}
	signed := unpadded.EncodeToString([]byte(header)) + "." + unpadded.EncodeToString(body)
	digest := sha256.Sum256([]byte(signed))
	var signature []byte
	switch kid {
	case "rsa":
		signature, _ = rsa.SignPKCS1v15(rand.Reader, own.rsa, crypto.SHA256, digest[:])
	case "p256":
		signature, _ = es256(own.p256)([]byte(signed))
	case "ed25519":
		signature, _ = edDSA(own.ed25519)([]byte(signed))
	}
	return signed + "." + unpadded.EncodeToString(signature)
}

func (own *issuer) good(kid string) string {
	alg := map[string]string{"rsa": "RS256", "p256": "ES256", "ed25519": "Ed25519"}[kid]
	return own.token(kid, head(alg, kid), own.claims())
}

func head(alg, kid string) string {
	return fmt.Sprintf(`{"alg":%q,"kid":%q,"typ":"at+jwt"}`, alg, kid)
}

func code(err error) string {
	var refused *Refused
	switch {
	case err == nil:
		return "accepted"
	case errors.As(err, &refused):
		return refused.Code
	}
	return "unavailable"
}

func TestManyTokensNeedOneFetch(t *testing.T) {
	own := newIssuer(t)
	verifier := own.verifier(t)
	for _, kid := range []string{"rsa", "p256", "ed25519"} {
		if _, err := verifier.Verify(context.Background(), own.good(kid)); err != nil {
			t.Error(kid, err)
		}
	}
	if own.fetches.Load() != 1 {
		t.Errorf("%d fetches", own.fetches.Load())
	}
}

func TestWhatGosDecodersForgiveIsRefused(t *testing.T) {
	own := newIssuer(t)
	verifier := own.verifier(t)
	good := own.good("p256")
	cases := map[string]struct{ token, want string }{
		"line break":  {good[:20] + "\n" + good[20:], "malformed"},
		"alg twice":   {own.token("p256", `{"alg":"none","alg":"ES256","kid":"p256","typ":"at+jwt"}`, own.claims()), "malformed"},
		"ALG":         {own.token("p256", `{"ALG":"ES256","kid":"p256","typ":"at+jwt"}`, own.claims()), "malformed"},
		"header null": {own.token("p256", `null`, own.claims()), "malformed"},
		"depth":       {own.token("p256", strings.Repeat("[", 5000), own.claims()), "malformed"},
	}
	for name, one := range cases {
		if _, err := verifier.Verify(context.Background(), one.token); code(err) != one.want {
			t.Errorf("%s: %s, not %s", name, code(err), one.want)
		}
	}
}

func TestClaimsStandOnceAndInTheirOwnSpelling(t *testing.T) {
	own := newIssuer(t)
	verifier := own.verifier(t)
	text, _ := json.Marshal(own.claims())
	whole := string(text)
	cases := map[string]string{
		"as it is":       whole,
		"twice":          `{"sub":"con_2",` + whole[1:],
		"twice, escaped": `{"s\u0075b":"con_2",` + whole[1:],
		"twice, deeper":  `{"cnf":{"jkt":"a","jkt":"b"},` + whole[1:],
		"SUB":            strings.Replace(whole, `"sub"`, `"SUB"`, 1),
		"no UTF-8":       strings.Replace(whole, "con_1", "con_\xff", 1),
		"followed":       whole + "{}",
		"a list":         "[" + whole + "]",
	}
	for name, claims := range cases {
		want := "claims"
		if name == "as it is" {
			want = "accepted"
		}
		if _, err := verifier.Verify(context.Background(), own.token("p256", head("ES256", "p256"), json.RawMessage(claims))); code(err) != want {
			t.Errorf("%s: %s", name, code(err))
		}
	}
}

func TestKeysAreFetchedAgainWhenOldOrUnknown(t *testing.T) {
	own := newIssuer(t)
	verifier := own.verifier(t)
	verify := func(kid string) string {
		_, err := verifier.Verify(context.Background(), own.good(kid))
		return code(err)
	}
	expect := func(step, found, want string, fetches int32) {
		t.Helper()
		if found != want || own.fetches.Load() != fetches {
			t.Errorf("%s: %s after %d fetches", step, found, own.fetches.Load())
		}
	}
	later := func(by time.Duration) { own.set(func() { own.now = own.now.Add(by) }) }

	own.set(func() { own.answer = own.jwks("rsa") })
	expect("first", verify("rsa"), "accepted", 1)
	own.set(func() { own.answer = own.jwks("rsa", "p256") })
	expect("a flood of unknown kids costs nothing", verify("p256"), "unknown_key", 1)
	later(retryKeys)
	expect("a new key is fetched", verify("p256"), "accepted", 2)
	own.set(func() { own.answer = own.jwks("p256") })
	later(freshKeys)
	expect("a withdrawn key is forgotten", verify("rsa"), "unknown_key", 3)
	own.set(func() { own.answer = "" })
	later(freshKeys)
	expect("an outage is survived", verify("p256"), "accepted", 4)
	expect("but a kid that may be new is not refused", verify("rsa"), "unavailable", 4)
	later(staleKeys)
	expect("for an hour", verify("p256"), "unavailable", 5)
	own.set(func() { own.answer = own.jwks("p256") })
	later(retryKeys)
	expect("then it heals", verify("p256"), "accepted", 6)
}

func TestManyWhoWaitShareOneFetch(t *testing.T) {
	own := newIssuer(t)
	verifier, token := own.verifier(t), own.good("p256")
	var crowd sync.WaitGroup
	for n := 0; n < 50; n++ {
		crowd.Add(1)
		go func() {
			defer crowd.Done()
			if _, err := verifier.Verify(context.Background(), token); err != nil {
				t.Error(err)
			}
		}()
	}
	crowd.Wait()
	if own.fetches.Load() != 1 {
		t.Errorf("%d fetches", own.fetches.Load())
	}
}

func TestOnlyAProperSetOfKeysIsBelieved(t *testing.T) {
	own := newIssuer(t)
	short, _ := rsa.GenerateKey(rand.Reader, 1024)
	cases := map[string]string{
		"html":        "<html>",
		"empty":       `{"keys":[]}`,
		"null":        `null`,
		"twice":       strings.Replace(own.jwks("rsa", "p256"), `"kid":"rsa"`, `"kid":"p256"`, 1),
		"off curve":   `{"keys":[{"kid":"k","kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}]}`,
		"short":       fmt.Sprintf(`{"keys":[{"kid":"k","kty":"RSA","n":%q,"e":"AQAB"}]}`, unpadded.EncodeToString(short.N.Bytes())),
		"exponent 1":  strings.Replace(own.jwks("rsa"), `"AQAB"`, `"AQ"`, 1),
		"encryption":  strings.Replace(own.jwks("rsa"), `"sig"`, `"enc"`, 1),
		"without kid": strings.Replace(own.jwks("rsa"), `"kid":"rsa"`, `"kid":""`, 1),
		"other alg":   strings.Replace(own.jwks("rsa"), `"RS256"`, `"PS256"`, 1),
		"huge":        own.jwks("rsa") + strings.Repeat(" ", longestJWKS),
	}
	for name, answer := range cases {
		own.set(func() { own.answer = answer })
		if _, err := own.verifier(t).Verify(context.Background(), own.good("rsa")); code(err) != "unavailable" {
			t.Errorf("%s: %s", name, code(err))
		}
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	own := newIssuer(t)
	astray := httptest.NewServer(http.RedirectHandler(own.URL+"/.well-known/jwks.json", http.StatusFound))
	defer astray.Close()
	verifier, _ := NewVerifier(astray.URL)
	if _, err := verifier.Verify(context.Background(), own.good("rsa")); code(err) != "unavailable" {
		t.Error(code(err))
	}
}

func TestAServerIsNamedByItsURL(t *testing.T) {
	for _, bad := range []string{"", "cs.example.com", "http://cs.example.com", "https://", "https://a@cs.example.com", "https://cs.example.com/x", "https://cs.example.com?x", "ftp://cs.example.com", "http://127.0.0.1.evil.example"} {
		if _, err := NewVerifier(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	for _, good := range []string{"https://cs.example.com", "https://cs.example.com/", "http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"} {
		verifier, err := NewVerifier(good)
		if err != nil || verifier.issuer != strings.TrimSuffix(good, "/") {
			t.Errorf("%q: %v", good, err)
		}
	}
}
