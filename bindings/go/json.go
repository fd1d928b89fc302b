package spinkv

// #include "calls.h"
import "C"

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
)

// SetJSON writes a value as compact JSON text, made by encoding/json: no spaces, and no character escaped that need not
// be. A [json.RawMessage] is text already, and stored token by token as it is.
//
// It fails with [ErrInvalidJSON], where there is no JSON for the value, and as [Store.Set] does. errors.As finds the error
// of encoding/json too.
func (s *Store) SetJSON(key string, value any) error {
	text, isText := value.(json.RawMessage)
	if !isText {
		var err error
		if text, err = encode(value); err != nil {
			return invalidJSON("the value cannot be written as JSON", err)
		}
	}
	done := C.spinkv_go_set_json(s.handle, start(key), C.size_t(len(key)), chars(text), C.size_t(len(text)))
	runtime.KeepAlive(s)
	return errorOf(done.failure)
}

// GetJSON reads a value that is JSON text into what target points to, as [json.Unmarshal] does: into an any, a number
// is a float64, which is exact up to 2^53; into an int64 or a [json.Number] it is exact. A *[json.RawMessage] gets the
// text as it is stored.
//
// It fails with [ErrNoSuchKey], and with [ErrInvalidJSON], where the value is not JSON or does not fit the target; then
// errors.As finds the error of encoding/json too, which may quote the value.
func (s *Store) GetJSON(key string, target any) error {
	got := C.spinkv_go_get_json(s.handle, start(key), C.size_t(len(key)))
	runtime.KeepAlive(s)
	if got.failure != nil {
		return errorOf(got.failure)
	}
	text := copied(got.value.data, got.value.size)
	C.spinkv_value_free(&got.value)
	if raw, isText := target.(*json.RawMessage); isText && raw != nil {
		*raw = text
		return nil
	}
	if err := json.Unmarshal(text, target); err != nil {
		return invalidJSON("the value is JSON that the target does not take", err)
	}
	return nil
}

// LookupJSON is GetJSON that tells whether the store holds the key. Where it does not, the target stays as it is.
func (s *Store) LookupJSON(key string, target any) (found bool, err error) {
	err = s.GetJSON(key, target)
	if errors.Is(err, ErrNoSuchKey) {
		return false, nil
	}
	return err == nil, err
}

// encode gives the text for a value with every character that JSON allows as it is.
func encode(value any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return plainSeparators(buffer.Bytes()), nil
}

// plainSeparators puts in the line and paragraph separators that encoding/json always escapes.
func plainSeparators(text []byte) []byte {
	if !bytes.Contains(text, []byte(`\u202`)) {
		return text
	}
	plain := make([]byte, 0, len(text))
	for index := 0; index < len(text); index++ {
		rest := text[index:]
		switch {
		case bytes.HasPrefix(rest, []byte(`\u2028`)):
			plain = append(plain, "\u2028"...)
			index += len(`\u2028`) - 1
		case bytes.HasPrefix(rest, []byte(`\u2029`)):
			plain = append(plain, "\u2029"...)
			index += len(`\u2029`) - 1
		case rest[0] == '\\':
			plain = append(plain, rest[:2]...)
			index++
		default:
			plain = append(plain, rest[0])
		}
	}
	return plain
}

func invalidJSON(what string, cause error) error {
	return &Error{Status: ErrInvalidJSON, Message: what + reasonOf(cause), cause: cause}
}

// reasonOf is why, as far as it can be told without the value. Most errors of encoding/json, and those of types that read or
// write themselves, may quote it.
func reasonOf(cause error) string {
	switch cause := cause.(type) {
	case *json.UnmarshalTypeError:
		kind, _, _ := strings.Cut(cause.Value, " ")
		return fmt.Sprintf(": the %s at byte %d does not fit %v", kind, cause.Offset, cause.Type)
	case *json.MarshalerError:
		return fmt.Sprintf(": %v fails to marshal itself", cause.Type)
	case *json.UnsupportedValueError, *json.UnsupportedTypeError, *json.InvalidUnmarshalError:
		return ": " + cause.Error()
	}
	return ""
}
