// Package hook is what kv and kvtest share: the app that stores are opened from, and who is told of calls.
package hook

import (
	"sync/atomic"

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

// Open opens a store of the app.
func Open(label string) (*spinkv.Store, error) {
	if app := App.Load(); app != nil {
		return app.Open(label)
	}
	return spinkv.Open(label)
}
