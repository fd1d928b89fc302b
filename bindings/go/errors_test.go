package spinkv

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestEveryStatusIsASentinel(t *testing.T) {
	codes := map[string]bool{}
	for status := ErrStoreTableFull; status <= ErrUnsupported; status++ {
		var err error = fmt.Errorf("outside: %w", &Error{Status: status, Message: "inside"})
		if !errors.Is(err, status) || err.Error() != "outside: inside" {
			t.Errorf("%v: %v", status, err)
		}
		for other := ErrStoreTableFull; other <= ErrUnsupported; other++ {
			if errors.Is(err, other) != (other == status || other == ErrIO && status > ErrIO) {
				t.Errorf("%v is %v", status, other)
			}
		}
		codes[status.Code()] = true
	}
	if len(codes) != 18 || codes["unknown"] || codes["ok"] || (ErrUnsupported+1).Code() != "unknown" {
		t.Error(codes)
	}
	if ErrBusy.Base() != ErrIO || ErrNoSuchKey.Base() != ErrNoSuchKey {
		t.Error(ErrBusy.Base(), ErrNoSuchKey.Base())
	}
}

func TestErrorSaysWhatWasMet(t *testing.T) {
	store := newStore(t)
	_, err := store.Get("missing")
	var failure *Error
	if !errors.As(err, &failure) || failure.Status != ErrNoSuchKey || !strings.Contains(err.Error(), "missing") {
		t.Error(err)
	}
	err = store.Set(strings.Repeat("k", 257), nil)
	if !errors.Is(err, ErrKeyTooLarge) || !errors.Is(err, ErrIO) || !strings.Contains(err.Error(), "257") {
		t.Error(err)
	}
	if _, err = Open("", ReadOnly()); err == nil {
		t.Error("a read-only store without a label or path")
	}
	if (&Error{Status: ErrNoMemory}).Error() == "" {
		t.Error("an error without words")
	}
}
