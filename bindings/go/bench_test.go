package spinkv

import (
	"path/filepath"
	"testing"
)

func benchStore(b *testing.B) *Store {
	b.Helper()
	store, err := Open("bench", Path(filepath.Join(b.TempDir(), "bench.db")), Durability(Normal))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	if err = store.Set("key", make([]byte, 100)); err != nil {
		b.Fatal(err)
	}
	return store
}

func BenchmarkGet(b *testing.B) {
	store := benchStore(b)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = store.Get("key")
	}
}

func BenchmarkGetInto(b *testing.B) {
	store := benchStore(b)
	b.ReportAllocs()
	buffer := make([]byte, 1000)
	for b.Loop() {
		_, _ = store.GetInto("key", buffer)
	}
}
func BenchmarkGetMissing(b *testing.B) {
	store := benchStore(b)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = store.Get("missing")
	}
}
func BenchmarkLookupMissing(b *testing.B) {
	store := benchStore(b)
	b.ReportAllocs()
	for b.Loop() {
		_, _, _ = store.Lookup("missing")
	}
}

// BenchmarkCrossing is a call of C that does next to nothing: what no call of a store can be below.
func BenchmarkCrossing(b *testing.B) {
	for b.Loop() {
		_ = ErrBusy.Base()
	}
}

func BenchmarkSet(b *testing.B) {
	store := benchStore(b)
	b.ReportAllocs()
	value := make([]byte, 100)
	for b.Loop() {
		_ = store.Set("key", value)
	}
}
