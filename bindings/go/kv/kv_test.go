package kv_test

import (
	"errors"
	"maps"
	"net/http/httptest"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	spinkv "spinkv.example/bindings/go"
	"spinkv.example/bindings/go/kv"
	"spinkv.example/bindings/go/kv/kvtest"
)

func ask(method, path, body string) (int, string) {
	answer := httptest.NewRecorder()
	handle(answer, httptest.NewRequest(method, path, strings.NewReader(body)))
	return answer.Code, answer.Body.String()
}

func TestSpinApp(t *testing.T) {
	kvtest.App(t)
	for _, step := range []struct {
		method, path, body string
		code               int
		answer             string
	}{
		{"GET", "/", "", 200, "[]\n"},
		{"GET", "/a", "", 404, "no such page\n"},
		{"PUT", "/a", "one", 201, ""},
		{"PUT", "/b", "two", 201, ""},
		{"GET", "/a", "", 200, "one"},
		{"GET", "/", "", 200, `["/a","/b"]` + "\n"},
		{"DELETE", "/a", "", 200, ""},
		{"HEAD", "/a", "", 404, ""},
		{"HEAD", "/b", "", 200, ""},
	} {
		if code, answer := ask(step.method, step.path, step.body); code != step.code || answer != step.answer {
			t.Errorf("%s %s: %d %q", step.method, step.path, code, answer)
		}
	}
}

func TestSpinAppOfVersion2(t *testing.T) {
	kvtest.App(t, spinkv.StateDir(""), spinkv.WithStore("shop"))
	for want := 1; want <= 3; want++ {
		if visits, err := visit("shop"); visits != want || err != nil {
			t.Error(visits, err)
		}
	}
}

func TestErrorsHaveTheWordsOfTheSDK(t *testing.T) {
	_, err := visit("nowhere")
	if err == nil || err.Error() != "no such store" || !errors.Is(err, spinkv.ErrNoSuchStore) {
		t.Error(err)
	}
	kvtest.App(t)
	store, err := kv.OpenDefault()
	if err != nil {
		t.Fatal(err)
	}
	if err = store.Set(strings.Repeat("k", 257), nil); !errors.Is(err, spinkv.ErrKeyTooLarge) ||
		!strings.Contains(err.Error(), "257") {
		t.Error(err)
	}
	store.Close()
	store.Close()
	for _, err = range store.GetKeys() {
		if err == nil || err.Error() != "invalid store" {
			t.Error(err)
		}
	}
	if _, err = store.Get("key"); !errors.Is(err, spinkv.ErrInvalidStore) {
		t.Error(err)
	}
}

func TestMissingAndEmpty(t *testing.T) {
	app := kvtest.App(t)
	if err := app.Seed(maps.All(map[string][]byte{"empty": {}})); err != nil {
		t.Fatal(err)
	}
	store, err := kv.OpenDefault()
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]bool{"empty": true, "missing": false} {
		value, err := store.Get(key)
		exists, _ := store.Exists(key)
		if value == nil || len(value) != 0 || err != nil || exists != want {
			t.Errorf("%s: %v %v %v", key, value, err, exists)
		}
	}
}

func TestWithoutAnApp(t *testing.T) {
	t.Chdir(t.TempDir())
	if code, _ := ask("PUT", "/a", "one"); code != 201 {
		t.Error(code)
	}
	if _, err := os.Stat(".spin/sqlite_key_value.db"); err != nil {
		t.Error(err)
	}
}

// A handler opens a store for each request and closes none.
func TestForgottenStoresMakeRoom(t *testing.T) {
	kvtest.App(t, spinkv.StateDir(""), spinkv.MaxOpenStores(4))
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for range 20 {
		if code, answer := ask("HEAD", "/a", ""); code != 404 {
			t.Fatal(code, answer)
		}
	}
	var held []*kv.Store
	for range 4 {
		store, err := kv.OpenDefault()
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, store)
	}
	if _, err := kv.OpenDefault(); !errors.Is(err, spinkv.ErrStoreTableFull) {
		t.Error(err)
	}
	for _, store := range held {
		store.Close()
	}
}

func TestUse(t *testing.T) {
	app, err := spinkv.NewApp(spinkv.StateDir(""), spinkv.WithStore("shop"))
	if err != nil {
		t.Fatal(err)
	}
	defer app.Close()
	kv.Use(app)
	_, err = kv.Open("shop")
	kv.Use(nil)
	if _, after := kv.Open("shop"); err != nil || !errors.Is(after, spinkv.ErrNoSuchStore) {
		t.Error(err, after)
	}
}

func TestRecorder(t *testing.T) {
	kvtest.App(t)
	var recorder *kvtest.Recorder
	t.Run("recorded", func(t *testing.T) {
		recorder = kvtest.Record(t)
		ask("GET", "/a", "")
		ask("GET", "/", "")
		want := []kvtest.Call{
			{Operation: "open", Label: "default"}, {Operation: "get", Label: "default", Key: "/a"},
			{Operation: "open", Label: "default"}, {Operation: "get-keys", Label: "default"},
		}
		if calls := recorder.Calls(); !slices.Equal(calls, want) {
			t.Error(calls)
		}
		recorder.Reset()
		ask("HEAD", "/a", "")
		if calls := recorder.Calls(); len(calls) != 2 || calls[1].Operation != "exists" {
			t.Error(calls)
		}
	})
	ask("GET", "/a", "")
	if count := len(recorder.Calls()); count != 2 {
		t.Error("calls are recorded after the test:", count)
	}
}
