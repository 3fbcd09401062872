package countersign

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"time"
)

// WoesEmailHash is `email_hash` of the profile `woes-hmac`: the secret is decoded from its 64
// hexadecimal digits, the email trimmed and lower-cased, the digest written in hexadecimal.
func WoesEmailHash(secret, email string) (string, error) {
	key, err := hex.DecodeString(secret)
	if err != nil || len(key) != 32 {
		return "", errors.New("countersign: the secret must be 64 hexadecimal digits")
	}
	if err := isEmail.check("email", &email); err != nil {
		return "", err
	}
	if err := refuseToken("email", email); err != nil {
		return "", err
	}
	return hex.EncodeToString(hmacSHA256(key, []byte(email))), nil
}

// NotificationAPIHash is `userIdHash` of the profile `notificationapi`: the key is the secret's
// text, the digest is written in standard base64.
func NotificationAPIHash(secret, userID string) (string, error) {
	digest, err := idDigest("cs_idh_", secret, userID)
	return base64.StdEncoding.EncodeToString(digest), err
}

// FogbenderHMAC is `userHMAC` of the profile `fogbender`: the key is the secret's text, the digest
// is written in hexadecimal.
func FogbenderHMAC(secret, userID string) (string, error) {
	digest, err := idDigest("", secret, userID)
	return hex.EncodeToString(digest), err
}

// WoesUser is what a token of the profile `woes-jwt` says.
type WoesUser struct {
	Email     string // required
	ID        string // contact_external_id
	Name      string
	AccountID string // account_external_id
}

// WoesJWT is `jwt` of the profile `woes-jwt`, good for 10 minutes.
func WoesJWT(secret, widget string, user WoesUser) (string, error) {
	return woesJWT(secret, widget, user, time.Now())
}

func woesJWT(secret, widget string, user WoesUser, now time.Time) (string, error) {
	if err := checkWidget(widget); err != nil {
		return "", err
	}
	return vendorJWT(secret, now, map[string]any{"aud": widget},
		claim{"email", "email", user.Email, isEmail, true},
		claim{"contact_external_id", "id", user.ID, isID, false},
		claim{"name", "name", user.Name, isName, false},
		claim{"account_external_id", "account id", user.AccountID, isID, false},
	)
}

// FogbenderUser is what a token of the profile `fogbender` says.
type FogbenderUser struct {
	ID           string // required
	Email        string
	Name         string
	AvatarURL    string
	CustomerID   string
	CustomerName string
}

// FogbenderJWT is `userJWT` of the profile `fogbender`, good for 10 minutes.
func FogbenderJWT(secret string, user FogbenderUser) (string, error) {
	return fogbenderJWT(secret, user, time.Now())
}

func fogbenderJWT(secret string, user FogbenderUser, now time.Time) (string, error) {
	return vendorJWT(secret, now, map[string]any{},
		claim{"userId", "id", user.ID, isID, true},
		claim{"userEmail", "email", user.Email, isEmail, false},
		claim{"userName", "name", user.Name, isName, false},
		claim{"userAvatarUrl", "avatar URL", user.AvatarURL, isURL, false},
		claim{"customerId", "customer id", user.CustomerID, isID, false},
		claim{"customerName", "customer name", user.CustomerName, isName, false},
	)
}

func idDigest(prefix, secret, userID string) ([]byte, error) {
	if err := checkVendorSecret(prefix, secret); err != nil {
		return nil, err
	}
	if err := isID.check("user id", &userID); err != nil {
		return nil, err
	}
	if err := refuseToken("user id", userID); err != nil {
		return nil, err
	}
	return hmacSHA256([]byte(secret), []byte(userID)), nil
}

func vendorJWT(secret string, now time.Time, claims map[string]any, given ...claim) (string, error) {
	if err := checkVendorSecret("", secret); err != nil {
		return "", err
	}
	if err := add(claims, given...); err != nil {
		return "", err
	}
	claims["iat"], claims["exp"] = now.Unix(), now.Add(usualLifetime).Unix()
	return compact(header{"HS256", "JWT", ""}, claims, hs256(secret))
}
