package spinkv

// #include "calls.h"
import "C"

import (
	"cmp"
	"fmt"
	"strings"
	"time"
	"unsafe"
)

// An Option says how a store behaves or where it lives. Names and values are checked when the store is added.
type Option struct {
	name  string
	value any
}

// String is the option's name: the value may be secret.
func (o Option) String() string {
	return o.name
}

// GoString is the same.
func (o Option) GoString() string {
	return o.name
}

// What a write has survived when it returns; see [Durability].
const (
	// Full is the loss of power: each write is synced to the disk. The default.
	Full = "full"
	// Normal is the end of the process, however abrupt.
	Normal = "normal"
)

// With sets the option that has this name in a runtime configuration, such as "url", to a string, a bool or an integer.
func With(name string, value any) Option {
	return Option{name, value}
}

// Path is the SQLite file, relative to the directory that is current when the store is added. "" and ":memory:" mean in
// memory: private to the app and the label, gone when the app and all its stores are.
func Path(path string) Option {
	return Option{"path", path}
}

// Durability is what a write has survived when it returns: [Full] or [Normal].
func Durability(durability string) Option {
	return Option{"durability", durability}
}

// BusyTimeout is how long a call waits for another writer before it is [ErrBusy]: 5 seconds unless set, a day at most.
// What is less than a millisecond counts as one, but 0, which does not wait.
func BusyTimeout(timeout time.Duration) Option {
	milliseconds := timeout.Milliseconds()
	if milliseconds == 0 && timeout != 0 {
		milliseconds = int64(cmp.Compare(timeout, 0))
	}
	return Option{"busy_timeout_ms", milliseconds}
}

// MaxKeyBytes is the largest key that may be written, in bytes: 256 unless set; 0 means no limit.
func MaxKeyBytes(size int64) Option {
	return Option{"max_key_bytes", size}
}

// MaxValueBytes is the largest value that may be written, in bytes: 1,048,576 unless set; 0 means no limit.
func MaxValueBytes(size int64) Option {
	return Option{"max_value_bytes", size}
}

// MaxEntries is how many tuples the store may hold: 1,024 unless set; 0 means no limit.
func MaxEntries(count int64) Option {
	return Option{"max_entries", count}
}

// CacheBytes is the memory for the read cache of the store's file: 8,388,608 unless set; 0 switches it off.
func CacheBytes(size int64) Option {
	return Option{"cache_bytes", size}
}

// ReadOnly opens the file without ever writing to it.
func ReadOnly() Option {
	return Option{"read_only", true}
}

// cOptions is options as C takes them, with the texts that they borrow.
type cOptions struct {
	options C.spinkv_options
	texts   []text
}

func newOptions(options []Option) (*cOptions, error) {
	made := &cOptions{options: C.spinkv_go_default_options()}
	for _, option := range options {
		if err := made.set(option); err != nil {
			made.free()
			return nil, err
		}
	}
	return made, nil
}

func (o *cOptions) set(option Option) error {
	name, err := newText(option.name)
	if err != nil {
		return err
	}
	defer name.free()
	var failure C.spinkv_error
	switch value := option.value.(type) {
	case string:
		kept, err := newText(value)
		if err != nil {
			return err
		}
		o.texts = append(o.texts, kept)
		C.spinkv_options_set_text(&o.options, name.pointer, kept.pointer, &failure)
	case bool:
		C.spinkv_options_set_boolean(&o.options, name.pointer, C.bool(value), &failure)
	case int:
		C.spinkv_options_set_number(&o.options, name.pointer, C.int64_t(value), &failure)
	case int64:
		C.spinkv_options_set_number(&o.options, name.pointer, C.int64_t(value), &failure)
	default:
		return invalidArgument(fmt.Sprintf(`the option %q is a %T; it may be a string, bool, int or int64`,
			option.name, value))
	}
	return checked(&failure)
}

func (o *cOptions) free() {
	for _, text := range o.texts {
		text.free()
	}
}

// text is a Go string as C reads texts: ended by a NUL, so it may hold none.
type text struct {
	pointer *C.char
}

func newText(from string) (text, error) {
	if strings.Contains(from, "\x00") {
		return text{}, invalidArgument("a label, path or option holds a NUL byte")
	}
	return text{C.CString(from)}, nil
}

// optionalText is NULL in C for nil.
func optionalText(from *string) (text, error) {
	if from == nil {
		return text{}, nil
	}
	return newText(*from)
}

func (t text) free() {
	C.free(unsafe.Pointer(t.pointer))
}
