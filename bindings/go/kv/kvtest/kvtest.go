// Package kvtest helps to test code that uses kv: an app for one test, and a record of the calls that were made.
//
// Both change what the whole process does until the test ends, so such tests do not run in parallel.
package kvtest

import (
	"slices"
	"sync"
	"testing"

	spinkv "spinkv.example/bindings/go"
	"spinkv.example/bindings/go/kv/internal/hook"
)

// App makes an app whose stores kv opens until the test ends. Without options its default store is in memory.
func App(t testing.TB, options ...spinkv.AppOption) *spinkv.App {
	t.Helper()
	if len(options) == 0 {
		options = []spinkv.AppOption{spinkv.StateDir("")}
	}
	app, err := spinkv.NewApp(options...)
	if err != nil {
		t.Fatal(err)
	}
	before := hook.App.Swap(app)
	t.Cleanup(func() {
		hook.App.Store(before)
		_ = app.Close()
	})
	return app
}

// A Call is one call of kv.
type Call struct {
	// Operation is its name in Spin's interface: open, close, get, set, delete, exists or get-keys.
	Operation string
	// Label is that of the store.
	Label string
	// Key is "" where the operation has none.
	Key string
}

// A Recorder has the calls that were made since Record, or the last Reset.
type Recorder struct {
	mutex sync.Mutex
	calls []Call
}

// Record records the calls of kv until the test ends.
func Record(t testing.TB) *Recorder {
	recorder := &Recorder{}
	observer := recorder.add
	before := hook.Observer.Swap(&observer)
	t.Cleanup(func() { hook.Observer.Store(before) })
	return recorder
}

// Calls are the calls in the order in which they were made.
func (r *Recorder) Calls() []Call {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return slices.Clone(r.calls)
}

// Reset forgets the calls.
func (r *Recorder) Reset() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.calls = nil
}

func (r *Recorder) add(operation, label, key string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.calls = append(r.calls, Call{operation, label, key})
}
