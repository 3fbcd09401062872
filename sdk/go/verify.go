package countersign

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// Refused is why a text is no access token for you: answer 401. Every other error of Verify means
// that the keys could not be had: answer 503.
type Refused struct {
	// Code is one of malformed, kind, algorithm, unknown_key, signature, issuer, audience, expired,
	// issued_ahead, claims.
	Code   string
	detail string
}

func (r *Refused) Error() string {
	return "countersign: the access token is refused: " + r.detail
}

// Claims of an access token that was verified.
type Claims struct {
	Contact string    // `sub`: the visitor's contact, con_…
	Session string    // `sid`: ses_…
	Tenant  string    // `ws`: the environment that both belong to, env_…
	ID      string    // `jti`
	Issued  time.Time // `iat`
	Expires time.Time // `exp`
	// JKT is the thumbprint of the browser key that the session is bound to, or empty. Who presents
	// a bound token must also present a DPoP proof (RFC 9449) by that key.
	JKT string
}

// Verifier verifies the access tokens of one Countersign server, with its published keys.
// It is safe for use by many goroutines; make one and keep it.
//
// It does not learn of revocation: a session that was ended stays believable until its token
// expires, at most ten minutes. Ask the server where that is too long.
type Verifier struct {
	issuer   string
	audience string
	keys     *keySet
	now      func() time.Time
}

// skew is how many seconds ahead the server's clock may be.
const skew = 60

// NewVerifier verifies tokens of the server with this public URL (`serve --public-url`).
// The keys are fetched when the first token comes.
func NewVerifier(server string) (*Verifier, error) {
	issuer, err := readServer(server)
	if err != nil {
		return nil, err
	}
	verifier := &Verifier{issuer: issuer, audience: issuer + "/widget/v1", now: time.Now}
	verifier.keys = &keySet{url: issuer + "/.well-known/jwks.json", now: func() time.Time { return verifier.now() }}
	return verifier, nil
}

// Verify returns the claims of token, a *Refused, or why the server's keys cannot be had.
func (v *Verifier) Verify(ctx context.Context, token string) (*Claims, error) {
	header, body, signature, err := split(token)
	if err != nil {
		return nil, err
	}
	key, err := v.keys.find(ctx, header.Key)
	if err != nil {
		return nil, err
	}
	if !key.answersTo(header.Algorithm) {
		return nil, &Refused{"algorithm", "alg is not that of the key"}
	}
	if !key.verifies([]byte(token[:strings.LastIndexByte(token, '.')]), signature) {
		return nil, &Refused{"signature", "the signature does not fit"}
	}
	return v.claims(body)
}

func (v *Verifier) claims(body []byte) (*Claims, error) {
	found := readObject(body)
	if found == nil {
		return nil, &Refused{"claims", "the claims are no JSON object, or one of them stands twice"}
	}
	if refused := v.refuse(found); refused != nil {
		return nil, refused
	}
	confirmation, _ := found["cnf"].(object)
	return &Claims{
		Contact: found.text("sub"),
		Session: found.text("sid"),
		Tenant:  found.text("ws"),
		ID:      found.text("jti"),
		Issued:  time.Unix(found.seconds("iat"), 0),
		Expires: time.Unix(found.seconds("exp"), 0),
		JKT:     confirmation.text("jkt"),
	}, nil
}

func (v *Verifier) refuse(found object) *Refused {
	if found.text("iss") != v.issuer {
		return &Refused{"issuer", "iss is not " + v.issuer}
	}
	if found.text("aud") != v.audience {
		return &Refused{"audience", "aud is not " + v.audience}
	}
	for _, name := range []string{"sub", "sid", "ws", "jti"} {
		if found.text(name) == "" {
			return &Refused{"claims", name + " is missing, or no text"}
		}
	}
	if cnf, bound := found["cnf"]; bound {
		if confirmation, _ := cnf.(object); confirmation.text("jkt") == "" {
			return &Refused{"claims", "cnf names no key"}
		}
	}
	return v.refuseTimes(found.seconds("iat"), found.seconds("exp"))
}

func (v *Verifier) refuseTimes(issued, expires int64) *Refused {
	now := v.now().Unix()
	switch {
	case issued <= 0 || expires <= 0:
		return &Refused{"claims", "iat or exp is missing, or no whole number of seconds"}
	case expires <= now:
		return &Refused{"expired", fmt.Sprintf("it expired %d s ago", now-expires)}
	case issued > now+skew:
		return &Refused{"issued_ahead", fmt.Sprintf("iat lies %d s ahead; is this machine's clock right?", issued-now)}
	}
	return nil
}

// split reads the outer form strictly: three segments in the one spelling of base64url, and a
// header of alg, kid and typ and nothing else.
func split(token string) (head header, body, signature []byte, err error) {
	malformed := &Refused{"malformed", "it is no token of three segments in base64url"}
	segments := strings.Split(token, ".")
	if len(token) > longestToken || len(segments) != 3 {
		return head, nil, nil, malformed
	}
	var decoded [3][]byte
	for at, segment := range segments {
		if decoded[at], err = decode(segment); err != nil {
			return head, nil, nil, malformed
		}
	}
	names := readObject(decoded[0])
	head = header{names.text("alg"), names.text("typ"), names.text("kid")}
	if len(names) != 3 || head.Algorithm == "" || head.Key == "" || head.Kind == "" {
		return head, nil, nil, &Refused{"malformed", "the header is not alg, kid and typ"}
	}
	if head.Kind != "at+jwt" {
		return head, nil, nil, &Refused{"kind", "typ is not at+jwt"}
	}
	return head, decoded[1], decoded[2], nil
}

// readServer brings a public URL into the form that the server's tokens have as `iss`.
func readServer(server string) (string, error) {
	address, err := url.Parse(server)
	if err != nil || address.Host == "" || address.User != nil || address.RawQuery != "" || address.Fragment != "" {
		return "", fmt.Errorf("countersign: %q is no URL of a server", server)
	}
	if strings.TrimSuffix(address.Path, "/") != "" {
		return "", fmt.Errorf("countersign: %q must be scheme, host and port, without a path", server)
	}
	if address.Scheme != "https" && !(address.Scheme == "http" && isLoopback(address.Hostname())) {
		return "", fmt.Errorf("countersign: %q must begin with https://, or be on this machine", server)
	}
	return strings.TrimSuffix(server, "/"), nil
}

func isLoopback(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || (address != nil && address.IsLoopback())
}
