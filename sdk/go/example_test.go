package countersign_test

import (
	"fmt"
	"strings"

	countersign "github.com/countersign/countersign/sdk/go"
)

func ExampleSigner_Token() {
	signer, err := countersign.NewSigner("cs_pk_live_x", "cs_idj_WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlqROdEj")
	if err != nil {
		panic(err)
	}
	token, err := signer.Token(countersign.User{ID: "u1", Email: "ada@example.com"}, countersign.Options{})
	fmt.Println(strings.Count(token, "."), err)
	_, err = signer.Token(countersign.User{ID: "u1\n"}, countersign.Options{})
	fmt.Println(err)
	// Output:
	// 2 <nil>
	// countersign: the id contains a control or an invisible character
}

func ExampleNewSigner() {
	_, err := countersign.NewSigner("cs_pk_live_x", "cs_idj_cut")
	fmt.Println(err)
	// Output:
	// countersign: the secret must be the whole text cs_idj_… as it was shown, without quotes, spaces or a newline
}
