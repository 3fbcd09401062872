// Command agree does what sdk/agree.mjs says, a case a line.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	countersign "github.com/countersign/countersign/sdk/go"
)

type vector struct {
	Call, Widget, Secret, Text string
	Server, Token              string
	Arguments                  struct {
		ID, Email, Name, JTI, JKT string
		AccountID                 string `json:"account_id"`
		AvatarURL                 string `json:"avatar_url"`
		CustomerID                string `json:"customer_id"`
		CustomerName              string `json:"customer_name"`
		Company                   countersign.Company
		Lifetime                  int
	}
}

func main() {
	lines, verdicts := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var one vector
		if err := lines.Decode(&one); err == io.EOF {
			return
		} else if err != nil {
			log.Fatal(err)
		}
		verdict := map[string]string{}
		if answer, err := answer(one); err != nil {
			verdict["error"] = err.Error()
		} else {
			verdict["answer"] = answer
		}
		if err := verdicts.Encode(verdict); err != nil {
			log.Fatal(err)
		}
	}
}

func answer(one vector) (string, error) {
	given := one.Arguments
	switch one.Call {
	case "woes_email_hash":
		return countersign.WoesEmailHash(one.Secret, one.Text)
	case "notificationapi_hash":
		return countersign.NotificationAPIHash(one.Secret, one.Text)
	case "fogbender_hmac":
		return countersign.FogbenderHMAC(one.Secret, one.Text)
	case "woes_jwt":
		user := countersign.WoesUser{Email: given.Email, ID: given.ID, Name: given.Name, AccountID: given.AccountID}
		return countersign.WoesJWT(one.Secret, one.Widget, user)
	case "fogbender_jwt":
		return countersign.FogbenderJWT(one.Secret, countersign.FogbenderUser{
			ID: given.ID, Email: given.Email, Name: given.Name, AvatarURL: given.AvatarURL,
			CustomerID: given.CustomerID, CustomerName: given.CustomerName,
		})
	case "token":
		signer, err := countersign.NewSigner(one.Widget, one.Secret)
		if err != nil {
			return "", err
		}
		user := countersign.User{ID: given.ID, Email: given.Email, Name: given.Name, Company: given.Company}
		options := countersign.Options{JTI: given.JTI, JKT: given.JKT, Lifetime: time.Duration(given.Lifetime) * time.Second}
		return signer.Token(user, options)
	case "verify":
		return contact(one.Server, one.Token)
	}
	return "", fmt.Errorf("no function is called %q", one.Call)
}

var verifier *countersign.Verifier

func contact(server, token string) (string, error) {
	if verifier == nil {
		var err error
		if verifier, err = countersign.NewVerifier(server); err != nil {
			return "", err
		}
	}
	claims, err := verifier.Verify(context.Background(), token)
	if err != nil {
		return "", err
	}
	return claims.Contact, nil
}
