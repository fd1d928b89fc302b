package main

/*
#cgo noescape bench_copy
#cgo nocallback bench_copy
#include <string.h>

static char bench_value[100];

// Kept from being compiled into its caller.
static __attribute__((noinline)) size_t bench_copy(const char *key, size_t key_size, char *buffer, size_t capacity) {
	size_t size = key_size < capacity ? sizeof(bench_value) : 0;

	memcpy(buffer, bench_value, size);
	return size;
}
*/
import "C"

import (
	"errors"
	"unsafe"
)

var floorKind = kind{open: func(terms) (peer, error) { return floorPeer{}, nil }}

// floorPeer is the least that a get through cgo takes: a call that copies a value into a buffer on the stack, and a
// slice of its own for the caller.
type floorPeer struct{}

func (floorPeer) get(keys []string) (int, error) {
	size := 0
	for _, key := range keys {
		value, err := copyValue(key)
		if err != nil {
			return 0, err
		}
		size += len(value)
	}
	return size, nil
}

//go:noinline
func copyValue(key string) ([]byte, error) {
	var small [1024]byte
	start := (*C.char)(unsafe.Pointer(unsafe.StringData(key)))
	size := C.bench_copy(start, C.size_t(len(key)), (*C.char)(unsafe.Pointer(&small[0])), C.size_t(len(small)))
	if size == 0 {
		return nil, errNothing
	}
	return append(make([]byte, 0, size), small[:size]...), nil
}

var errNothing = errors.New("a floor holds nothing")

func (floorPeer) set([]pair) error            { return errNothing }
func (floorPeer) setMany([]pair) error        { return errNothing }
func (floorPeer) read(string) ([]byte, error) { return nil, errNothing }
func (floorPeer) close() error                { return nil }
