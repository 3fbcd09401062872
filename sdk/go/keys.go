package countersign

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"sync"
	"time"
)

const (
	freshKeys   = 5 * time.Minute  // then they are fetched again, as the server's max-age says
	staleKeys   = time.Hour        // so long they are believed while the server cannot be reached
	retryKeys   = 10 * time.Second // between two fetches, whatever unknown kid comes
	longestJWKS = 64 << 10
)

// keySet holds the published keys of a server. One fetch serves everybody who waits for it.
type keySet struct {
	url string
	now func() time.Time

	lock    sync.Mutex
	keys    map[string]publicKey
	fetched time.Time
	tried   time.Time
	fault   error         // of the last fetch
	flight  chan struct{} // closed when the running fetch has ended
}

// find returns the key that is called kid. It fetches the keys if they are old or kid is unknown.
func (s *keySet) find(ctx context.Context, kid string) (publicKey, error) {
	s.lock.Lock()
	if key, known := s.keys[kid]; known && s.now().Sub(s.fetched) < freshKeys {
		s.lock.Unlock()
		return key, nil
	}
	if s.flight == nil && (s.tried.IsZero() || s.now().Sub(s.tried) >= retryKeys) {
		s.tried, s.flight = s.now(), make(chan struct{})
		go s.refresh(s.flight)
	}
	flight := s.flight
	s.lock.Unlock()

	if flight != nil {
		select {
		case <-flight:
		case <-ctx.Done():
			return publicKey{}, ctx.Err()
		}
	}
	return s.settled(kid)
}

func (s *keySet) settled(kid string) (publicKey, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	key, known := s.keys[kid]
	switch {
	case known && s.now().Sub(s.fetched) < staleKeys:
		return key, nil
	case s.fault != nil:
		return publicKey{}, fmt.Errorf("countersign: the server's keys cannot be had from %s: %w", s.url, s.fault)
	}
	return publicKey{}, &Refused{"unknown_key", "kid is no key of this server"}
}

func (s *keySet) refresh(flight chan struct{}) {
	keys, err := fetchKeys(s.url)
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.fault = err; err == nil {
		s.keys, s.fetched = keys, s.now()
	}
	s.flight = nil
	close(flight)
}

// client follows no redirect: keys come from the server that was named, or not at all.
var client = &http.Client{
	Timeout:       5 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func fetchKeys(url string) (map[string]publicKey, error) {
	response, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answered %s", response.Status)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, longestJWKS+1))
	if err != nil {
		return nil, err
	}
	if len(text) > longestJWKS {
		return nil, fmt.Errorf("it answered more than %d bytes", longestJWKS)
	}
	return readKeys(text)
}

// readKeys reads a JWK Set. Keys of kinds that this package does not know are passed over.
func readKeys(text []byte) (map[string]publicKey, error) {
	var set struct{ Keys []jwk }
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("it answered no JWK Set: %w", err)
	}
	keys := map[string]publicKey{}
	for _, jwk := range set.Keys {
		key, ok := jwk.read()
		if !ok {
			continue
		}
		if _, twice := keys[jwk.ID]; twice {
			return nil, fmt.Errorf("two keys are called %q", jwk.ID)
		}
		keys[jwk.ID] = key
	}
	if len(keys) == 0 {
		return nil, errors.New("it has no key of RS256, ES256 or Ed25519")
	}
	return keys, nil
}

// jwk is a public key as RFC 7517 writes it.
type jwk struct {
	ID        string `json:"kid"`
	Kind      string `json:"kty"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	Curve     string `json:"crv"`
	X, Y      string
	N, E      string
}

// publicKey has exactly one algorithm, whatever a token says.
type publicKey struct {
	algorithm string
	verifies  func(message, signature []byte) bool
}

// answersTo takes the older name EdDSA for Ed25519.
func (k publicKey) answersTo(name string) bool {
	return name == k.algorithm || (k.algorithm == "Ed25519" && name == "EdDSA")
}

func (j jwk) read() (publicKey, bool) {
	var key publicKey
	switch {
	case j.Kind == "RSA":
		key = publicKey{"RS256", rs256(j.N, j.E)}
	case j.Kind == "EC" && j.Curve == "P-256":
		key = publicKey{"ES256", p256(j.X, j.Y)}
	case j.Kind == "OKP" && j.Curve == "Ed25519":
		key = publicKey{"Ed25519", curve25519(j.X)}
	}
	fits := j.ID != "" && (j.Use == "" || j.Use == "sig") && (j.Algorithm == "" || key.answersTo(j.Algorithm))
	return key, fits && key.verifies != nil
}

func rs256(n, e string) func(message, signature []byte) bool {
	modulus, exponent := number(n), number(e)
	if modulus.BitLen() < 2048 || modulus.BitLen() > 8192 || exponent.BitLen() < 2 || exponent.BitLen() > 31 {
		return nil
	}
	key := &rsa.PublicKey{N: modulus, E: int(exponent.Int64())}
	return func(message, signature []byte) bool {
		digest := sha256.Sum256(message)
		return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil
	}
}

func p256(x, y string) func(message, signature []byte) bool {
	key := &ecdsa.PublicKey{Curve: elliptic.P256(), X: number(x), Y: number(y)}
	if !key.IsOnCurve(key.X, key.Y) {
		return nil
	}
	return func(message, signature []byte) bool {
		digest := sha256.Sum256(message)
		return len(signature) == 64 &&
			ecdsa.Verify(key, digest[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
	}
}

func curve25519(x string) func(message, signature []byte) bool {
	key, err := decode(x)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil
	}
	return func(message, signature []byte) bool { return ed25519.Verify(key, message, signature) }
}

// number reads an unsigned integer; a misspelt one is 0, which no key has.
func number(text string) *big.Int {
	bytes, err := decode(text)
	if err != nil {
		return new(big.Int)
	}
	return new(big.Int).SetBytes(bytes)
}
