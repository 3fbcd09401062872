package countersign

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// object is a JSON object as it was written: encoding/json would take a name in another case for
// the same, and the last of two.
type object map[string]any

// readObject answers nil if text is no object in UTF-8, or one of its objects has a name twice.
func readObject(text []byte) object {
	if !utf8.Valid(text) || !json.Valid(text) {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	value, ok := readValue(decoder)
	if read, isObject := value.(object); ok && isObject {
		return read
	}
	return nil
}

// text is the string that is called name, or "".
func (o object) text(name string) string {
	value, _ := o[name].(string)
	return value
}

// seconds is the whole number that is called name, or 0.
func (o object) seconds(name string) int64 {
	number, _ := o[name].(json.Number)
	value, err := number.Int64()
	if err != nil {
		return 0
	}
	return value
}

// readValue reads one value of a text that is known to be JSON; not ok if a name stands twice.
func readValue(decoder *json.Decoder) (value any, ok bool) {
	token, err := decoder.Token()
	switch token {
	case json.Delim('{'):
		return readMembers(decoder)
	case json.Delim('['):
		return readItems(decoder)
	}
	return token, err == nil
}

func readMembers(decoder *json.Decoder) (any, bool) {
	members := object{}
	for decoder.More() {
		token, _ := decoder.Token()
		name, _ := token.(string)
		if _, twice := members[name]; twice {
			return nil, false
		}
		value, ok := readValue(decoder)
		if !ok {
			return nil, false
		}
		members[name] = value
	}
	_, err := decoder.Token()
	return members, err == nil
}

func readItems(decoder *json.Decoder) (any, bool) {
	items := []any{}
	for decoder.More() {
		value, ok := readValue(decoder)
		if !ok {
			return nil, false
		}
		items = append(items, value)
	}
	_, err := decoder.Token()
	return items, err == nil
}
