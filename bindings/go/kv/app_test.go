package kv_test

// A small Spin app, as it is written for the SDK, but for this import: pages that are kept by their path.

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"spinkv.example/bindings/go/kv"
)

func handle(w http.ResponseWriter, r *http.Request) {
	store, err := kv.OpenDefault()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	switch r.Method {
	case http.MethodPut:
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if err := store.Set(r.URL.Path, body); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusCreated)
	case http.MethodGet:
		if r.URL.Path == "/" {
			listPages(w, store)
			return
		}
		value, err := store.Get(r.URL.Path)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		if len(value) == 0 {
			http.Error(w, "no such page", http.StatusNotFound)
			return
		}
		fmt.Fprintf(w, "%s", value)
	case http.MethodDelete:
		if err := store.Delete(r.URL.Path); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	case http.MethodHead:
		exists, err := store.Exists(r.URL.Path)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		if !exists {
			w.WriteHeader(http.StatusNotFound)
		}
	}
}

func listPages(w http.ResponseWriter, store *kv.Store) {
	pages := []string{}
	for key, err := range store.GetKeys() {
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		pages = append(pages, key)
	}
	_ = json.NewEncoder(w).Encode(pages)
}

// The same with version 2 of the SDK.
func visit(name string) (int, error) {
	store, err := kv.OpenStore(name)
	if err != nil {
		return 0, err
	}
	defer store.Close()
	exists, err := store.Exists("visits")
	if err != nil {
		return 0, err
	}
	var visits int
	if exists {
		value, err := store.Get("visits")
		if err != nil {
			return 0, err
		}
		if err := json.Unmarshal(value, &visits); err != nil {
			return 0, err
		}
	}
	visits++
	value, err := json.Marshal(visits)
	if err != nil {
		return 0, err
	}
	return visits, store.Set("visits", value)
}
