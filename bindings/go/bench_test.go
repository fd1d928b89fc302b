package spinkv

import (
	"path/filepath"
	"testing"
	"time"

	"spinkv.example/bindings/go/internal/crossing"
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

// BenchmarkAboveCrossing tells how many nanoseconds calls take beyond one of C with the same arguments and the same copy.
// Each is measured in short turns, of which the best counts, so that what else the machine does changes little.
func BenchmarkAboveCrossing(b *testing.B) {
	const turn = 500
	store := benchStore(b)
	buffer := make([]byte, 100)
	calls := []struct {
		unit string
		do   func()
	}{
		{"crossing-ns", func() { crossing.Copy("key", buffer) }},
		{"GetInto-ns-above", func() { _, _ = store.GetInto("key", buffer) }},
		{"Get-ns-above", func() { kept, _ = store.Get("key") }},
		{"Lookup-ns-above", func() { kept, _, _ = store.Lookup("key") }},
	}
	best := make([]float64, len(calls))
	for b.Loop() {
		for index, call := range calls {
			began := time.Now()
			for range turn {
				call.do()
			}
			took := float64(time.Since(began)) / turn
			if best[index] == 0 || took < best[index] {
				best[index] = took
			}
		}
	}
	b.ReportMetric(best[0], calls[0].unit)
	for index, call := range calls[1:] {
		b.ReportMetric(best[index+1]-best[0], call.unit)
	}
}

// kept makes what a call gives be allocated, as it is for those who keep it.
var kept []byte

func BenchmarkSet(b *testing.B) {
	store := benchStore(b)
	b.ReportAllocs()
	value := make([]byte, 100)
	for b.Loop() {
		_ = store.Set("key", value)
	}
}
