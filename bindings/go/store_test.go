package spinkv

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// newStore opens a store in a file of its own, which is closed at the end of the test.
func newStore(t testing.TB, options ...Option) *Store {
	t.Helper()
	path := Path(filepath.Join(t.TempDir(), "store.db"))
	store, err := Open("test", append([]Option{path, Durability(Normal)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func must[T any](t testing.TB) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func TestCloseAgainAndUseAfterwards(t *testing.T) {
	store := newStore(t)
	for range 3 {
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var value any
	calls := map[string]error{
		"Set":         store.Set("key", nil),
		"Delete":      store.Delete("key"),
		"SetMany":     store.SetMany(maps.All(map[string][]byte{"key": nil})),
		"DeleteMany":  store.DeleteMany("key"),
		"SetJSON":     store.SetJSON("key", 1),
		"GetJSON":     store.GetJSON("key", &value),
		"Get":         second(store.Get("key")),
		"GetInto":     second(store.GetInto("key", nil)),
		"Exists":      second(store.Exists("key")),
		"GetKeys":     second(store.GetKeys()),
		"GetMany":     second(store.GetMany("key")),
		"Count":       second(store.Count()),
		"Increment":   second(store.Increment("key", 1)),
		"CompareSwap": second(store.CompareAndSwap("key", nil, nil)),
		"LookupJSON":  second(store.LookupJSON("key", &value)),
	}
	_, _, calls["Lookup"] = store.Lookup("key")
	for _, err := range store.Keys("") {
		calls["Keys"] = err
	}
	for name, err := range calls {
		if !errors.Is(err, ErrInvalidStore) {
			t.Errorf("%s on a closed store: %v", name, err)
		}
	}
	if len(calls) != 17 {
		t.Errorf("%d calls", len(calls))
	}
}

func second[T any](_ T, err error) error {
	return err
}

func TestZeroStoreIsClosed(t *testing.T) {
	var store Store
	if err := store.Set("key", nil); !errors.Is(err, ErrInvalidStore) {
		t.Error(err)
	}
	if err := store.Close(); err != nil {
		t.Error(err)
	}
}

// A store that nothing refers to gives its place to another.
func TestCollectedStoreIsClosed(t *testing.T) {
	app := must[*App](t)(NewApp(StateDir(""), MaxOpenStores(4)))
	defer app.Close()
	for range 4 {
		must[*Store](t)(app.OpenDefault())
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		runtime.GC()
		store, err := app.OpenDefault()
		if err == nil {
			_ = store.Close()
			return
		}
		if !errors.Is(err, ErrStoreTableFull) || time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestAppClosedAgainAndUsedAfterwards(t *testing.T) {
	app := must[*App](t)(NewApp(StateDir("")))
	store := must[*Store](t)(app.OpenDefault())
	defer store.Close()
	for range 3 {
		if err := app.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for name, err := range map[string]error{
		"Open":     second(app.Open("default")),
		"AddStore": app.AddStore("more"),
		"Grant":    app.Grant("more"),
		"Seed":     app.Seed(maps.All(map[string][]byte{})),
		"Stores":   second(app.Stores()),
		"Warnings": second(app.Warnings()),
	} {
		if !errors.Is(err, ErrInvalidArgument) {
			t.Errorf("%s of a closed app: %v", name, err)
		}
	}
	if err := store.Set("key", []byte("value")); err != nil {
		t.Error("the app's store is closed with it:", err)
	}
}

func TestGoroutinesShareAStore(t *testing.T) {
	store := newStore(t)
	const goroutines, times = 8, 200
	var group sync.WaitGroup
	for range goroutines {
		group.Add(1)
		go func() {
			defer group.Done()
			for range times {
				if _, err := store.Increment("counter", 1); err != nil {
					t.Error(err)
				}
				if _, err := store.Get("counter"); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	group.Wait()
	if number := must[int64](t)(store.Increment("counter", 0)); number != goroutines*times {
		t.Error(number)
	}
}

// Closing under calls of others lets each of them finish or fail as on a closed store.
func TestCloseWhileOthersUseIt(t *testing.T) {
	for range 20 {
		store := newStore(t)
		app := must[*App](t)(NewApp(StateDir("")))
		var group sync.WaitGroup
		for index := range 4 {
			group.Add(1)
			go func() {
				defer group.Done()
				for range 50 {
					if err := store.Set("key", make([]byte, index)); err != nil && !errors.Is(err, ErrInvalidStore) {
						t.Error(err)
					}
					if _, err := app.Stores(); err != nil && !errors.Is(err, ErrInvalidArgument) {
						t.Error(err)
					}
				}
			}()
		}
		_ = store.Close()
		_ = app.Close()
		group.Wait()
	}
}

func TestValuesOfAllSizes(t *testing.T) {
	sizes := []int{0, 1, smallBytes - 1, smallBytes, smallBytes + 1, mediumBytes, mediumBytes + 1, 1 << 20}
	for _, size := range sizes {
		value := bytes.Repeat([]byte{0xff, 0}, size)[:size]
		reads := map[string]func(*Store) ([]byte, error){
			"Get": func(s *Store) ([]byte, error) { return s.Get("key") },
			"Lookup": func(s *Store) ([]byte, error) {
				value, found, err := s.Lookup("key")
				if !found {
					t.Errorf("%d bytes are not found", size)
				}
				return value, err
			},
			"GetMany": func(s *Store) ([]byte, error) {
				many, err := s.GetMany("missing", "key")
				if err == nil && many[0] != nil {
					t.Errorf("a missing key is %v", many[0])
				}
				return many[1], err
			},
		}
		for name, read := range reads {
			store := newStore(t)
			if err := store.Set("key", value); err != nil {
				t.Fatal(err)
			}
			for _, when := range []string{"at first", "again"} {
				if got := must[[]byte](t)(read(store)); got == nil || !bytes.Equal(got, value) {
					t.Errorf("%s gives %d bytes as %d %s", name, size, len(got), when)
				}
			}
		}
	}
}

// What a call gives is the caller's own.
func TestValuesAreCopies(t *testing.T) {
	store := newStore(t)
	given := []byte("value")
	if err := store.Set("key", given); err != nil {
		t.Fatal(err)
	}
	clear(given)
	clear(must[[]byte](t)(store.Get("key")))
	if got := must[[]byte](t)(store.Get("key")); string(got) != "value" {
		t.Errorf("%q", got)
	}
}

func TestNilAndEmptyAreDifferentWhenExpected(t *testing.T) {
	store := newStore(t)
	for _, step := range []struct {
		expected []byte
		swapped  bool
	}{{[]byte{}, false}, {nil, true}, {nil, false}, {[]byte{}, true}} {
		if swapped := must[bool](t)(store.CompareAndSwap("key", step.expected, nil)); swapped != step.swapped {
			t.Errorf("%#v is expected: %v", step.expected, swapped)
		}
	}
}

func TestLoopMayWriteAndBreak(t *testing.T) {
	store := newStore(t)
	for index := range 2*iterationPage + 1 {
		if err := store.Set(string(rune('a'+index)), nil); err != nil {
			t.Fatal(err)
		}
	}
	var met []string
	for key, err := range store.Keys("") {
		if err != nil {
			t.Fatal(err)
		}
		met = append(met, key)
		if err = store.Delete(key); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.IsSorted(met) || len(met) != 2*iterationPage+1 || must[int](t)(store.Count()) != 0 {
		t.Errorf("%d keys met", len(met))
	}
	if err := store.SetMany(maps.All(map[string][]byte{"": nil, "x": nil})); err != nil {
		t.Fatal(err)
	}
	for key, err := range store.Keys("") {
		if key != "" || err != nil {
			t.Errorf("%q, %v", key, err)
		}
		break
	}
	first := ""
	if keys := must[[]string](t)(store.ListKeys("", &first, -1)); !slices.Equal(keys, []string{"x"}) {
		t.Error("after the empty key come", keys)
	}
}

func TestNULInLabelPathAndOption(t *testing.T) {
	for name, err := range map[string]error{
		"label":  second(Open("de\x00fault")),
		"path":   second(Open("test", Path("a\x00b"))),
		"option": second(Open("test", With("pa\x00th", ""))),
		"type":   second(Open("test", With("path", 1.5))),
		"state":  second(NewApp(StateDir("a\x00b"))),
	} {
		if !errors.Is(err, ErrInvalidArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMessageOfAnOddOptionIsOneLine(t *testing.T) {
	_, err := Open("test", With("max\nentries", 1.5))
	if !errors.Is(err, ErrInvalidArgument) || strings.Contains(err.Error(), "\n") {
		t.Error(err)
	}
}

func TestPrintedOptionsKeepSecrets(t *testing.T) {
	options := []Option{With("url", "redis://user:secret@host")}
	if said := fmt.Sprintf("%v %+v %#v %s", options, options, options, options[0]); strings.Contains(said, "secret") {
		t.Error(said)
	}
}

func TestBusyTimeout(t *testing.T) {
	path := Path(filepath.Join(t.TempDir(), "store.db"))
	for _, timeout := range []time.Duration{-time.Second, -time.Nanosecond, math.MaxInt64, math.MinInt64} {
		if _, err := Open("test", path, BusyTimeout(timeout)); !errors.Is(err, ErrInvalidArgument) {
			t.Error(timeout, err)
		}
	}
	if met := BusyTimeout(time.Microsecond); met != BusyTimeout(time.Millisecond) {
		t.Error(met)
	}
	store := must[*Store](t)(Open("test", path, BusyTimeout(24*time.Hour)))
	_ = store.Close()
}

func TestHotCallsAllocateTheirResultAlone(t *testing.T) {
	store := newStore(t)
	value := make([]byte, 100)
	buffer := make([]byte, 200)
	if err := store.Set("key", value); err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]struct {
		want float64
		do   func() error
	}{
		"Set":     {0, func() error { return store.Set("key", value) }},
		"Get":     {1, func() error { return second(store.Get("key")) }},
		"GetInto": {0, func() error { return second(store.GetInto("key", buffer)) }},
		"Exists":  {0, func() error { return second(store.Exists("key")) }},
	} {
		met := testing.AllocsPerRun(100, func() {
			if err := call.do(); err != nil {
				t.Error(err)
			}
		})
		if met > call.want {
			t.Errorf("%s allocates %v times", name, met)
		}
	}
}
