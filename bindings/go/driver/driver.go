// The driver of Go: answers the requests of the conformance cases, a line each, by the protocol in
// tests/conformance/README.md. It only translates; what is right is decided by whoever asks.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"

	spinkv "spinkv.example/bindings/go"
)

const untouched = 0xa5

var (
	apps   = map[string]*spinkv.App{}
	stores = map[string]*spinkv.Store{}
)

// kinds has the sentinels by name, those first that refine another.
var kinds = []struct {
	name     string
	sentinel error
}{
	{"ErrStoreTableFull", spinkv.ErrStoreTableFull},
	{"ErrNoSuchStore", spinkv.ErrNoSuchStore},
	{"ErrAccessDenied", spinkv.ErrAccessDenied},
	{"ErrInvalidStore", spinkv.ErrInvalidStore},
	{"ErrNoSuchKey", spinkv.ErrNoSuchKey},
	{"ErrInvalidArgument", spinkv.ErrInvalidArgument},
	{"ErrKeyTooLarge", spinkv.ErrKeyTooLarge},
	{"ErrValueTooLarge", spinkv.ErrValueTooLarge},
	{"ErrStoreFull", spinkv.ErrStoreFull},
	{"ErrInvalidJSON", spinkv.ErrInvalidJSON},
	{"ErrNotACounter", spinkv.ErrNotACounter},
	{"ErrInvalidConfig", spinkv.ErrInvalidConfig},
	{"ErrBusy", spinkv.ErrBusy},
	{"ErrReadOnly", spinkv.ErrReadOnly},
	{"ErrCorrupt", spinkv.ErrCorrupt},
	{"ErrNoMemory", spinkv.ErrNoMemory},
	{"ErrUnsupported", spinkv.ErrUnsupported},
	{"ErrIO", spinkv.ErrIO},
}

// words is the answer to a request: nothing, or one or more words, or an error.
type words = []string

var onApps = map[string]func(*request) (words, error){
	"reset":           reset,
	"new_app":         newApp,
	"add_store":       addStore,
	"free_app":        freeApp,
	"grant":           func(r *request) (words, error) { return nil, app(r.word()).Grant(r.text()) },
	"seed":            func(r *request) (words, error) { return nil, app(r.word()).Seed(r.tuples()) },
	"list_stores":     listStores,
	"set_environment": setEnvironment,
	"open":            open,
	"open_default":    openDefault,
}

var onStores = map[string]func(*spinkv.Store, *request) (words, error){
	"close":            func(s *spinkv.Store, _ *request) (words, error) { return nil, s.Close() },
	"get":              get,
	"find":             find,
	"get_into":         getInto,
	"set":              set,
	"delete":           func(s *spinkv.Store, r *request) (words, error) { return nil, s.Delete(r.text()) },
	"exists":           exists,
	"get_keys":         getKeys,
	"iterate":          iterate,
	"list_keys":        listKeys,
	"count":            count,
	"get_many":         getMany,
	"set_many":         func(s *spinkv.Store, r *request) (words, error) { return nil, s.SetMany(r.tuples()) },
	"delete_many":      func(s *spinkv.Store, r *request) (words, error) { return nil, s.DeleteMany(r.texts()...) },
	"increment":        increment,
	"compare_and_swap": compareAndSwap,
	"set_json":         setJSON,
	"get_json":         getJSON,
	"find_json":        findJSON,
	"set_json_text":    setJSONText,
	"get_json_text":    getJSONText,
	"repeat":           repeat,
}

// ---- Apps and opening ----

func app(name string) *spinkv.App {
	found, isThere := apps[name]
	if !isThere {
		panic("no such app: " + name)
	}
	return found
}

func reset(r *request) (words, error) {
	for _, store := range stores {
		_ = store.Close()
	}
	for _, app := range apps {
		_ = app.Close()
	}
	clear(stores)
	clear(apps)
	return nil, os.Chdir(r.text())
}

func newApp(r *request) (words, error) {
	name := r.word()
	var options []spinkv.AppOption
	for _, option := range []func(string) spinkv.AppOption{
		spinkv.Manifest, spinkv.Component, spinkv.RuntimeConfig, spinkv.StateDir,
	} {
		if text := r.optionalText(); text != nil {
			options = append(options, option(*text))
		}
	}
	if count := r.optionalNumber(-1); count >= 0 {
		options = append(options, spinkv.MaxOpenStores(uint32(count)))
	}
	for r.hasMore() {
		label, storeOptions := r.storeWithOptions()
		options = append(options, spinkv.WithStore(label, storeOptions...))
	}
	made, err := spinkv.NewApp(options...)
	if err != nil {
		return nil, err
	}
	apps[name] = made
	warnings, err := made.Warnings()
	return allHex(warnings), err
}

func addStore(r *request) (words, error) {
	to := app(r.word())
	label, options := r.storeWithOptions()
	return nil, to.AddStore(label, options...)
}

func freeApp(r *request) (words, error) {
	name := r.word()
	defer delete(apps, name)
	return nil, app(name).Close()
}

func listStores(r *request) (words, error) {
	listed, err := app(r.word()).Stores()
	var told words
	for _, store := range listed {
		told = append(told, toHex(store.Label), toHex(store.Summary))
	}
	return told, err
}

func setEnvironment(r *request) (words, error) {
	name := r.text()
	if value := r.optionalText(); value != nil {
		return nil, os.Setenv(name, *value)
	}
	return nil, os.Unsetenv(name)
}

func open(r *request) (words, error) {
	name, of, label := r.word(), r.optionalWord(), r.text()
	if of == nil {
		return opened(name)(spinkv.Open(label))
	}
	return opened(name)(app(*of).Open(label))
}

func openDefault(r *request) (words, error) {
	name, of := r.word(), r.optionalWord()
	if of == nil {
		return opened(name)(spinkv.OpenDefault())
	}
	return opened(name)(app(*of).OpenDefault())
}

func opened(name string) func(*spinkv.Store, error) (words, error) {
	return func(store *spinkv.Store, err error) (words, error) {
		if err == nil {
			stores[name] = store
		}
		return nil, err
	}
}

// ---- Stores ----

func get(s *spinkv.Store, r *request) (words, error) {
	value, err := s.Get(r.text())
	return words{toHex(value)}, err
}

func find(s *spinkv.Store, r *request) (words, error) {
	value, found, err := s.Lookup(r.text())
	if found != (value != nil) {
		panic("Lookup gives a value that is not there, or none that is")
	}
	return words{optionalHex(value)}, err
}

func getInto(s *spinkv.Store, r *request) (words, error) {
	key := r.text()
	buffer := bytes.Repeat([]byte{untouched}, int(r.number()))
	size, err := s.GetInto(key, buffer)
	return words{strconv.Itoa(size), toHex(buffer)}, err
}

func set(s *spinkv.Store, r *request) (words, error) {
	key := r.text()
	return nil, s.Set(key, []byte(r.text()))
}

func exists(s *spinkv.Store, r *request) (words, error) {
	there, err := s.Exists(r.text())
	return words{strconv.FormatBool(there)}, err
}

func getKeys(s *spinkv.Store, _ *request) (words, error) {
	keys, err := s.GetKeys()
	return allHex(keys), err
}

func iterate(s *spinkv.Store, _ *request) (words, error) {
	var keys words
	for key, err := range s.Keys("") {
		if err != nil {
			return nil, err
		}
		keys = append(keys, toHex(key))
	}
	return keys, nil
}

func listKeys(s *spinkv.Store, r *request) (words, error) {
	var prefix string
	if text := r.optionalText(); text != nil {
		prefix = *text
	}
	after := r.optionalText()
	keys, err := s.ListKeys(prefix, after, int(r.optionalNumber(-1)))
	return allHex(keys), err
}

func count(s *spinkv.Store, _ *request) (words, error) {
	counted, err := s.Count()
	return words{strconv.Itoa(counted)}, err
}

func getMany(s *spinkv.Store, r *request) (words, error) {
	values, err := s.GetMany(r.texts()...)
	var all words
	for _, value := range values {
		all = append(all, optionalHex(value))
	}
	return all, err
}

func increment(s *spinkv.Store, r *request) (words, error) {
	number, err := s.Increment(r.text(), r.optionalNumber(1))
	return words{strconv.FormatInt(number, 10)}, err
}

func compareAndSwap(s *spinkv.Store, r *request) (words, error) {
	key := r.text()
	var expected []byte
	if text := r.optionalText(); text != nil {
		expected = append([]byte{}, *text...)
	}
	swapped, err := s.CompareAndSwap(key, expected, []byte(r.text()))
	return words{strconv.FormatBool(swapped)}, err
}

func setJSON(s *spinkv.Store, r *request) (words, error) {
	key := r.text()
	var value document
	if err := json.Unmarshal([]byte(r.text()), &value); err != nil {
		return nil, err
	}
	return nil, s.SetJSON(key, value)
}

func getJSON(s *spinkv.Store, r *request) (words, error) {
	var value document
	if err := s.GetJSON(r.text(), &value); err != nil {
		return nil, err
	}
	text, err := json.Marshal(value)
	return words{toHex(text)}, err
}

func findJSON(s *spinkv.Store, r *request) (words, error) {
	var value document
	found, err := s.LookupJSON(r.text(), &value)
	if !found {
		return words{"-"}, err
	}
	text, err := json.Marshal(value)
	return words{toHex(text)}, err
}

func setJSONText(s *spinkv.Store, r *request) (words, error) {
	key := r.text()
	return nil, s.SetJSON(key, json.RawMessage(r.text()))
}

func getJSONText(s *spinkv.Store, r *request) (words, error) {
	var text json.RawMessage
	err := s.GetJSON(r.text(), &text)
	return words{toHex(text)}, err
}

func repeat(s *spinkv.Store, r *request) (words, error) {
	value := bytes.Repeat([]byte("v"), 1000)
	for left := r.number(); left > 0; left-- {
		if err := s.Set("key", value); err != nil {
			return nil, err
		}
		if _, err := s.Get("key"); err != nil {
			return nil, err
		}
		if _, err := s.Get("missing"); !errors.Is(err, spinkv.ErrNoSuchKey) {
			return nil, fmt.Errorf("a missing key is %w", err)
		}
	}
	runtime.GC()
	return nil, nil
}

// ---- Lines ----

func ask(line string) (words, error) {
	r := &request{strings.Fields(line)}
	operation := r.word()
	if do, isThere := onApps[operation]; isThere {
		return do(r)
	}
	do, isThere := onStores[operation]
	if !isThere {
		panic("unknown request: " + operation)
	}
	name := r.word()
	store, isThere := stores[name]
	if !isThere {
		panic("no such store: " + name)
	}
	return do(store, r)
}

func answer(line string) (answered string) {
	defer func() {
		if problem := recover(); problem != nil {
			answered = "broken " + toHex(fmt.Sprint(problem))
		}
	}()
	told, err := ask(line)
	if err == nil {
		return strings.Join(append(words{"ok"}, told...), " ")
	}
	var failure *spinkv.Error
	if !errors.As(err, &failure) {
		return "broken " + toHex(err.Error())
	}
	status := failure.Status
	return strings.Join(words{"error", status.Code(), status.Base().Code(), kindOf(err), toHex(err.Error())}, " ")
}

func kindOf(err error) string {
	for _, kind := range kinds {
		if errors.Is(err, kind.sentinel) {
			return kind.name
		}
	}
	return "none"
}

func main() {
	fmt.Println("without raw-handles", toHex("in Go a store is an object and not a number"))
	fmt.Println("ready 1")
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			return
		}
		if err != nil {
			panic(err)
		}
		fmt.Println(answer(line))
	}
}
