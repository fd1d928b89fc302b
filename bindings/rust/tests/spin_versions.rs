//! Code of Spin apps of each version of the SDK, unchanged but for the import.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use spinkv::App;
use spinkv::key_value::recorder::{Call, Recorder};

/// What a future gives that waits for nothing.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

fn one_store() -> Recorder {
    let app = App::builder().state_dir("").max_open_stores(1);
    Recorder::with_app(app.build().unwrap())
}

/// Version 1.
mod counter {
    use anyhow::Result;
    use spinkv::key_value::Store;

    pub fn load(name: &str) -> Result<Vec<u64>> {
        Store::open_default()?.get_json(name)
    }

    pub fn save(name: String, counts: &[u64]) -> Result<()> {
        Store::open("default")?.set_json(name, &counts)
    }
}

#[test]
fn json_gives_the_error_that_version_1_gave() {
    use spinkv::key_value::Error;
    let recorder = Recorder::new().unwrap();
    recorder.record(|| {
        let missing = counter::load("hits").unwrap_err();
        assert_eq!(missing.downcast_ref(), Some(&Error::NoSuchKey));
        counter::save("hits".to_owned(), &[1, u64::MAX]).unwrap();
        assert_eq!(counter::load("hits").unwrap(), [1, u64::MAX]);
    });
}

#[test]
fn what_cannot_be_written_is_no_call() {
    use spinkv::key_value::{Error, Store};
    let recorder = Recorder::new().unwrap();
    let store = recorder.record(Store::open_default).unwrap();
    let error = store.set_json("key", &f32::NAN).unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(Error::Io(_))));
    assert_eq!(recorder.calls("default"), []);
}

/// Versions 2 to 5.
mod guest_book {
    use anyhow::{Context, Result};
    use serde::{Deserialize, Serialize};
    use spinkv::key_value::v2::{Error, Store};

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    pub struct Guest {
        pub visits: u32,
    }

    pub fn visit(path: &str, body: Vec<u8>) -> Result<(u16, Option<Vec<u8>>)> {
        let store = Store::open_default()?;
        let key = path.to_string();
        let mut guest: Guest = store.get_json(&key)?.unwrap_or_default();
        guest.visits += 1;
        store.set_json(&key, &guest).context("no room")?;
        let last = match store.get("last")? {
            Some(value) => (200, Some(value)),
            None => (404, None),
        };
        store.set("last", &body)?;
        Ok(last)
    }

    pub fn guest(name: &str) -> Result<Option<Guest>> {
        Store::open("default")?.get_json(name)
    }

    pub fn forget(name: &str) -> Result<bool, Error> {
        let store = Store::open_default()?;
        let was_there = store.exists(name)?;
        store.delete(name)?;
        Ok(was_there)
    }

    pub fn names() -> String {
        match Store::open("guests").and_then(|store| store.get_keys()) {
            Ok(keys) => keys.join(","),
            Err(Error::NoSuchStore) => "no such store".to_owned(),
            Err(Error::AccessDenied | Error::StoreTableFull) => "not now".to_owned(),
            Err(Error::Other(message)) => message,
        }
    }
}

#[test]
fn an_app_of_versions_2_to_5_runs() {
    use guest_book::{Guest, forget, guest, names, visit};
    let recorder = one_store();
    recorder.record(|| {
        assert_eq!(visit("ada", b"hi".to_vec()).unwrap(), (404, None));
        let last = Some(b"hi".to_vec());
        assert_eq!(visit("ada", Vec::new()).unwrap(), (200, last));
        assert_eq!(guest("ada").unwrap(), Some(Guest { visits: 2 }));
        assert_eq!(guest("bob").unwrap(), None);
        recorder.reset();
        assert!(forget("ada").unwrap() && !forget("ada").unwrap());
        assert_eq!(names(), "no such store");
    });
    let one = [Call::Exists("ada".into()), Call::Delete("ada".into())];
    assert_eq!(recorder.calls("default"), [one.clone(), one].concat());
}

#[test]
fn errors_are_those_of_version_2() {
    use spinkv::key_value::v2::{Error, Store};
    let recorder = one_store();
    recorder.record(|| {
        let store = Store::open_default().unwrap();
        assert_eq!(Store::open_default().unwrap_err(), Error::StoreTableFull);
        let Err(Error::Other(message)) = store.set("key", &[0; 1_048_577]) else {
            panic!()
        };
        assert!(message.contains("1048577"), "{message}");
        store.set("text", b"{").unwrap();
        let error = store.get_json::<u8>("text").unwrap_err();
        assert!(matches!(error.downcast_ref(), Some(Error::Other(_))));
        let error = store.set_json("nan", &f64::NAN).unwrap_err();
        assert!(matches!(error.downcast_ref(), Some(Error::Other(_))));
    });
}

/// Version 6.
mod links {
    use spinkv::key_value::v6::{Error, Store};

    pub async fn shorten(name: String, url: &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
        let store = Store::open_default().await?;
        let earlier = store.get(&name).await?;
        store.set(name, url).await?;
        store.set_json("count", &1).await?;
        Ok(earlier)
    }

    pub async fn names() -> Result<Vec<String>, Error> {
        let mut keys = Store::open("default").await?.get_keys().await;
        let mut names = Vec::new();
        while let Some(key) = keys.next().await {
            names.push(key);
        }
        keys.result().await?;
        Ok(names)
    }

    pub async fn clean() -> anyhow::Result<Option<u8>> {
        let store = Store::open_default().await?;
        for key in store.get_keys().await.collect().await? {
            if key != "count" && store.exists(&key).await? {
                store.delete(key).await?;
            }
        }
        store.get_json("count").await
    }
}

#[test]
fn an_app_of_version_6_runs() {
    let recorder = one_store();
    recorder.record(|| {
        let shorten = |url| now(links::shorten("spin".to_owned(), url)).unwrap();
        assert_eq!(shorten(b"old"), None);
        assert_eq!(shorten(b"new"), Some(b"old".to_vec()));
        assert_eq!(now(links::names()).unwrap(), ["count", "spin"]);
        assert_eq!(now(links::clean()).unwrap(), Some(1));
        assert_eq!(now(links::names()).unwrap(), ["count"]);
    });
}

#[test]
fn a_store_may_be_opened_at_the_very_end_of_a_thread() {
    use spinkv::key_value::Store;
    struct Last;
    impl Drop for Last {
        fn drop(&mut self) {
            assert!(Store::open("no such label").is_err());
        }
    }
    thread_local!(static LAST: Last = const { Last });
    let ended = std::thread::spawn(|| {
        LAST.with(|_| ());
        Recorder::new().unwrap().record(|| ());
    });
    ended.join().unwrap();
}
