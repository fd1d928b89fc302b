package main

// A pair is what is written.
type pair struct {
	key   string
	value []byte
}

// terms are how a store is opened.
type terms struct {
	path     string
	synced   bool
	uncached bool
}

// A peer is a store with the loops that are timed, each call written as a user would write it.
type peer interface {
	// get reads each key, and adds up the sizes of the values.
	get(keys []string) (int, error)
	set(pairs []pair) error
	// setMany writes all or none.
	setMany(pairs []pair) error
	read(key string) ([]byte, error)
	close() error
}

// A kind is what a peer tells of itself, and how it is opened; "" where it does not offer a durability.
type kind struct {
	version, full, normal string
	open                  func(terms) (peer, error)
}

var kinds = map[string]kind{
	"spinkv":        spinkvKind,
	"bbolt":         bboltKind,
	"go-sqlite3":    sqliteKind,
	"bare cgo call": floorKind,
}
