// Opens the default store of the current directory, writes a value and reads it back.
package main

import (
	"fmt"
	"log"

	spinkv "spinkv.example/bindings/go"
)

func main() {
	store, err := spinkv.OpenDefault()
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	if err = store.Set("mykey", []byte("myvalue")); err != nil {
		log.Fatal(err)
	}
	value, err := store.Get("mykey")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(value))
}
