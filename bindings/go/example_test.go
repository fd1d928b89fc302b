package spinkv_test

import (
	"errors"
	"fmt"
	"log"
	"maps"

	spinkv "spinkv.example/bindings/go"
)

// memory opens a store that is gone with the example.
func memory() *spinkv.Store {
	store, err := spinkv.Open("example", spinkv.Path(""))
	if err != nil {
		log.Fatal(err)
	}
	return store
}

func Example() {
	store, err := spinkv.Open("example", spinkv.Path(""), spinkv.MaxEntries(0))
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	if err = store.Set("mykey", []byte("myvalue")); err != nil {
		log.Fatal(err)
	}
	value, err := store.Get("mykey")
	fmt.Println(string(value), err)
	_, err = store.Get("other")
	fmt.Println(errors.Is(err, spinkv.ErrNoSuchKey))
	// Output:
	// myvalue <nil>
	// true
}

func ExampleStore_Lookup() {
	store := memory()
	defer store.Close()
	value, found, err := store.Lookup("color")
	fmt.Println(value, found, err)
	// Output: [] false <nil>
}

func ExampleStore_Keys() {
	store := memory()
	defer store.Close()
	if err := store.SetMany(maps.All(map[string][]byte{"user:1": nil, "user:2": nil, "visits": nil})); err != nil {
		log.Fatal(err)
	}
	for key, err := range store.Keys("user:") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(key)
	}
	// Output:
	// user:1
	// user:2
}

func ExampleStore_SetJSON() {
	type user struct {
		Name string `json:"name"`
		Born int    `json:"born"`
	}
	store := memory()
	defer store.Close()
	if err := store.SetJSON("user", user{"Ada", 1815}); err != nil {
		log.Fatal(err)
	}
	var read user
	err := store.GetJSON("user", &read)
	fmt.Println(read, err)
	// Output: {Ada 1815} <nil>
}

func ExampleNewApp() {
	app, err := spinkv.NewApp(spinkv.StateDir(""), spinkv.WithStore("cache", spinkv.Path("cache.db")))
	if err != nil {
		log.Fatal(err)
	}
	defer app.Close()
	stores, err := app.Stores()
	fmt.Println(len(stores), stores[1], err)
	// Output: 2 {default SQLite in memory} <nil>
}
