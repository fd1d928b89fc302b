//! The module `key_value` of Spin's SDK for Rust as it is in its version 6: that of [`v2`],
//! asynchronous, and with keys that come one after the other.
//!
//! Here each call does its work when it is first polled, and never waits for anything else: it may hold
//! the thread for as long as the disk takes, and any executor will do. A recorder sees what is opened in its
//! thread, so the executor runs inside of [`record`](super::recorder::Recorder::record).
//!
//! ```
//! use spinkv::key_value::v6::Store;
//!
//! async fn keys() -> anyhow::Result<Vec<String>> {
//!     let store = Store::open_default().await?;
//!     store.set("mykey", "myvalue").await?;
//!     Ok(store.get_keys().await.collect().await?)
//! }
//! ```

use std::vec;

#[cfg(feature = "json")]
use serde::{Serialize, de::DeserializeOwned};

use super::v2;

pub use super::v2::Error;

/// An open store. Dropping it closes it.
#[derive(Debug)]
pub struct Store(v2::Store);

impl Store {
    /// Opens the store with this label.
    pub async fn open(label: impl AsRef<str>) -> Result<Self, Error> {
        v2::Store::open(label.as_ref()).map(Store)
    }

    /// Opens the store `default`.
    pub async fn open_default() -> Result<Self, Error> {
        v2::Store::open_default().map(Store)
    }

    /// Reads the value of a key, or gives `None`.
    pub async fn get(&self, key: impl AsRef<str>) -> Result<Option<Vec<u8>>, Error> {
        self.0.get(key.as_ref())
    }

    /// Writes the value of a key, new or over the old one.
    pub async fn set(&self, key: impl AsRef<str>, value: impl AsRef<[u8]>) -> Result<(), Error> {
        self.0.set(key.as_ref(), value.as_ref())
    }

    /// Deletes a key, which need not be there.
    pub async fn delete(&self, key: impl AsRef<str>) -> Result<(), Error> {
        self.0.delete(key.as_ref())
    }

    /// Tells whether a key is there.
    pub async fn exists(&self, key: impl AsRef<str>) -> Result<bool, Error> {
        self.0.exists(key.as_ref())
    }

    /// Lists all keys, in byte order.
    pub async fn get_keys(&self) -> Keys {
        let (keys, result) = match self.0.get_keys() {
            Ok(keys) => (keys, Ok(())),
            Err(error) => (Vec::new(), Err(error)),
        };
        let keys = keys.into_iter();
        Keys { keys, result }
    }

    /// Writes a value as JSON text; as [`v2::Store::set_json`].
    #[cfg(feature = "json")]
    pub async fn set_json<T: Serialize>(
        &self,
        key: impl AsRef<str>,
        value: &T,
    ) -> anyhow::Result<()> {
        self.0.set_json(key, value)
    }

    /// Reads a value that is JSON text, as a `T`, or gives `None`; as [`v2::Store::get_json`].
    #[cfg(feature = "json")]
    pub async fn get_json<T: DeserializeOwned>(
        &self,
        key: impl AsRef<str>,
    ) -> anyhow::Result<Option<T>> {
        self.0.get_json(key)
    }
}

/// The keys of a store. Whether they are all is told by [`Keys::result`], or by [`Keys::collect`].
#[derive(Debug)]
pub struct Keys {
    keys: vec::IntoIter<String>,
    result: Result<(), Error>,
}

impl Keys {
    /// The next key, or `None` after the last.
    #[allow(clippy::should_implement_trait)]
    pub async fn next(&mut self) -> Option<String> {
        self.keys.next()
    }

    /// Whether the keys could be listed.
    pub async fn result(self) -> Result<(), Error> {
        self.result
    }

    /// All keys that have not been taken yet.
    pub async fn collect(self) -> Result<Vec<String>, Error> {
        self.result.map(|()| self.keys.collect())
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::key_value::recorder::Recorder;

    fn now<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("it waits"),
        }
    }

    #[test]
    fn keys_that_cannot_be_listed_are_told() {
        let recorder = Recorder::new().unwrap();
        let store = recorder.record(|| now(Store::open_default())).unwrap();
        now(store.set("key", "value")).unwrap();
        store.0.0.store.close();
        let mut keys = now(store.get_keys());
        assert_eq!(now(keys.next()), None);
        assert!(matches!(now(keys.result()), Err(Error::Other(_))));
        assert!(now(now(store.get_keys()).collect()).is_err());
    }
}
