package spinkv

/*
#cgo noescape spinkv_go_get_into
#cgo nocallback spinkv_go_get_into
#cgo noescape spinkv_go_find_into
#cgo nocallback spinkv_go_find_into
#cgo noescape spinkv_go_set
#cgo nocallback spinkv_go_set
#cgo noescape spinkv_go_delete
#cgo nocallback spinkv_go_delete
#cgo noescape spinkv_go_exists
#cgo nocallback spinkv_go_exists
#cgo noescape spinkv_go_increment
#cgo nocallback spinkv_go_increment
#cgo noescape spinkv_go_compare_and_swap
#cgo nocallback spinkv_go_compare_and_swap
#include "calls.h"
*/
import "C"

import (
	"bytes"
	"errors"
	"runtime"
	"sync/atomic"
	"unsafe"
)

// Version is that of the C library in use, such as "0.1.0".
func Version() string {
	return C.GoString(C.spinkv_version())
}

// A Store is an open store, made by [Open], [OpenDefault] and [App.Open].
//
// Goroutines may share it. Every call but Close fails with [ErrInvalidStore] once it is closed, and all can fail with
// [ErrBusy], [ErrCorrupt], [ErrIO] and [ErrNoMemory]; those that take a key also with [ErrInvalidArgument], where it is
// not UTF-8. What else one fails with is said there. A store that nothing refers to any more is closed some time later;
// a program that opens many should not wait for that.
type Store struct {
	handle  C.spinkv_store
	label   string
	cleanup runtime.Cleanup
	// isBeyondSmall is whether it has given a value larger than smallBytes.
	isBeyondSmall atomic.Bool
}

// openStore opens a store of an app of C, or of the default app if that is nil.
func openStore(app *C.spinkv_app, label string) (*Store, error) {
	text, err := newText(label)
	if err != nil {
		return nil, err
	}
	defer text.free()
	opened := C.spinkv_go_open(app, text.pointer)
	if opened.failure != nil {
		return nil, errorOf(opened.failure)
	}
	store := &Store{handle: C.spinkv_store(opened.number), label: label}
	store.cleanup = runtime.AddCleanup(store, closeHandle, store.handle)
	return store, nil
}

// closeHandle may come late: no other store ever gets the number of one that was closed.
func closeHandle(handle C.spinkv_store) {
	C.spinkv_close(handle)
}

// Label is what the store was opened with.
func (s *Store) Label() string {
	return s.label
}

// Close closes the store. A call that another goroutine is making finishes as if it came before. Closing a store again
// does nothing. The error is always nil, and makes the store an [io.Closer].
func (s *Store) Close() error {
	s.cleanup.Stop()
	closeHandle(s.handle)
	runtime.KeepAlive(s)
	return nil
}

// A value comes through memory on the stack, in one call, if it is no larger than smallBytes, or, once the store has given
// one that was larger, than mediumBytes: the stack is cleared first, which takes as long as all else that Get does in Go.
const (
	smallBytes  = 256
	mediumBytes = 1024
)

// Get reads the value of a key. It is never nil without an error: an empty value is a slice of no bytes.
//
// It fails with [ErrNoSuchKey] where the store does not hold the key; [Store.Lookup] tells that without an error.
func (s *Store) Get(key string) ([]byte, error) {
	if s.isBeyondSmall.Load() {
		var medium [mediumBytes]byte
		return s.getThrough(medium[:], key)
	}
	var small [smallBytes]byte
	return s.getThrough(small[:], key)
}

func (s *Store) getThrough(buffer []byte, key string) ([]byte, error) {
	got := C.spinkv_go_get_into(s.handle, start(key), C.size_t(len(key)), chars(buffer), C.size_t(len(buffer)))
	runtime.KeepAlive(s)
	if got.failure != nil {
		return nil, errorOf(got.failure)
	}
	if int(got.number) > len(buffer) {
		return s.getLarge(key, int(got.number))
	}
	return cloned(buffer[:got.number]), nil
}

// getLarge reads a value that a buffer was too small for. Another may take its place between two calls.
func (s *Store) getLarge(key string, size int) ([]byte, error) {
	if !s.isBeyondSmall.Load() {
		s.isBeyondSmall.Store(true)
	}
	for {
		value := make([]byte, size)
		met, err := s.GetInto(key, value)
		if err != nil {
			return nil, err
		}
		if met <= size {
			return value[:met:met], nil
		}
		size = met
	}
}

// Lookup reads the value of a key, and tells whether the store holds it.
func (s *Store) Lookup(key string) (value []byte, found bool, err error) {
	if s.isBeyondSmall.Load() {
		var medium [mediumBytes]byte
		return s.lookupThrough(medium[:], key)
	}
	var small [smallBytes]byte
	return s.lookupThrough(small[:], key)
}

func (s *Store) lookupThrough(buffer []byte, key string) (value []byte, found bool, err error) {
	got := C.spinkv_go_find_into(s.handle, start(key), C.size_t(len(key)), chars(buffer), C.size_t(len(buffer)))
	runtime.KeepAlive(s)
	if got.failure != nil {
		return nil, false, errorOf(got.failure)
	}
	if got.number < 0 {
		return nil, false, nil
	}
	if int(got.number) > len(buffer) {
		value, err = s.getLarge(key, int(got.number))
		if errors.Is(err, ErrNoSuchKey) {
			return nil, false, nil
		}
		return value, err == nil, err
	}
	return cloned(buffer[:got.number]), true, nil
}

// GetInto reads the value of a key into a buffer, without allocating, and gives the size of the value. If that is more
// than len(buffer), the buffer is left alone, and the call still succeeds, so that one can come back with more.
//
// It fails with [ErrNoSuchKey].
func (s *Store) GetInto(key string, buffer []byte) (int, error) {
	got := C.spinkv_go_get_into(s.handle, start(key), C.size_t(len(key)), chars(buffer), C.size_t(len(buffer)))
	runtime.KeepAlive(s)
	return int(got.number), errorOf(got.failure)
}

// Set writes the value of a key, new or in place of the old one.
//
// It fails with [ErrKeyTooLarge], [ErrValueTooLarge], [ErrStoreFull], [ErrReadOnly].
func (s *Store) Set(key string, value []byte) error {
	done := C.spinkv_go_set(s.handle, start(key), C.size_t(len(key)), chars(value), C.size_t(len(value)))
	runtime.KeepAlive(s)
	return errorOf(done.failure)
}

// Delete deletes a key with its value. A key that is not there is no error.
//
// It fails with [ErrReadOnly].
func (s *Store) Delete(key string) error {
	done := C.spinkv_go_delete(s.handle, start(key), C.size_t(len(key)))
	runtime.KeepAlive(s)
	return errorOf(done.failure)
}

// Exists tells whether a key is there, without reading its value.
func (s *Store) Exists(key string) (bool, error) {
	told := C.spinkv_go_exists(s.handle, start(key), C.size_t(len(key)))
	runtime.KeepAlive(s)
	return told.number != 0, errorOf(told.failure)
}

// Increment adds delta to the counter at a key and gives the new number. A counter is a value of 8 bytes, a signed
// little-endian integer; a key that is not there counts as 0. No other write comes in between.
//
// It fails with [ErrNotACounter], where another value lies there or the sum does not fit, and as [Store.Set] does.
func (s *Store) Increment(key string, delta int64) (int64, error) {
	done := C.spinkv_go_increment(s.handle, start(key), C.size_t(len(key)), C.int64_t(delta))
	runtime.KeepAlive(s)
	return int64(done.number), errorOf(done.failure)
}

// CompareAndSwap writes value only if the key holds exactly expected, or, where expected is nil, only if the key is not
// there; an empty value is expected as []byte{}. It tells whether it has written. No other write comes in between.
//
// It fails as [Store.Set] does.
func (s *Store) CompareAndSwap(key string, expected, value []byte) (bool, error) {
	done := C.spinkv_go_compare_and_swap(s.handle, start(key), C.size_t(len(key)), chars(expected), C.size_t(len(expected)),
		chars(value), C.size_t(len(value)))
	runtime.KeepAlive(s)
	return done.number != 0, errorOf(done.failure)
}

// Count counts the tuples of the store.
func (s *Store) Count() (int, error) {
	counted := C.spinkv_go_count(s.handle)
	runtime.KeepAlive(s)
	return int(counted.number), errorOf(counted.failure)
}

// start is a text's first byte; C is told its size, and borrows it for one call.
func start(text string) *C.char {
	return (*C.char)(unsafe.Pointer(unsafe.StringData(text)))
}

// chars is the same of bytes: nil of nil, and not nil of no bytes.
func chars(data []byte) *C.char {
	return (*C.char)(unsafe.Pointer(unsafe.SliceData(data)))
}

// cloned is bytes.Clone without its spare capacity, and never nil. The compiler does not clear what is copied over.
func cloned(data []byte) []byte {
	clone := make([]byte, len(data))
	copy(clone, data)
	return clone
}

// copied takes bytes out of memory of C's.
func copied(data unsafe.Pointer, size C.size_t) []byte {
	return bytes.Clone(unsafe.Slice((*byte)(data), int(size)))
}
