package spinkv

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

func TestJSONIsCompactAndPlain(t *testing.T) {
	store := newStore(t)
	for _, step := range []struct {
		value any
		text  string
	}{
		{map[string]any{"b": 1, "a": []int{1, 2}}, `{"a":[1,2],"b":1}`},
		{"<é> & \u2028\u2029 \\u2028 😀", "\"<é> & \u2028\u2029 \\\\u2028 😀\""},
		{"\\\u2028", "\"\\\\\u2028\""},
		{json.RawMessage(` { "a" : 1.50 , "b" : "\u2028\u0041" } `), `{"a":1.50,"b":"\u2028\u0041"}`},
		{nil, "null"},
		{[]byte{1}, `"AQ=="`},
		{uint64(math.MaxUint64), "18446744073709551615"},
		{struct {
			B int `json:"b"`
			A int `json:"a,omitempty"`
		}{B: 1}, `{"b":1}`},
	} {
		if err := store.SetJSON("key", step.value); err != nil {
			t.Fatal(err)
		}
		if text := string(must[[]byte](t)(store.Get("key"))); text != step.text {
			t.Errorf("%v is stored as %s", step.value, text)
		}
	}
}

func TestNumbersKeepTheirValue(t *testing.T) {
	store := newStore(t)
	if err := store.SetJSON("key", []any{int64(1<<53 + 1), 0.1}); err != nil {
		t.Fatal(err)
	}
	var exact []json.Number
	if err := store.GetJSON("key", &exact); err != nil || exact[0] != "9007199254740993" || exact[1] != "0.1" {
		t.Error(exact, err)
	}
	if err := store.SetJSON("key", int64(1<<53+1)); err != nil {
		t.Fatal(err)
	}
	var integer int64
	if err := store.GetJSON("key", &integer); err != nil || integer != 1<<53+1 {
		t.Error(integer, err)
	}
	var float any
	if err := store.GetJSON("key", &float); err != nil || float != float64(1<<53) {
		t.Error(float, err)
	}
	var text json.RawMessage
	if err := store.GetJSON("key", &text); err != nil || string(text) != "9007199254740993" {
		t.Error(string(text), err)
	}
}

func TestWhatIsNoJSON(t *testing.T) {
	store := newStore(t)
	for name, value := range map[string]any{
		"NaN": math.NaN(), "a channel": make(chan int), "text": json.RawMessage("[1,]"), "nothing": json.RawMessage(nil),
		"not UTF-8": json.RawMessage("\"\xff\""),
	} {
		if err := store.SetJSON("key", value); !errors.Is(err, ErrInvalidJSON) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var unsupported *json.UnsupportedValueError
	if err := store.SetJSON("key", math.Inf(1)); !errors.As(err, &unsupported) {
		t.Error(err)
	}
	if must[bool](t)(store.Exists("key")) {
		t.Error("something was written")
	}
	if err := store.Set("key", []byte(`{"a":`)); err != nil {
		t.Fatal(err)
	}
	var value any
	if err := store.GetJSON("key", &value); !errors.Is(err, ErrInvalidJSON) {
		t.Error(err)
	}
}

func TestTargetThatDoesNotFit(t *testing.T) {
	store := newStore(t)
	if err := store.SetJSON("key", "text"); err != nil {
		t.Fatal(err)
	}
	var number int
	var mismatch *json.UnmarshalTypeError
	err := store.GetJSON("key", &number)
	if !errors.Is(err, ErrInvalidJSON) || !errors.As(err, &mismatch) {
		t.Error(err)
	}
	var raw *json.RawMessage
	for _, target := range []any{nil, number, raw} {
		if err = store.GetJSON("key", target); !errors.Is(err, ErrInvalidJSON) {
			t.Errorf("%T: %v", target, err)
		}
	}
}

// secretive is a type whose own errors quote what it is given.
type secretive struct{ text string }

func (s secretive) MarshalJSON() ([]byte, error) {
	return nil, errors.New("no place for " + s.text)
}

func (s *secretive) UnmarshalJSON(text []byte) error {
	return errors.New("no sense in " + string(text))
}

func TestNoMessageHoldsAValue(t *testing.T) {
	store := newStore(t)
	told := func(err error, reason string) {
		t.Helper()
		if !errors.Is(err, ErrInvalidJSON) || !strings.HasSuffix(err.Error(), reason) ||
			strings.Contains(err.Error(), "4711") {
			t.Error(err)
		}
	}
	told(store.SetJSON("key", json.Number("4711x")), "the value cannot be written as JSON")
	told(store.SetJSON("key", secretive{"4711"}), "JSON: spinkv.secretive fails to marshal itself")
	told(store.SetJSON("key", []any{math.NaN()}), "JSON: json: unsupported value: NaN")
	for _, read := range []struct {
		text, reason string
		target       any
	}{
		{`4711`, "does not fit uint8", new(uint8)},
		{`{"a":"4711"}`, "does not fit int", &map[string]int{}},
		{`"4711"`, "does not take", &time.Time{}},
		{`"4711"`, "does not take", &secretive{}},
		{`4711`, "take: json: Unmarshal(non-pointer int)", 0},
	} {
		if err := store.SetJSON("key", json.RawMessage(read.text)); err != nil {
			t.Fatal(err)
		}
		told(store.GetJSON("key", read.target), read.reason)
	}
	var own *json.MarshalerError
	if err := store.SetJSON("key", secretive{"4711"}); !errors.As(err, &own) {
		t.Error(err)
	}
}

func TestLookupJSON(t *testing.T) {
	store := newStore(t)
	value := "before"
	if found, err := store.LookupJSON("key", &value); found || err != nil || value != "before" {
		t.Error(found, err, value)
	}
	if err := store.SetJSON("key", nil); err != nil {
		t.Fatal(err)
	}
	var nothing any = 1
	if found, err := store.LookupJSON("key", &nothing); !found || err != nil || nothing != nil {
		t.Error(found, err, nothing)
	}
}
