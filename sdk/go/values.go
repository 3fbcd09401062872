package countersign

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what a value may look like: the server's own rules, so that what is signed is accepted.
type kind struct {
	longest int // characters
	name    bool
	email   bool
}

var (
	isID    = kind{longest: 128}
	isName  = kind{longest: 200, name: true}
	isURL   = kind{longest: 2000}
	isEmail = kind{longest: 254, email: true}
)

// check refuses a text that cannot be the value of field, and brings an email into its one form:
// trimmed, ASCII lower-cased. Full lower-casing would make two addresses one.
func (k kind) check(field string, text *string) error {
	if k.email {
		*text = normalised(*text)
	}
	switch {
	case !utf8.ValidString(*text):
		return fmt.Errorf("countersign: the %s is not UTF-8", field)
	case strings.TrimSpace(*text) == "":
		return fmt.Errorf("countersign: the %s is blank", field)
	case utf8.RuneCountInString(*text) > k.longest:
		return fmt.Errorf("countersign: the %s is longer than %d characters", field, k.longest)
	case hasUnseen([]rune(*text), k.name):
		return fmt.Errorf("countersign: the %s contains a control or an invisible character", field)
	case k.email:
		return checkEmail(field, *text)
	}
	return nil
}

func checkEmail(field, email string) error {
	local, domain, found := strings.Cut(email, "@")
	if !found || local == "" || domain == "" || strings.Contains(domain, "@") || strings.IndexFunc(email, unicode.IsSpace) >= 0 {
		return fmt.Errorf("countersign: the %s is not an email address", field)
	}
	if strings.IndexFunc(domain, func(character rune) bool { return character > unicode.MaxASCII }) >= 0 {
		return fmt.Errorf("countersign: the domain of the %s is not in ASCII; write it in its xn-- form", field)
	}
	return nil
}

func normalised(email string) string {
	lower := func(character rune) rune {
		if 'A' <= character && character <= 'Z' {
			return character + 'a' - 'A'
		}
		return character
	}
	return strings.Map(lower, strings.TrimSpace(email))
}

func checkWidget(widget string) error {
	if !strings.HasPrefix(widget, "cs_pk_live_") && !strings.HasPrefix(widget, "cs_pk_test_") {
		return errors.New("countersign: the widget must be named by its public key, cs_pk_live_… or cs_pk_test_…")
	}
	return isID.check("widget", &widget)
}

// checkOwnSecret refuses a secret of another use, and one that was cut or mistyped.
func checkOwnSecret(prefix, secret string) error {
	if body, found := cut(secret, prefix); found {
		bytes, err := decode(body)
		if err == nil && len(bytes) == 36 && crc32.ChecksumIEEE(bytes[:32]) == binary.BigEndian.Uint32(bytes[32:]) {
			return nil
		}
	}
	return fmt.Errorf("countersign: the secret must be the whole text %s… as it was shown, without quotes, spaces or a newline", prefix)
}

// checkVendorSecret takes our own secret with prefix, or the vendor's: 32 to 512 bytes in one line.
func checkVendorSecret(prefix, secret string) error {
	if strings.HasPrefix(secret, "cs_") {
		if prefix == "" || !strings.HasPrefix(secret, prefix) {
			return errors.New("countersign: this secret begins with cs_ and is made for another use")
		}
		return checkOwnSecret(prefix, secret)
	}
	if len(secret) < 32 || len(secret) > 512 || secret != strings.Trim(secret, " \"'") || strings.IndexFunc(secret, unicode.IsControl) >= 0 {
		return errors.New("countersign: the secret must be 32 to 512 bytes in one line, as it was shown, without quotes, spaces or a newline")
	}
	return nil
}

// hasUnseen refuses what the server refuses. Names may have variation selectors, and joiners
// between two letters beyond ASCII: emoji, Persian and Indic scripts need them.
func hasUnseen(text []rune, name bool) bool {
	letter := func(at int) bool {
		return at >= 0 && at < len(text) && text[at] > unicode.MaxASCII && !isJoiner(text[at])
	}
	for at, character := range text {
		joins := name && isJoiner(character) && letter(at-1) && letter(at+1)
		selects := name && 0xfe00 <= character && character <= 0xfe0f
		if !joins && !selects && (unicode.IsControl(character) || unicode.Is(unseen, character)) {
			return true
		}
	}
	return false
}

func isJoiner(character rune) bool {
	return character == 0x200c || character == 0x200d
}

// unseen are marks of direction, fillers and everything else that shows nothing.
var unseen = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0xad, 0xad, 1}, {0x34f, 0x34f, 1}, {0x61c, 0x61c, 1}, {0x115f, 0x1160, 1},
		{0x17b4, 0x17b5, 1}, {0x180b, 0x180f, 1}, {0x200b, 0x200f, 1}, {0x2028, 0x202e, 1},
		{0x2060, 0x206f, 1}, {0x2800, 0x2800, 1}, {0x3164, 0x3164, 1}, {0xfe00, 0xfe0f, 1},
		{0xfeff, 0xfeff, 1}, {0xffa0, 0xffa0, 1}, {0xfff0, 0xfffb, 1},
	},
	R32: []unicode.Range32{
		{0x1bca0, 0x1bca3, 1}, {0x1d173, 0x1d17a, 1}, {0xe0000, 0xe0fff, 1},
	},
	LatinOffset: 1,
}

// refuseToken refuses a text with the shape of a token's signed part. Hashing such an id with a
// secret that also signs tokens would sign a token that the user wrote.
func refuseToken(field, text string) error {
	if rest, found := cut(text, "eyJ"); found && strings.Contains(rest, ".") {
		return fmt.Errorf("countersign: the %s has the shape of a token and is not signed", field)
	}
	return nil
}

func cut(text, prefix string) (string, bool) {
	return strings.TrimPrefix(text, prefix), strings.HasPrefix(text, prefix)
}
