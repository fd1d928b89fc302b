package spinkv

// #include "calls.h"
import "C"

import (
	"iter"
	"runtime"
	"strings"
	"unsafe"
)

// iterationPage is how many keys an iteration fetches at a time.
const iterationPage = 256

// GetKeys lists all keys, in byte order.
func (s *Store) GetKeys() ([]string, error) {
	return s.ListKeys("", nil, -1)
}

// ListKeys lists one page of keys, in byte order: those that begin with prefix and come strictly after the key that
// after points to (nil: from the beginning), at most limit of them (below 0: all). The next page starts after the last
// key of this one; nothing is held open in between.
func (s *Store) ListKeys(prefix string, after *string, limit int) ([]string, error) {
	var last string
	if after != nil {
		last = *after
	}
	listed := C.spinkv_go_list_keys(s.handle, start(prefix), C.size_t(len(prefix)), C.bool(after != nil), start(last),
		C.size_t(len(last)), C.int64_t(limit))
	runtime.KeepAlive(s)
	if listed.failure != nil {
		return nil, errorOf(listed.failure)
	}
	return takeTexts(&listed.list), nil
}

// Keys iterates over the keys that begin with prefix, in byte order. It fetches a page at a time and holds nothing open
// in between, so the loop may write to the store. An error ends it, and comes with the key "".
func (s *Store) Keys(prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		var after *string
		for {
			page, err := s.ListKeys(prefix, after, iterationPage)
			if err != nil {
				yield("", err)
				return
			}
			for _, key := range page {
				if !yield(key, nil) {
					return
				}
			}
			if len(page) < iterationPage {
				return
			}
			after = &page[len(page)-1]
		}
	}
}

// GetMany reads many values in one snapshot: one for every key, in the order asked. A key that is not there is nil; an
// empty value is not.
func (s *Store) GetMany(keys ...string) ([][]byte, error) {
	packed := packKeys(keys)
	listed := C.spinkv_go_get_many(s.handle, chars(packed.block), packed.start(), C.size_t(len(keys)))
	runtime.KeepAlive(s)
	if listed.failure != nil {
		return nil, errorOf(listed.failure)
	}
	defer C.spinkv_list_free(&listed.list)
	values := make([][]byte, len(keys))
	for index, item := range unsafe.Slice(listed.list.items, listed.list.count) {
		if item.data != nil {
			values[index] = copied(item.data, item.size)
		}
	}
	return values, nil
}

// SetMany writes many tuples, all or nothing, in one transaction: SetMany(maps.All(tuples)). The last of a duplicate key
// wins.
//
// It fails as [Store.Set] does.
func (s *Store) SetMany(tuples iter.Seq2[string, []byte]) error {
	packed := packTuples(tuples)
	done := C.spinkv_go_set_many(s.handle, chars(packed.block), packed.start(), C.size_t(len(packed.sizes)/2))
	runtime.KeepAlive(s)
	return errorOf(done.failure)
}

// DeleteMany deletes many keys, all or nothing. Keys that are not there are skipped.
//
// It fails with [ErrReadOnly].
func (s *Store) DeleteMany(keys ...string) error {
	packed := packKeys(keys)
	done := C.spinkv_go_delete_many(s.handle, chars(packed.block), packed.start(), C.size_t(len(keys)))
	runtime.KeepAlive(s)
	return errorOf(done.failure)
}

// packed is many keys and values in one block, which C may borrow as a whole: memory of Go that points to other memory
// of Go it may not have.
type packed struct {
	block []byte
	sizes []C.size_t
}

func packKeys(keys []string) packed {
	size := 0
	for _, key := range keys {
		size += len(key)
	}
	all := packed{make([]byte, 0, size), make([]C.size_t, 0, len(keys))}
	for _, key := range keys {
		all.block = append(all.block, key...)
		all.sizes = append(all.sizes, C.size_t(len(key)))
	}
	return all
}

func packTuples(tuples iter.Seq2[string, []byte]) packed {
	var all packed
	for key, value := range tuples {
		all.block = append(append(all.block, key...), value...)
		all.sizes = append(all.sizes, C.size_t(len(key)), C.size_t(len(value)))
	}
	return all
}

func (p *packed) start() *C.size_t {
	return unsafe.SliceData(p.sizes)
}

// takeTexts copies a list of C's, and gives it back.
func takeTexts(list *C.spinkv_list) []string {
	defer C.spinkv_list_free(list)
	texts := make([]string, list.count)
	for index, item := range unsafe.Slice(list.items, list.count) {
		texts[index] = strings.Clone(unsafe.String((*byte)(item.data), int(item.size)))
	}
	return texts
}
