// Package countersign signs who your users are for a Countersign widget, and verifies the access
// tokens that a Countersign server issues. It uses the standard library only.
package countersign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"
)

// User is who is signed in to your application. Read it from your own session, never from the
// request: a back end that signs whatever id stands in the request signs for everybody.
type User struct {
	ID      string // required by all but WoesJWT: your own stable id, up to 128 characters
	Email   string // up to 254 characters, the domain in ASCII; signed trimmed and lower-cased
	Name    string // up to 200 characters
	Company Company
}

// Company is the organization that the user belongs to. A name needs an id.
type Company struct {
	ID   string // up to 128 characters
	Name string // up to 200 characters
}

// Options of one identity token; the zero value is right for most.
type Options struct {
	// JKT binds the token to the browser key with this thumbprint, which the widget hands to your
	// `identity` callback: a copied token is of no use elsewhere.
	JKT string
	// JTI names this token.
	JTI string
	// Lifetime is at most 15 minutes; 0 means 10 minutes.
	Lifetime time.Duration
}

// LongestLifetime is what a server accepts at most between `iat` and `exp`.
const LongestLifetime = 15 * time.Minute

const usualLifetime = 10 * time.Minute

// Signer mints identity tokens of the profile `countersign` for one widget.
// It is safe for use by many goroutines.
type Signer struct {
	widget string
	header header
	sign   func(message []byte) ([]byte, error)
	now    func() time.Time
}

type header struct {
	Algorithm string `json:"alg"`
	Kind      string `json:"typ"`
	Key       string `json:"kid,omitempty"`
}

// NewSigner signs with the shared secret of the widget, `cs_idj_…`, as it is shown: not decoded.
func NewSigner(widget, secret string) (*Signer, error) {
	if err := checkWidget(widget); err != nil {
		return nil, err
	}
	if err := checkOwnSecret("cs_idj_", secret); err != nil {
		return nil, err
	}
	return &Signer{widget, header{"HS256", "JWT", ""}, hs256(secret), time.Now}, nil
}

// NewKeySigner signs with a private key of yours in PEM (PKCS #8 of Ed25519 or P-256, or the SEC 1
// form of P-256). Register its public half under the same kid; kid may be empty.
func NewKeySigner(widget string, privateKeyPEM []byte, kid string) (*Signer, error) {
	if err := checkWidget(widget); err != nil {
		return nil, err
	}
	if kid != "" {
		if err := isID.check("kid", &kid); err != nil {
			return nil, err
		}
	}
	key, err := readPrivateKey(privateKeyPEM)
	if err != nil {
		return nil, err
	}
	switch key := key.(type) {
	case ed25519.PrivateKey:
		return &Signer{widget, header{"EdDSA", "JWT", kid}, edDSA(key), time.Now}, nil
	case *ecdsa.PrivateKey:
		if key.Curve == elliptic.P256() {
			return &Signer{widget, header{"ES256", "JWT", kid}, es256(key), time.Now}, nil
		}
	}
	return nil, errors.New("countersign: the private key must be of Ed25519 or P-256")
}

// Token mints an identity token for user: what your `identity` callback answers as `token`.
func (s *Signer) Token(user User, options Options) (string, error) {
	claims := map[string]any{"aud": s.widget}
	if err := s.times(claims, options.Lifetime); err != nil {
		return "", err
	}
	given := []claim{
		{"sub", "id", user.ID, isID, true},
		{"email", "email", user.Email, isEmail, false},
		{"name", "name", user.Name, isName, false},
		{"jti", "jti", options.JTI, isID, false},
	}
	if err := add(claims, given...); err != nil {
		return "", err
	}
	if err := addCompany(claims, user.Company); err != nil {
		return "", err
	}
	if options.JKT != "" {
		if thumbprint, err := decode(options.JKT); err != nil || len(thumbprint) != 32 {
			return "", errors.New("countersign: jkt must be a SHA-256 thumbprint: 43 characters of base64url")
		}
		claims["cnf"] = map[string]string{"jkt": options.JKT}
	}
	return compact(s.header, claims, s.sign)
}

func (s *Signer) times(claims map[string]any, lifetime time.Duration) error {
	if lifetime == 0 {
		lifetime = usualLifetime
	}
	if lifetime < time.Second || lifetime > LongestLifetime {
		return fmt.Errorf("countersign: the lifetime must be from 1 second to 15 minutes, not %s", lifetime)
	}
	now := s.now().Unix()
	claims["iat"], claims["exp"] = now, now+int64(lifetime/time.Second)
	return nil
}

// claim is a value on its way into a token; an empty one stays out, unless it is required.
type claim struct {
	name     string
	field    string // what the caller knows it as
	value    string
	kind     kind
	required bool
}

func add(claims map[string]any, given ...claim) error {
	for _, claim := range given {
		if claim.value == "" && !claim.required {
			continue
		}
		if err := claim.kind.check(claim.field, &claim.value); err != nil {
			return err
		}
		claims[claim.name] = claim.value
	}
	return nil
}

func addCompany(claims map[string]any, company Company) error {
	if company == (Company{}) {
		return nil
	}
	signed := map[string]any{}
	claims["company"] = signed
	return add(signed, claim{"id", "company id", company.ID, isID, true}, claim{"name", "company name", company.Name, isName, false})
}

// unpadded is base64url; what it reads is held to its one spelling by decode.
var unpadded = base64.RawURLEncoding.Strict()

// decode reads base64url in its one spelling: the decoder itself skips line breaks.
func decode(text string) ([]byte, error) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, base64.CorruptInputError(strings.IndexAny(text, "\r\n"))
	}
	return unpadded.DecodeString(text)
}

// longestToken is the number of characters that a server reads.
const longestToken = 8192

func compact(header header, claims map[string]any, sign func([]byte) ([]byte, error)) (string, error) {
	head, err := json.Marshal(header)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signed := unpadded.EncodeToString(head) + "." + unpadded.EncodeToString(body)
	signature, err := sign([]byte(signed))
	if err != nil {
		return "", err
	}
	return signed + "." + unpadded.EncodeToString(signature), nil
}

func hs256(secret string) func([]byte) ([]byte, error) {
	return func(message []byte) ([]byte, error) {
		return hmacSHA256([]byte(secret), message), nil
	}
}

func es256(key *ecdsa.PrivateKey) func([]byte) ([]byte, error) {
	return func(message []byte) ([]byte, error) {
		digest := sha256.Sum256(message)
		r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
		if err != nil {
			return nil, err
		}
		signature := make([]byte, 64)
		r.FillBytes(signature[:32])
		s.FillBytes(signature[32:])
		return signature, nil
	}
}

func edDSA(key ed25519.PrivateKey) func([]byte) ([]byte, error) {
	return func(message []byte) ([]byte, error) { return ed25519.Sign(key, message), nil }
}

func hmacSHA256(key, message []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(message)
	return mac.Sum(nil)
}

func readPrivateKey(text []byte) (crypto.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("countersign: the private key is not in PEM")
	}
	switch block.Type {
	case "PRIVATE KEY":
		return x509.ParsePKCS8PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		return x509.ParseECPrivateKey(block.Bytes)
	}
	return nil, fmt.Errorf("countersign: %q is no private key of Ed25519 or P-256 in PEM", block.Type)
}
