package countersign

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

// vectors are what every library of sdk/ must agree with.
type vectors struct {
	Now    int64
	Widget string
	Keys   map[string]struct{ Private, Public string }

	Digests  []vector
	Tokens   []vector
	Unsigned []vector
	Access   struct {
		Server   string
		JWKS     json.RawMessage
		Accepted []struct {
			Name, Token string
			Claims      map[string]any
		}
		Refused []struct{ Name, Code, Token string }
	}
}

type vector struct {
	Name, Call, Secret, Text, Answer, Error string
	Widget                                  *string
	PrivateKey                              string `json:"private_key"`
	KID                                     string
	Arguments                               arguments
	Header, Claims                          map[string]any
}

type arguments struct {
	ID, Email, Name, JKT, JTI string
	Lifetime                  int64
	Company                   Company
	AccountID                 string `json:"account_id"`
	AvatarURL                 string `json:"avatar_url"`
	CustomerID                string `json:"customer_id"`
	CustomerName              string `json:"customer_name"`
}

func readVectors(t *testing.T) *vectors {
	t.Helper()
	text, err := os.ReadFile("../vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	all := &vectors{}
	if err := json.Unmarshal(text, all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestVectorsOfDigests(t *testing.T) {
	all := readVectors(t)
	for _, one := range all.Digests {
		t.Run(one.Call+", "+one.Name, func(t *testing.T) {
			if answer, err := all.call(t, one); err != nil || answer != one.Answer {
				t.Error(answer, err)
			}
		})
	}
}

func TestVectorsOfTokens(t *testing.T) {
	all := readVectors(t)
	for _, one := range all.Tokens {
		t.Run(one.Call+", "+one.Name, func(t *testing.T) {
			token, err := all.call(t, one)
			if err != nil {
				t.Fatal(err)
			}
			parts := strings.Split(token, ".")
			if found := decoded(t, parts[0]); !reflect.DeepEqual(found, one.Header) {
				t.Errorf("%v, not %v", found, one.Header)
			}
			if found := decoded(t, parts[1]); !reflect.DeepEqual(found, one.Claims) {
				t.Errorf("%v, not %v", found, one.Claims)
			}
			signature, _ := decode(parts[2])
			if !all.fits(t, one, []byte(parts[0]+"."+parts[1]), signature) {
				t.Error("the signature does not fit")
			}
		})
	}
}

func TestVectorsOfWhatIsNotSigned(t *testing.T) {
	all := readVectors(t)
	for _, one := range all.Unsigned {
		t.Run(one.Call+", "+one.Name, func(t *testing.T) {
			answer, err := all.call(t, one)
			if err == nil || answer != "" || !strings.Contains(err.Error(), one.Error) {
				t.Errorf("%q, %v, not %q", answer, err, one.Error)
			}
			if err != nil && len(one.Secret) > 8 && strings.Contains(err.Error(), one.Secret) {
				t.Error("the error shows the secret")
			}
		})
	}
}

func TestVectorsOfAccessTokens(t *testing.T) {
	all := readVectors(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(all.Access.JWKS) }))
	defer server.Close()
	verifier, err := NewVerifier(all.Access.Server)
	if err != nil {
		t.Fatal(err)
	}
	verifier.now, verifier.keys.url = all.now, server.URL
	for _, one := range all.Access.Accepted {
		t.Run("accepted, "+one.Name, func(t *testing.T) {
			claims, err := verifier.Verify(context.Background(), one.Token)
			if err != nil {
				t.Fatal(err)
			}
			if found := shown(claims); !reflect.DeepEqual(found, one.Claims) {
				t.Errorf("%v, not %v", found, one.Claims)
			}
		})
	}
	for _, one := range all.Access.Refused {
		t.Run(one.Code+", "+one.Name, func(t *testing.T) {
			if claims, err := verifier.Verify(context.Background(), one.Token); code(err) != one.Code || claims != nil {
				t.Error(code(err), claims)
			}
		})
	}
}

// shown are the claims as the vectors write them.
func shown(claims *Claims) map[string]any {
	found := map[string]any{
		"contact": claims.Contact, "session": claims.Session, "tenant": claims.Tenant, "id": claims.ID,
		"issued": float64(claims.Issued.Unix()), "expires": float64(claims.Expires.Unix()), "jkt": nil,
	}
	if claims.JKT != "" {
		found["jkt"] = claims.JKT
	}
	return found
}

func (all *vectors) now() time.Time {
	return time.Unix(all.Now, 0)
}

// call does what a vector says.
func (all *vectors) call(t *testing.T, one vector) (string, error) {
	t.Helper()
	given := one.Arguments
	switch one.Call {
	case "notificationapi_hash":
		return NotificationAPIHash(one.Secret, one.Text)
	case "fogbender_hmac":
		return FogbenderHMAC(one.Secret, one.Text)
	case "woes_email_hash":
		return WoesEmailHash(one.Secret, one.Text)
	case "woes_jwt":
		return woesJWT(one.Secret, all.Widget, WoesUser{given.Email, given.ID, given.Name, given.AccountID}, all.now())
	case "fogbender_jwt":
		user := FogbenderUser{given.ID, given.Email, given.Name, given.AvatarURL, given.CustomerID, given.CustomerName}
		return fogbenderJWT(one.Secret, user, all.now())
	case "token":
		signer, err := all.signer(one)
		if err != nil {
			return "", err
		}
		signer.now = all.now
		options := Options{given.JKT, given.JTI, time.Duration(given.Lifetime) * time.Second}
		return signer.Token(User{given.ID, given.Email, given.Name, given.Company}, options)
	}
	t.Fatalf("no call is named %q", one.Call)
	return "", nil
}

func (all *vectors) signer(one vector) (*Signer, error) {
	widget := all.Widget
	if one.Widget != nil {
		widget = *one.Widget
	}
	if one.PrivateKey != "" {
		return NewKeySigner(widget, []byte(all.Keys[one.PrivateKey].Private), one.KID)
	}
	return NewSigner(widget, one.Secret)
}

func (all *vectors) fits(t *testing.T, one vector, message, signature []byte) bool {
	t.Helper()
	if one.PrivateKey == "" {
		return string(signature) == string(hmacSHA256([]byte(one.Secret), message))
	}
	block, _ := pem.Decode([]byte(all.Keys[one.PrivateKey].Public))
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if key, is := key.(ed25519.PublicKey); is {
		return ed25519.Verify(key, message, signature)
	}
	return isES256(key.(*ecdsa.PublicKey))(message, signature)
}

func decoded(t *testing.T, segment string) map[string]any {
	t.Helper()
	text, err := decode(segment)
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	if err := json.Unmarshal(text, &object); err != nil {
		t.Fatal(err)
	}
	return object
}
