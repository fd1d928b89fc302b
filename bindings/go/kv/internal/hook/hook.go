// Package hook is what kv and kvtest share: the app that stores are opened from, and who is told of calls.
package hook

import (
	"errors"
	"runtime"
	"sync/atomic"
	"time"

	spinkv "spinkv.example/bindings/go"
)

// App is where stores are opened from; nil is the default app.
var App atomic.Pointer[spinkv.App]

// Observer is told of each call before it is made, if there is one.
var Observer atomic.Pointer[func(operation, label, key string)]

// Tell tells the observer of a call.
func Tell(operation, label, key string) {
	if observer := Observer.Load(); observer != nil {
		(*observer)(operation, label, key)
	}
}

// How often it is tried to open a store while forgotten ones are being closed, and the pause in between.
const (
	attempts = 20
	pause    = time.Millisecond
)

// Open opens a store of the app. Code for the SDK closes none, so where too many are open, those that are forgotten are
// collected: it may have forgotten more than the collector has come round to.
func Open(label string) (*spinkv.Store, error) {
	store, err := open(label)
	if !errors.Is(err, spinkv.ErrStoreTableFull) {
		return store, err
	}
	runtime.GC()
	for range attempts {
		// Another goroutine closes what was collected.
		time.Sleep(pause)
		if store, err = open(label); !errors.Is(err, spinkv.ErrStoreTableFull) {
			break
		}
	}
	return store, err
}

func open(label string) (*spinkv.Store, error) {
	if app := App.Load(); app != nil {
		return app.Open(label)
	}
	return spinkv.Open(label)
}
