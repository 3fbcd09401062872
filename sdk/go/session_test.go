package countersign

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"os"
	"testing"
)

// Tokens of this package at a real server, which node sdk/beside-server.mjs starts.

func TestASharedSecretOpensARealSession(t *testing.T) {
	signer, err := NewSigner(given(t, "WIDGET_KEY"), given(t, "IDENTITY_SECRET"))
	if err != nil {
		t.Fatal(err)
	}
	opensASession(t, signer)
}

func TestOwnKeysOpenARealSession(t *testing.T) {
	p256, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	for kid, private := range map[string]any{"go-p256": p256, "go-ed25519": ed} {
		public := any(&p256.PublicKey)
		if kid == "go-ed25519" {
			public = ed.Public()
		}
		spki, _ := x509.MarshalPKIXPublicKey(public)
		body := map[string]string{"mode": "jwt", "kid": kid, "public_key": pemOf("PUBLIC KEY", spki)}
		var answer map[string]any
		url := "/api/v1/widgets/" + given(t, "WIDGET_ID") + "/identity_secrets"
		if status := post(t, url, given(t, "SECRET_KEY"), body, &answer); status != http.StatusCreated {
			t.Fatal(status, answer)
		}
		pkcs8, _ := x509.MarshalPKCS8PrivateKey(private)
		signer, err := NewKeySigner(given(t, "WIDGET_KEY"), []byte(pemOf("PRIVATE KEY", pkcs8)), kid)
		if err != nil {
			t.Fatal(err)
		}
		opensASession(t, signer)
	}
}

// opensASession shows a token to the server, and verifies what the server answers.
func opensASession(t *testing.T, signer *Signer) {
	t.Helper()
	token, err := signer.Token(User{ID: "u1", Email: " Ada@Example.com", Company: Company{"c1", "Acme"}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var session struct {
		AccessToken string `json:"access_token"`
		Contact     struct{ ID string }
	}
	body := map[string]any{"widget": given(t, "WIDGET_KEY"), "identity": map[string]string{"token": token}}
	if status := post(t, "/widget/v1/sessions", "", body, &session); status != http.StatusCreated {
		t.Fatal(status)
	}
	verifier, err := NewVerifier(given(t, "SERVER"))
	if err != nil {
		t.Fatal(err)
	}
	claims, err := verifier.Verify(context.Background(), session.AccessToken)
	if err != nil || claims.Contact != session.Contact.ID || claims.Contact == "" {
		t.Fatal(claims, err)
	}
}

func post(t *testing.T, path, secretKey string, body, answer any) int {
	t.Helper()
	text, _ := json.Marshal(body)
	request, _ := http.NewRequest("POST", given(t, "SERVER")+path, bytes.NewReader(text))
	request.Header.Set("content-type", "application/json")
	if secretKey != "" {
		request.Header.Set("authorization", "Bearer "+secretKey)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode
}

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func given(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv("COUNTERSIGN_" + name)
	if value == "" {
		t.Fatal("run this by `node sdk/beside-server.mjs`, from the root of the repository")
	}
	return value
}
