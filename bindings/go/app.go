package spinkv

// #include "calls.h"
import "C"

import (
	"iter"
	"runtime"
	"sync"
)

// An App is the stores of one app: which there are, where they live and which may be opened.
//
// Goroutines may share it. Its stores stay open when it is closed, or gone.
type App struct {
	// mutex is held for reading by every call, and for writing by Close.
	mutex   sync.RWMutex
	app     *C.spinkv_app
	cleanup runtime.Cleanup
}

// An AppOption is what an app is made of.
type AppOption func(*plan)

// plan is what NewApp was told.
type plan struct {
	manifest, component, runtimeConfig, stateDir *string
	maxOpenStores                                *uint32
	stores                                       []plannedStore
}

type plannedStore struct {
	label   string
	options []Option
}

// Manifest is the path of a spin.toml: only what it grants to the component may be opened.
func Manifest(path string) AppOption {
	return func(p *plan) { p.manifest = &path }
}

// Component is the id of the manifest's component that the app is; "*" is the union of all. Without it the manifest must
// have just one.
func Component(id string) AppOption {
	return func(p *plan) { p.component = &id }
}

// RuntimeConfig is the path of a runtime-config.toml. Without it an app with a manifest reads the file that the
// environment variable RUNTIME_CONFIG_FILE names, if it is set; "" means none.
func RuntimeConfig(path string) AppOption {
	return func(p *plan) { p.runtimeConfig = &path }
}

// StateDir is the folder of the default store's file, relative to the directory that is current now; "" puts the store in
// memory. Without it: what the runtime configuration says, else .spin beside the manifest, else .spin in the directory
// that is current when the store is opened.
func StateDir(path string) AppOption {
	return func(p *plan) { p.stateDir = &path }
}

// MaxOpenStores is how many stores of the app may be open at once: 256 unless set, 65,535 at most.
func MaxOpenStores(count uint32) AppOption {
	return func(p *plan) { p.maxOpenStores = &count }
}

// WithStore adds a store, as [App.AddStore] does.
func WithStore(label string, options ...Option) AppOption {
	return func(p *plan) { p.stores = append(p.stores, plannedStore{label, options}) }
}

// NewApp makes an app and checks it. Without options it has the store "default".
//
// It fails with [ErrInvalidConfig], where a file is not TOML or says what is not allowed, [ErrInvalidArgument], where
// there is no such component or none is named where there are several, [ErrNoSuchStore], where the manifest grants a
// store that nothing configures, and [ErrIO].
func NewApp(options ...AppOption) (*App, error) {
	var planned plan
	for _, option := range options {
		option(&planned)
	}
	var failure C.spinkv_error
	var made *C.spinkv_app
	C.spinkv_app_new(&made, &failure)
	if err := checked(&failure); err != nil {
		return nil, err
	}
	app := &App{app: made}
	app.cleanup = runtime.AddCleanup(app, freeApp, made)
	if err := app.build(&planned); err != nil {
		_ = app.Close()
		return nil, err
	}
	return app, nil
}

func freeApp(app *C.spinkv_app) {
	C.spinkv_app_free(app)
}

func (a *App) build(planned *plan) error {
	if planned.maxOpenStores != nil {
		if err := a.setMaxOpenStores(*planned.maxOpenStores); err != nil {
			return err
		}
	}
	if planned.manifest == nil && planned.component != nil {
		return invalidArgument("a component is one of a manifest's: give the manifest too")
	}
	if planned.manifest != nil {
		if err := a.loadManifest(*planned.manifest, planned.component); err != nil {
			return err
		}
	}
	if planned.manifest != nil || planned.runtimeConfig != nil {
		if err := a.loadRuntimeConfig(planned.runtimeConfig); err != nil {
			return err
		}
	}
	for _, store := range planned.stores {
		if err := a.AddStore(store.label, store.options...); err != nil {
			return err
		}
	}
	if planned.stateDir != nil {
		if err := a.setStateDir(*planned.stateDir); err != nil {
			return err
		}
	}
	return a.call(func(app *C.spinkv_app, failure *C.spinkv_error) { C.spinkv_app_check(app, failure) })
}

// AddStore adds a store, or gives "default" a place of its own. Nothing is opened or made yet.
//
// It fails with [ErrInvalidArgument], where an option is unknown or out of its range, or the label is empty or there
// already, and [ErrInvalidConfig], where the type is unknown.
func (a *App) AddStore(label string, options ...Option) error {
	given, err := newOptions(options)
	if err != nil {
		return err
	}
	defer given.free()
	return a.callWithText(&label, func(app *C.spinkv_app, label *C.char, failure *C.spinkv_error) {
		C.spinkv_app_add_store(app, label, &given.options, failure)
	})
}

// Grant grants a store in addition to what the manifest grants. Without a manifest every store may be opened anyway.
func (a *App) Grant(label string) error {
	return a.callWithText(&label, func(app *C.spinkv_app, label *C.char, failure *C.spinkv_error) {
		C.spinkv_app_grant(app, label, failure)
	})
}

// Seed writes tuples to "default", all or nothing, whether or not a component may open it: what "spin up --key-value
// key=value" does. It fails as [App.Open] and [Store.SetMany] do.
func (a *App) Seed(tuples iter.Seq2[string, []byte]) error {
	packed := packTuples(tuples)
	return a.locked(func(app *C.spinkv_app) error {
		done := C.spinkv_go_app_seed(app, chars(packed.block), packed.start(), C.size_t(len(packed.sizes)/2))
		return errorOf(done.failure)
	})
}

// StoreInfo is a store of an app and a line that says where it lives, without any secret.
type StoreInfo struct {
	Label   string
	Summary string
}

// Stores lists all stores in the byte order of their labels, granted or not.
func (a *App) Stores() ([]StoreInfo, error) {
	var labels, summaries C.spinkv_list
	err := a.call(func(app *C.spinkv_app, failure *C.spinkv_error) {
		C.spinkv_app_list_stores(app, &labels, &summaries, failure)
	})
	if err != nil {
		return nil, err
	}
	stores := make([]StoreInfo, labels.count)
	lines := takeTexts(&summaries)
	for index, label := range takeTexts(&labels) {
		stores[index] = StoreInfo{label, lines[index]}
	}
	return stores, nil
}

// Warnings lists what is doubtful in the runtime configuration, a line each.
func (a *App) Warnings() ([]string, error) {
	var warnings C.spinkv_list
	err := a.call(func(app *C.spinkv_app, failure *C.spinkv_error) {
		C.spinkv_app_list_warnings(app, &warnings, failure)
	})
	if err != nil {
		return nil, err
	}
	return takeTexts(&warnings), nil
}

// Open opens the store with exactly this label. The file and missing folders are made.
//
// It fails with [ErrAccessDenied], where the store is not granted, whether or not it exists, [ErrNoSuchStore],
// [ErrUnsupported], [ErrStoreTableFull], [ErrCorrupt], where the file is no database or its table has another shape,
// [ErrBusy], [ErrReadOnly] and [ErrIO].
func (a *App) Open(label string) (store *Store, err error) {
	err = a.locked(func(app *C.spinkv_app) error {
		store, err = openStore(app, label)
		return err
	})
	return store, err
}

// OpenDefault opens the store with the label "default".
func (a *App) OpenDefault() (*Store, error) {
	return a.Open("default")
}

// Close frees the app. Its stores stay open. Closing it again does nothing; other calls are [ErrInvalidArgument] then. An
// app that nothing refers to is freed some time later. The error is always nil, and makes the app an [io.Closer].
func (a *App) Close() error {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.app != nil {
		a.cleanup.Stop()
		freeApp(a.app)
		a.app = nil
	}
	return nil
}

// Open opens a store: without options one of the default app, which has "default" and what the file configures that the
// environment variable RUNTIME_CONFIG_FILE names; with options a store of its own.
//
// It fails as [App.AddStore] and [App.Open] do.
func Open(label string, options ...Option) (*Store, error) {
	if len(options) == 0 {
		return openStore(nil, label)
	}
	app, err := NewApp(WithStore(label, options...))
	if err != nil {
		return nil, err
	}
	defer app.Close()
	return app.Open(label)
}

// OpenDefault opens the store "default", in .spin/sqlite_key_value.db in the current directory. With options it stays
// there unless they say where else it is.
func OpenDefault(options ...Option) (*Store, error) {
	return Open("default", options...)
}

func (a *App) setMaxOpenStores(count uint32) error {
	return a.call(func(app *C.spinkv_app, failure *C.spinkv_error) {
		C.spinkv_app_set_max_open_stores(app, C.uint32_t(count), failure)
	})
}

func (a *App) loadManifest(path string, component *string) error {
	id, err := optionalText(component)
	if err != nil {
		return err
	}
	defer id.free()
	return a.callWithText(&path, func(app *C.spinkv_app, path *C.char, failure *C.spinkv_error) {
		C.spinkv_app_load_manifest(app, path, id.pointer, failure)
	})
}

func (a *App) loadRuntimeConfig(path *string) error {
	return a.callWithText(path, func(app *C.spinkv_app, path *C.char, failure *C.spinkv_error) {
		C.spinkv_app_load_runtime_config(app, path, failure)
	})
}

func (a *App) setStateDir(path string) error {
	return a.callWithText(&path, func(app *C.spinkv_app, path *C.char, failure *C.spinkv_error) {
		C.spinkv_app_set_state_dir(app, path, failure)
	})
}

// locked does something with the app of C while nobody closes it.
func (a *App) locked(do func(*C.spinkv_app) error) error {
	a.mutex.RLock()
	defer a.mutex.RUnlock()
	if a.app == nil {
		return invalidArgument("the app has been closed")
	}
	return do(a.app)
}

// call makes a call of C that fills an error.
func (a *App) call(do func(*C.spinkv_app, *C.spinkv_error)) error {
	return a.locked(func(app *C.spinkv_app) error {
		var failure C.spinkv_error
		do(app, &failure)
		return checked(&failure)
	})
}

// callWithText is call with a text, which may be nil.
func (a *App) callWithText(given *string, do func(*C.spinkv_app, *C.char, *C.spinkv_error)) error {
	text, err := optionalText(given)
	if err != nil {
		return err
	}
	defer text.free()
	return a.call(func(app *C.spinkv_app, failure *C.spinkv_error) { do(app, text.pointer, failure) })
}
