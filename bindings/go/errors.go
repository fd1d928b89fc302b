package spinkv

// #include "calls.h"
import "C"

// Status is what went wrong: a sentinel for [errors.Is].
//
// The first six are the errors of Spin's interface. The others refine [ErrIO], and errors.Is tells that too.
type Status int

const (
	// ErrStoreTableFull means that too many stores are open: 256 in one app unless it was told otherwise.
	ErrStoreTableFull Status = C.SPINKV_STORE_TABLE_FULL
	// ErrNoSuchStore means that no store with that label is configured.
	ErrNoSuchStore Status = C.SPINKV_NO_SUCH_STORE
	// ErrAccessDenied means that the store is not granted to the app's component.
	ErrAccessDenied Status = C.SPINKV_ACCESS_DENIED
	// ErrInvalidStore means that the store has been closed.
	ErrInvalidStore Status = C.SPINKV_INVALID_STORE
	// ErrNoSuchKey means that the store holds no such key.
	ErrNoSuchKey Status = C.SPINKV_NO_SUCH_KEY
	// ErrIO means that input or output failed: the disk is full, the file cannot be opened, and what is below.
	ErrIO Status = C.SPINKV_IO
	// ErrInvalidArgument means that an argument is not allowed: a key that is not UTF-8, an option out of its range.
	ErrInvalidArgument Status = C.SPINKV_INVALID_ARGUMENT
	// ErrKeyTooLarge means that the key is larger than max_key_bytes.
	ErrKeyTooLarge Status = C.SPINKV_KEY_TOO_LARGE
	// ErrValueTooLarge means that the value is larger than max_value_bytes.
	ErrValueTooLarge Status = C.SPINKV_VALUE_TOO_LARGE
	// ErrStoreFull means that the store holds max_entries tuples and the key is new.
	ErrStoreFull Status = C.SPINKV_STORE_FULL
	// ErrInvalidJSON means that the value is not JSON, or cannot be written as JSON.
	ErrInvalidJSON Status = C.SPINKV_INVALID_JSON
	// ErrNotACounter means that the value is not a counter of 8 bytes, or would leave the range of 64 bits.
	ErrNotACounter Status = C.SPINKV_NOT_A_COUNTER
	// ErrInvalidConfig means that a manifest or a configuration is not valid.
	ErrInvalidConfig Status = C.SPINKV_INVALID_CONFIG
	// ErrBusy means that another writer held the file for longer than busy_timeout_ms.
	ErrBusy Status = C.SPINKV_BUSY
	// ErrReadOnly means that the store was opened read-only, or that its file cannot be written.
	ErrReadOnly Status = C.SPINKV_READ_ONLY
	// ErrCorrupt means that the file is not a database, is damaged, or that its table is not that of a store.
	ErrCorrupt Status = C.SPINKV_CORRUPT
	// ErrNoMemory means that an allocation failed.
	ErrNoMemory Status = C.SPINKV_NO_MEMORY
	// ErrUnsupported means that this build, or this kind of store, cannot do that.
	ErrUnsupported Status = C.SPINKV_UNSUPPORTED
)

// Error says the status in a few words.
func (s Status) Error() string {
	return C.GoString(C.spinkv_status_text(C.spinkv_status(s)))
}

// Code is the status's name as Spin spells such names: "no-such-key".
func (s Status) Code() string {
	return C.GoString(C.spinkv_status_name(C.spinkv_status(s)))
}

// Base is the error of Spin's interface that the status belongs to: itself for those six, ErrIO for all others.
func (s Status) Base() Status {
	return Status(C.spinkv_status_base(C.spinkv_status(s)))
}

// Is makes what refines [ErrIO] match it.
func (s Status) Is(target error) bool {
	return target == s.Base()
}

// Error is what every call that fails returns.
type Error struct {
	// Status is the kind of error, which errors.Is finds.
	Status Status
	// Message is one line that names what was met. It never holds a value.
	Message string
	// EngineCode is what the system below said: SQLite's extended result code, or 0.
	EngineCode int
	// cause is the error of another package that led to this one, or nil.
	cause error
}

// Error is the message.
func (e *Error) Error() string {
	if e.Message == "" {
		return e.Status.Error()
	}
	return e.Message
}

// Unwrap gives the Status, and the error of another package that led to this one, if one did.
func (e *Error) Unwrap() []error {
	if e.cause == nil {
		return []error{e.Status}
	}
	return []error{e.Status, e.cause}
}

// errorOf makes Go's error of C's, which it gives back; nil of none.
func errorOf(failure *C.spinkv_error) error {
	if failure == nil {
		return nil
	}
	err := checked(failure)
	C.spinkv_go_failure_free(failure)
	return err
}

// checked makes Go's error of one that a call has filled.
func checked(failure *C.spinkv_error) error {
	if failure.status == C.SPINKV_OK {
		return nil
	}
	return &Error{
		Status:     Status(failure.status),
		Message:    C.GoString(&failure.message[0]),
		EngineCode: int(failure.engine_code),
	}
}

func invalidArgument(message string) error {
	return &Error{Status: ErrInvalidArgument, Message: message}
}
