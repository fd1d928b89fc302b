//! Code of Spin apps, unchanged but for the import, and what the recorder tells of it.

use std::thread;

use spinkv::key_value::recorder::{Call, Recorder};
use spinkv::{App, StoreOptions};

/// The first example of Spin's page on its key-value store, as it stands there. Requests and responses
/// are what they were in the SDK of its time.
mod first_example {
    use anyhow::Result;
    use spinkv::key_value::Store;

    type Request = http::Request<Option<bytes::Bytes>>;
    type Response = http::Response<Option<bytes::Bytes>>;

    pub fn handle_request(_req: Request) -> Result<Response> {
        let store = Store::open_default()?;
        store.set("mykey", "myvalue")?;
        let value = store.get("mykey")?;
        Ok(http::Response::builder()
            .status(200)
            .body(Some(value.into()))?)
    }
}

/// An app that keeps lists of things to do.
mod to_do_app {
    use anyhow::{Result, bail};
    use serde::{Deserialize, Serialize};
    use spinkv::key_value::{Error, Store};

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    pub struct List {
        pub items: Vec<String>,
        pub done: u32,
    }

    pub fn handle(method: &str, user: &str, body: &[u8]) -> Result<List> {
        let store = Store::open("lists")?;
        let key = format!("list:{user}");
        let mut list = if store.exists(&key)? {
            store.get_json(&key)?
        } else {
            List::default()
        };
        match method {
            "GET" => {}
            "POST" => list.items.push(String::from_utf8(body.to_vec())?),
            "DELETE" => {
                store.delete(&key)?;
                return Ok(list);
            }
            _ => bail!("no such method"),
        }
        store.set_json(&key, &list)?;
        store.set("last", body)?;
        Ok(list)
    }

    pub fn users() -> Result<Vec<String>, Error> {
        let keys = Store::open("lists")?.get_keys()?;
        Ok(keys
            .iter()
            .filter_map(|key| key.strip_prefix("list:"))
            .map(str::to_owned)
            .collect())
    }

    pub fn last() -> String {
        match Store::open("lists").and_then(|store| store.get("last")) {
            Ok(value) => String::from_utf8_lossy(&value).into_owned(),
            Err(Error::NoSuchKey) => "nothing yet".to_owned(),
            Err(Error::Io(message)) => message,
            Err(error) => format!("{error:?}: {error}"),
        }
    }
}

fn lists() -> Recorder {
    let app = App::builder()
        .state_dir("")
        .store("lists", StoreOptions::new());
    Recorder::with_app(app.build().unwrap())
}

#[test]
fn the_first_example_runs() {
    let recorder = Recorder::new().unwrap();
    let request = http::Request::new(None);
    let response = recorder
        .record(|| first_example::handle_request(request))
        .unwrap();
    assert_eq!(
        (response.status().as_u16(), response.body()),
        (200, &Some("myvalue".into()))
    );
    let set = Call::Set("mykey".to_owned(), b"myvalue".to_vec());
    assert_eq!(
        recorder.calls("default"),
        [set, Call::Get("mykey".to_owned())]
    );
}

#[test]
fn an_app_runs_and_its_calls_are_told() {
    use to_do_app::{List, handle, last, users};
    let recorder = lists();
    let key = "list:ada".to_owned();
    recorder.record(|| {
        assert_eq!(last(), "nothing yet");
        recorder.reset();
        assert_eq!(handle("POST", "ada", b"milk").unwrap().items, ["milk"]);
    });
    let json = br#"{"items":["milk"],"done":0}"#.to_vec();
    let first = [
        Call::Exists(key.clone()),
        Call::Set(key.clone(), json),
        Call::Set("last".to_owned(), b"milk".to_vec()),
    ];
    assert_eq!(recorder.calls("lists"), first);
    assert_eq!(recorder.calls("default"), []);

    recorder.reset();
    recorder.record(|| {
        let list = List {
            items: vec!["milk".to_owned()],
            done: 0,
        };
        assert_eq!(handle("DELETE", "ada", b"").unwrap(), list);
        assert_eq!(users().unwrap(), Vec::<String>::new());
        assert_eq!(last(), "milk");
    });
    let second = [
        Call::Exists(key.clone()),
        Call::Get(key.clone()),
        Call::Delete(key),
        Call::GetKeys,
    ];
    let second = second.into_iter().chain([Call::Get("last".to_owned())]);
    let second: Vec<_> = second.map(|call| ("lists".to_owned(), call)).collect();
    assert_eq!(recorder.all_calls(), second);
    assert_eq!(
        recorder.app().open("lists").unwrap().get("last").unwrap(),
        b"milk"
    );
}

#[test]
fn errors_are_those_of_spin() {
    use spinkv::key_value::{Error, Store};
    Recorder::new().unwrap().record(|| {
        assert_eq!(Store::open("").unwrap_err(), Error::NoSuchStore);
        assert_eq!(
            to_do_app::last(),
            "NoSuchStore: no store with that name is configured"
        );
        let store = Store::open_default().unwrap();
        assert_eq!(store.get("missing").unwrap_err(), Error::NoSuchKey);
        let json = |key| store.get_json::<u8>(key).unwrap_err();
        assert_eq!(json("missing").downcast_ref(), Some(&Error::NoSuchKey));
        store.set("text", "{").unwrap();
        assert!(matches!(json("text").downcast_ref(), Some(Error::Io(_))));
        let nan = store.set_json("nan", &f64::NAN).unwrap_err();
        assert!(nan.to_string().contains("NaN"), "{nan}");
        let Err(Error::Io(message)) = store.set("k", vec![0; 1_048_577]) else {
            panic!()
        };
        assert!(message.contains("1048577"), "{message}");
    });
    let one = App::builder()
        .state_dir("")
        .max_open_stores(1)
        .build()
        .unwrap();
    Recorder::with_app(one).record(|| {
        let _store = Store::open_default().unwrap();
        assert_eq!(Store::open_default().unwrap_err(), Error::StoreTableFull);
    });
    let folder = std::env::temp_dir().join(format!("spinkv-grants-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let manifest = folder.join("spin.toml");
    std::fs::write(&manifest, "spin_manifest_version = 2\n[component.hello]\n").unwrap();
    let app = App::builder()
        .manifest(manifest)
        .runtime_config("")
        .state_dir("")
        .build()
        .unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let recorder = Recorder::with_app(app);
    assert_eq!(
        recorder.record(Store::open_default).unwrap_err(),
        Error::AccessDenied
    );
}

#[test]
fn recorders_do_not_see_each_other() {
    use spinkv::key_value::Store;
    let (one, other) = (Recorder::new().unwrap(), Recorder::new().unwrap());
    let of_one = one.record(|| {
        let inner = other.record(|| Store::open_default().unwrap());
        inner.set("inner", "").unwrap();
        Store::open_default().unwrap()
    });
    // Recorded after the code has ended, and from another thread.
    thread::scope(|scope| scope.spawn(|| of_one.delete("outer")).join().unwrap()).unwrap();
    assert_eq!(one.calls("default"), [Call::Delete("outer".to_owned())]);
    assert_eq!(
        other.calls("default"),
        [Call::Set("inner".to_owned(), Vec::new())]
    );

    let panicked = std::panic::catch_unwind(|| one.record(|| panic!("as tests do")));
    assert!(panicked.is_err());
    other.reset();
    thread::scope(|scope| {
        let shared = &other;
        let open = || shared.record(Store::open_default).unwrap().exists("inner");
        assert!(scope.spawn(open).join().unwrap().unwrap());
    });
    assert_eq!(other.calls("default"), [Call::Exists("inner".to_owned())]);
}
