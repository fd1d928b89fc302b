// Package spinkv is Spin's key-value store as a library: named stores of keys and values, small, durable,
// without a server.
//
//	store, err := spinkv.OpenDefault() // .spin/sqlite_key_value.db in the current directory
//	if err != nil {
//		return err
//	}
//	defer store.Close()
//	err = store.Set("mykey", []byte("myvalue"))
//	value, err := store.Get("mykey") // errors.Is(err, spinkv.ErrNoSuchKey) where it is missing
//
// A store lives in a SQLite file laid out as Spin lays it out, or in memory. Goroutines may share a [Store] and
// an [App], and processes a file. A key is UTF-8 and may be empty or hold NUL; a value is any bytes. A call that
// fails has changed nothing, and its error is an [*Error].
//
// The C library is compiled with the program from the sources in this module, which takes a C and a C++17 compiler
// and the headers of SQLite and toml++. With the build tag spinkv_installed, an installed one is found by pkg-config.
package spinkv
