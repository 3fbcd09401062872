package countersign

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"
)

const (
	widget = "cs_pk_live_widget"
	secret = "cs_idj_WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlqROdEj"
)

func newSigner(t *testing.T) *Signer {
	t.Helper()
	signer, err := NewSigner(widget, secret)
	if err != nil {
		t.Fatal(err)
	}
	signer.now = func() time.Time { return time.Unix(1_800_000_000, 0) }
	return signer
}

func TestAKeyInTheOlderFormSigns(t *testing.T) {
	p256, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	sec1, _ := x509.MarshalECPrivateKey(p256)
	signer, err := NewKeySigner(widget, []byte(pemOf("EC PRIVATE KEY", sec1)), "k1")
	if err != nil {
		t.Fatal(err)
	}
	token, _ := signer.Token(User{ID: "u1"}, Options{})
	signed, last, _ := strings.Cut(token[strings.IndexByte(token, '.')+1:], ".")
	signature, _ := decode(last)
	if !isES256(&p256.PublicKey)([]byte(token[:strings.IndexByte(token, '.')]+"."+signed), signature) {
		t.Error("the signature does not fit")
	}
}

func TestKeysThatCannotSignAreRefused(t *testing.T) {
	weak, _ := rsa.GenerateKey(rand.Reader, 2048)
	p384, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	spki, _ := x509.MarshalPKIXPublicKey(&p384.PublicKey)
	cases := map[string]string{
		"nothing": "", "no PEM": secret, "RSA": pkcs8(weak), "P-384": pkcs8(p384), "a public key": pemOf("PUBLIC KEY", spki), "garbage": pemOf("PRIVATE KEY", []byte("x")), "locked": pemOf("ENCRYPTED PRIVATE KEY", []byte("x")),
	}
	for name, pem := range cases {
		if _, err := NewKeySigner(widget, []byte(pem), "k1"); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestWhatOnlyGoCanSayIsRefusedToo(t *testing.T) {
	for _, lifetime := range []time.Duration{time.Millisecond, -time.Second, LongestLifetime + 1} {
		if _, err := newSigner(t).Token(User{ID: "u1"}, Options{Lifetime: lifetime}); err == nil {
			t.Errorf("%s was signed", lifetime)
		}
	}
	for _, user := range []User{{ID: "u\xff"}, {ID: "u1", Name: "\xc0\x80"}, {ID: "u1", Company: Company{Name: "Acme"}}} {
		if _, err := newSigner(t).Token(user, Options{}); err == nil {
			t.Errorf("%q was signed", user)
		}
	}
	if _, err := NewSigner("", secret); err == nil {
		t.Error("no widget")
	}
}

func TestASignerShowsNothingOfItsSecret(t *testing.T) {
	signer := newSigner(t)
	asJSON, _ := json.Marshal(signer)
	shown := fmt.Sprintf("%v %+v %#v %+v %s", signer, signer, signer, *signer, asJSON)
	if strings.Contains(shown, "Wlpa") || strings.Contains(shown, fmt.Sprint([]byte("Wlpa"))) {
		t.Error(shown)
	}
}

func isES256(key *ecdsa.PublicKey) func(message, signature []byte) bool {
	return func(message, signature []byte) bool {
		digest := sha256.Sum256(message)
		return len(signature) == 64 && ecdsa.Verify(key, digest[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
	}
}

func pkcs8(key any) string {
	der, _ := x509.MarshalPKCS8PrivateKey(key)
	return pemOf("PRIVATE KEY", der)
}
