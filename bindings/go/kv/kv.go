// Package kv is the key-value package of Spin's SDK for Go, running natively: code that was written for the SDK needs no
// change but that of the import.
//
// Names and results are those of version 3 of the SDK, with OpenStore and Close of version 2. Stores are those of the
// default app ("default" in .spin/sqlite_key_value.db in the current directory, and what the file configures that the
// environment variable RUNTIME_CONFIG_FILE names), or of the app given to [Use]. Errors have the SDK's words, and
// errors.Is finds the sentinels of spinkv in them.
package kv

import (
	"errors"
	"iter"
	"strings"

	spinkv "spinkv.example/bindings/go"
	"spinkv.example/bindings/go/kv/internal/hook"
)

// Use opens all further stores from an app; nil is the default app.
func Use(app *spinkv.App) {
	hook.App.Store(app)
}

// A Store is an open key-value store. One that nothing refers to is closed some time later, and before an open fails because too
// many are open.
type Store struct {
	store *spinkv.Store
}

// Open opens the store with this label.
func Open(label string) (*Store, error) {
	hook.Tell("open", label, "")
	store, err := hook.Open(label)
	if err != nil {
		return nil, worded(err)
	}
	return &Store{store}, nil
}

// OpenDefault opens the store "default".
func OpenDefault() (*Store, error) {
	return Open("default")
}

// OpenStore is Open as version 2 of the SDK calls it.
func OpenStore(name string) (*Store, error) {
	return Open(name)
}

// Close closes the store, as in version 2 of the SDK. Version 3 leaves that to the collector.
func (s *Store) Close() {
	s.tell("close", "")
	_ = s.store.Close()
}

// Set writes the value of a key.
func (s *Store) Set(key string, value []byte) error {
	s.tell("set", key)
	return worded(s.store.Set(key, value))
}

// Get reads the value of a key. It is a slice of no bytes, and no error, where the store does not hold the key, as in
// version 3 of the SDK; Exists tells that from an empty value.
func (s *Store) Get(key string) ([]byte, error) {
	s.tell("get", key)
	value, found, err := s.store.Lookup(key)
	if err != nil {
		return nil, worded(err)
	}
	if !found {
		return []byte{}, nil
	}
	return value, nil
}

// Delete deletes a key, which need not be there.
func (s *Store) Delete(key string) error {
	s.tell("delete", key)
	return worded(s.store.Delete(key))
}

// Exists tells whether the store holds a key.
func (s *Store) Exists(key string) (bool, error) {
	s.tell("exists", key)
	exists, err := s.store.Exists(key)
	return exists, worded(err)
}

// GetKeys iterates over all keys. An error ends it, and comes with the key "".
func (s *Store) GetKeys() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		s.tell("get-keys", "")
		for key, err := range s.store.Keys("") {
			if !yield(key, worded(err)) {
				return
			}
		}
	}
}

func (s *Store) tell(operation, key string) {
	hook.Tell(operation, s.store.Label(), key)
}

// wordedError is an error of spinkv with the words that the SDK has for it.
type wordedError struct {
	error
	words string
}

func (e *wordedError) Error() string {
	return e.words
}

func (e *wordedError) Unwrap() error {
	return e.error
}

// worded gives the errors of Spin's interface that have a name the SDK's words, and leaves others as they are.
func worded(err error) error {
	var failure *spinkv.Error
	if !errors.As(err, &failure) || failure.Status.Base() == spinkv.ErrIO {
		return err
	}
	return &wordedError{err, strings.ReplaceAll(failure.Status.Code(), "-", " ")}
}
