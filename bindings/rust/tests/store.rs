//! What only Rust can do wrong: what is closed, dropped, shared by threads, borrowed or too large
//! for the stack, and errors on their way through the language.

use std::collections::{BTreeMap, HashMap};
use std::error::Error as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use spinkv::{App, Durability, Error, Store, StoreOptions};

/// A new folder, which goes with the value.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("spinkv-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

fn app() -> App {
    App::builder().state_dir("").build().unwrap()
}

fn store() -> Store {
    app().open_default().unwrap()
}

#[test]
fn stores_and_apps_may_go_to_other_threads_and_be_shared() {
    fn check<T: Send + Sync + 'static>() {}
    check::<Store>();
    check::<App>();
    check::<Error>();
    check::<StoreOptions>();
    check::<spinkv::key_value::Store>();
    check::<spinkv::key_value::recorder::Recorder>();
}

#[test]
fn a_result_is_no_larger_than_a_vector() {
    assert_eq!(size_of::<spinkv::Result<Vec<u8>>>(), size_of::<Vec<u8>>());
}

#[test]
fn closing_again_and_dropping_closes_no_other_store() {
    let app = app();
    let first = app.open_default().unwrap();
    first.close();
    let second = app.open_default().unwrap();
    first.close();
    drop(first);
    second.set("key", "value").unwrap();
    assert_eq!(second.get("key").unwrap(), b"value");
}

#[test]
fn everything_fails_after_close() {
    fn refused<T: std::fmt::Debug>(result: Result<T, Error>) {
        assert!(matches!(result, Err(Error::InvalidStore(_))), "{result:?}");
    }
    let store = store();
    store.set("key", "value").unwrap();
    let mut keys = store.keys();
    store.close();
    refused(keys.next().unwrap());
    assert!(keys.next().is_none());
    refused(store.get("key"));
    refused(store.find("key"));
    refused(store.get_into("key", &mut [0; 8]));
    refused(store.set("key", "value"));
    refused(store.delete("key"));
    refused(store.exists("key"));
    refused(store.count());
    refused(store.get_keys());
    refused(store.list_keys("", None, None));
    refused(store.get_many(["key"]));
    refused(store.set_many([("key", "value")]));
    refused(store.delete_many(["key"]));
    refused(store.increment("key", 1));
    refused(store.compare_and_swap("key", None, "value"));
    refused(store.set_json_text("key", "1"));
    refused(store.get_json_text("key"));
    #[cfg(feature = "json")]
    refused(store.find_json::<u8>("key"));
}

#[test]
fn dropping_closes() {
    let app = App::builder()
        .state_dir("")
        .max_open_stores(1)
        .build()
        .unwrap();
    for _ in 0..3 {
        let store = app.open_default().unwrap();
        assert!(matches!(app.open_default(), Err(Error::StoreTableFull(_))));
        let handle = store.as_raw();
        drop(store);
        assert!(matches!(
            Store::from_raw(handle).count(),
            Err(Error::InvalidStore(_))
        ));
    }
}

#[test]
fn a_store_outlives_its_app() {
    let app = app();
    let store = app.open_default().unwrap();
    store.set("key", "value").unwrap();
    drop(app);
    assert_eq!(store.get("key").unwrap(), b"value");
}

#[test]
fn threads_share_a_store_and_none_is_lost() {
    let store = store();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..500 {
                    store.increment("counter", 1).unwrap();
                    store.get("counter").unwrap();
                }
            });
        }
    });
    assert_eq!(store.increment("counter", 0).unwrap(), 4000);
}

#[test]
fn a_close_in_another_thread_ends_calls_well() {
    for _ in 0..50 {
        let store = store();
        let closed = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    loop {
                        let was_closed = closed.load(Ordering::SeqCst);
                        match store.set("key", "value") {
                            Ok(()) => assert!(!was_closed),
                            Err(Error::InvalidStore(_)) => return,
                            Err(error) => panic!("{error:?}"),
                        }
                    }
                });
            }
            thread::yield_now();
            store.close();
            closed.store(true, Ordering::SeqCst);
        });
    }
}

#[test]
fn a_store_moves_to_a_thread_that_drops_it() {
    let app = app();
    let store = app.open_default().unwrap();
    let handle = store.as_raw();
    thread::spawn(move || store.set("key", "value").unwrap())
        .join()
        .unwrap();
    assert!(matches!(
        Store::from_raw(handle).count(),
        Err(Error::InvalidStore(_))
    ));
    assert_eq!(app.open_default().unwrap().get("key").unwrap(), b"value");
}

#[test]
fn values_around_the_size_of_the_stack_buffer_are_whole() {
    let folder = Folder::new("sizes");
    let file = StoreOptions::new()
        .path(folder.0.join("sizes.db"))
        .open("sizes")
        .unwrap();
    for store in [store(), file] {
        for size in [0, 1, 1023, 1024, 1025, 4096, 1_048_576] {
            let value: Vec<u8> = (0..size).map(|index| (index % 251) as u8).collect();
            store.set("key", &value).unwrap();
            for _ in 0..2 {
                assert_eq!(store.get("key").unwrap(), value);
            }
            let mut exact = vec![0; size];
            assert_eq!(store.get_into("key", &mut exact).unwrap(), size);
            assert_eq!(exact, value);
        }
    }
}

#[test]
fn a_value_that_grows_between_two_looks_is_whole() {
    let folder = Folder::new("growing");
    let options = StoreOptions::new().path(folder.0.join("growing.db"));
    let store = options
        .durability(Durability::Normal)
        .open("growing")
        .unwrap();
    let small = vec![b's'; 1500];
    let large = vec![b'l'; 3000];
    store.set("key", &small).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..3000 {
                store.set("key", &large).unwrap();
                store.set("key", &small).unwrap();
            }
            done.store(true, Ordering::SeqCst);
        });
        while !done.load(Ordering::SeqCst) {
            let value = store.get("key").unwrap();
            assert!(value == small || value == large, "{} bytes", value.len());
        }
    });
}

#[test]
fn keys_and_values_may_be_of_any_kind_of_bytes() {
    let store = store();
    store.set("str", String::from("string")).unwrap();
    store.set(String::from("string"), b"array").unwrap();
    store.set(b"array", vec![0, 255]).unwrap();
    store
        .set(vec![0xf0, 0x9f, 0x94, 0x91, 0], &[0_u8; 0][..])
        .unwrap();
    assert_eq!(store.get("\u{1f511}\0").unwrap(), b"");
    assert_eq!(
        store.get_keys().unwrap(),
        ["array", "str", "string", "\u{1f511}\0"]
    );
    let map = HashMap::from([("a", 1_u8.to_le_bytes())]);
    store.set_many(&map).unwrap();
    let tree = BTreeMap::from([(String::from("b"), vec![2])]);
    store.set_many(tree).unwrap();
    assert_eq!(
        store.get_many(["a", "b"]).unwrap(),
        [Some(vec![1]), Some(vec![2])]
    );
    store.delete_many(map.keys()).unwrap();
    assert_eq!(store.get_many(vec![String::from("a")]).unwrap(), [None]);
    assert_eq!(
        store.get_many([[0xff]]).unwrap_err().code(),
        "invalid-argument"
    );
    store.delete_many([""; 0]).unwrap();
    assert!(store.compare_and_swap("empty", None, "").unwrap());
    assert!(!store.compare_and_swap("empty", None, "x").unwrap());
    assert_eq!(
        store.get_many(["empty", "none"]).unwrap(),
        [Some(vec![]), None]
    );
    assert!(store.compare_and_swap("empty", Some(b""), "x").unwrap());
}

#[test]
fn iteration_goes_over_pages_and_what_is_written_meanwhile() {
    let store = StoreOptions::new().max_entries(0).open("many").unwrap();
    assert_eq!(store.keys().count(), 0);
    for count in [256, 257, 512, 700] {
        let numbers = (0..count).map(|number| (format!("k{number:04}"), [0_u8; 0]));
        store.set_many(numbers).unwrap();
        let keys: Vec<String> = store.keys().collect::<Result<_, _>>().unwrap();
        assert_eq!(keys, store.get_keys().unwrap());
        assert_eq!(keys.len(), count);
    }
    let mut met = 0;
    for key in &store {
        store.delete(key.unwrap()).unwrap();
        met += 1;
    }
    assert_eq!((met, store.count().unwrap()), (700, 0));
}

#[test]
fn errors_tell_code_name_and_message_and_pass_for_any_error() {
    let error = store().get("nothing").unwrap_err();
    assert_eq!(
        (error.code(), error.spin_name(), error.status()),
        ("no-such-key", "no-such-key", 5)
    );
    assert!(error.message().contains("nothing"));
    assert_eq!(error.to_string(), error.message());
    assert!(error.source().is_none());
    assert_eq!(error, error.clone());
    let boxed: Box<dyn std::error::Error + Send + Sync> = error.into();
    assert!(matches!(boxed.downcast_ref(), Some(Error::NoSuchKey(_))));

    let folder = Folder::new("no-database");
    let path = folder.0.join("text.db");
    std::fs::write(
        &path,
        "this is no database, but it is long enough to look at".repeat(20),
    )
    .unwrap();
    let error = StoreOptions::new().path(path).open("text").unwrap_err();
    assert!(matches!(error, Error::Corrupt(_)), "{error:?}");
    assert_eq!(error.engine_code(), 26);
}

#[test]
fn options_are_checked_and_do_what_they_say() {
    let folder = Folder::new("options");
    let path = folder.0.join("deep").join("store.db");
    let options = StoreOptions::new()
        .path(&path)
        .durability(Durability::Normal)
        .busy_timeout_ms(10)
        .max_key_bytes(3)
        .max_value_bytes(4)
        .max_entries(1)
        .cache_bytes(0);
    let store = options.open("small").unwrap();
    assert!(matches!(store.set("four", ""), Err(Error::KeyTooLarge(_))));
    assert!(matches!(
        store.set("key", "12345"),
        Err(Error::ValueTooLarge(_))
    ));
    store.set("key", "1234").unwrap();
    assert!(matches!(store.set("2nd", ""), Err(Error::StoreFull(_))));
    let reader = StoreOptions::new()
        .path(&path)
        .read_only(true)
        .open("small")
        .unwrap();
    assert!(matches!(reader.delete("key"), Err(Error::ReadOnly(_))));

    let invalid = |options: StoreOptions| {
        let error = options.open("label").unwrap_err();
        assert!(matches!(error, Error::InvalidArgument(_)), "{error:?}");
        error.message().to_owned()
    };
    assert!(invalid(StoreOptions::new().set("max_entires", 1)).contains("max_entries"));
    invalid(StoreOptions::new().set("max_entries", true));
    invalid(StoreOptions::new().set("path", "nul\0inside"));
    invalid(StoreOptions::new().set("nul\0inside", 1));
    invalid(StoreOptions::new().set("max_value_bytes", -1));
    invalid(StoreOptions::new().busy_timeout_ms(u32::MAX));
    let error = StoreOptions::new()
        .set("type", "tape")
        .open("label")
        .unwrap_err();
    assert!(matches!(error, Error::InvalidConfig(_)), "{error:?}");
    for label in ["", "nul\0inside"] {
        let error = StoreOptions::new().open(label).unwrap_err();
        assert!(matches!(error, Error::InvalidArgument(_)), "{error:?}");
    }
    let error = App::builder().component("alone").build().unwrap_err();
    assert!(matches!(error, Error::InvalidArgument(_)), "{error:?}");
}

#[test]
fn no_secret_is_shown() {
    let redis = StoreOptions::new()
        .set("type", "redis")
        .set("url", "redis://user:hunter2@host");
    let builder = App::builder()
        .state_dir("")
        .store("far", redis.clone().max_entries(7));
    let shown = format!(
        "{redis:?} {builder:?} {:?}",
        builder.build().unwrap().stores()
    );
    assert!(
        shown.contains("redis") && shown.contains("url: ...") && shown.contains("7"),
        "{shown}"
    );
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn the_version_is_that_of_the_crate() {
    assert_eq!(spinkv::version(), env!("CARGO_PKG_VERSION"));
}
