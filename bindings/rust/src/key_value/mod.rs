//! The module `key_value` of Spin's SDK for Rust, as it was in version 1, over a native store: code
//! written for it runs when it imports `spinkv::key_value` in place of `spin_sdk::key_value`.
//!
//! ```
//! use spinkv::key_value::Store;
//! # use spinkv::key_value::recorder::Recorder;
//!
//! fn greet() -> anyhow::Result<Vec<u8>> {
//!     let store = Store::open_default()?;
//!     store.set("mykey", "myvalue")?;
//!     let value = store.get("mykey")?;
//!     Ok(value)
//! }
//! # assert_eq!(Recorder::new()?.record(greet)?, b"myvalue");
//! # Ok::<(), anyhow::Error>(())
//! ```
//!
//! Later versions of the SDK have other shapes: [`v2`] is that of the versions 2 to 5, and [`v6`]
//! that of version 6. All three share the recorder, and may be mixed.
//!
//! Stores are those of the default app ([`crate::open`]); in tests, [`recorder`] puts others in
//! their place and tells which calls were made. [`crate::Store`] has more operations and all
//! errors.

pub mod recorder;
pub mod v2;
pub mod v6;

use std::fmt;

use recorder::{Call, Log};

#[cfg(feature = "json")]
use crate::json;
#[cfg(feature = "json")]
use serde::{Serialize, de::DeserializeOwned};

/// The errors of Spin's interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Too many stores are open.
    StoreTableFull,
    /// No store with that name is configured.
    NoSuchStore,
    /// The store is not granted to the component.
    AccessDenied,
    /// The store is not open.
    InvalidStore,
    /// The store holds no such key.
    NoSuchKey,
    /// Anything else, in a line of text.
    Io(String),
}

impl From<crate::Error> for Error {
    fn from(error: crate::Error) -> Error {
        match error {
            crate::Error::StoreTableFull(_) => Error::StoreTableFull,
            crate::Error::NoSuchStore(_) => Error::NoSuchStore,
            crate::Error::AccessDenied(_) => Error::AccessDenied,
            crate::Error::InvalidStore(_) => Error::InvalidStore,
            crate::Error::NoSuchKey(_) => Error::NoSuchKey,
            other => Error::Io(other.message().to_owned()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Error::StoreTableFull => "too many stores are open",
            Error::NoSuchStore => "no store with that name is configured",
            Error::AccessDenied => "the store is not granted",
            Error::InvalidStore => "the store is not open",
            Error::NoSuchKey => "the store holds no such key",
            Error::Io(message) => message,
        })
    }
}

impl std::error::Error for Error {}

/// An open store. Dropping it closes it.
#[derive(Debug)]
pub struct Store {
    store: crate::Store,
    log: Option<Log>,
}

impl Store {
    /// Opens the store with this name.
    pub fn open(name: impl AsRef<str>) -> Result<Self, Error> {
        let (store, log) = recorder::open(name.as_ref())?;
        Ok(Store { store, log })
    }

    /// Opens the store `default`.
    pub fn open_default() -> Result<Self, Error> {
        Self::open("default")
    }

    /// Reads the value of a key; a missing one is [`Error::NoSuchKey`].
    pub fn get(&self, key: impl AsRef<str>) -> Result<Vec<u8>, Error> {
        let key = key.as_ref();
        self.note(|| Call::Get(key.to_owned()));
        Ok(self.store.get(key)?)
    }

    /// Writes the value of a key, new or over the old one.
    pub fn set(&self, key: impl AsRef<str>, value: impl AsRef<[u8]>) -> Result<(), Error> {
        let (key, value) = (key.as_ref(), value.as_ref());
        self.note(|| Call::Set(key.to_owned(), value.to_owned()));
        Ok(self.store.set(key, value)?)
    }

    /// Deletes a key, which need not be there.
    pub fn delete(&self, key: impl AsRef<str>) -> Result<(), Error> {
        let key = key.as_ref();
        self.note(|| Call::Delete(key.to_owned()));
        Ok(self.store.delete(key)?)
    }

    /// Tells whether a key is there.
    pub fn exists(&self, key: impl AsRef<str>) -> Result<bool, Error> {
        let key = key.as_ref();
        self.note(|| Call::Exists(key.to_owned()));
        Ok(self.store.exists(key)?)
    }

    /// Lists all keys, in byte order.
    pub fn get_keys(&self) -> Result<Vec<String>, Error> {
        self.note(|| Call::GetKeys);
        Ok(self.store.get_keys()?)
    }

    /// Writes a value as JSON text. Recorded as a set, as it is one in Spin.
    ///
    /// What cannot be written as JSON is an [`Error::Io`] in the `anyhow::Error`, and no call.
    #[cfg(feature = "json")]
    pub fn set_json<T: Serialize>(&self, key: impl AsRef<str>, value: &T) -> anyhow::Result<()> {
        let key = key.as_ref();
        let text = json::to_text(key.as_bytes(), value).map_err(Error::from)?;
        self.note(|| Call::Set(key.to_owned(), text.clone()));
        Ok(self.store.set_json_text(key, text).map_err(Error::from)?)
    }

    /// Reads a value that is JSON text, as a `T`. Recorded as a get, as it is one in Spin.
    ///
    /// A missing key is an [`Error::NoSuchKey`] in the `anyhow::Error`, and a value that is not the
    /// JSON of a `T` an [`Error::Io`].
    #[cfg(feature = "json")]
    pub fn get_json<T: DeserializeOwned>(&self, key: impl AsRef<str>) -> anyhow::Result<T> {
        let key = key.as_ref();
        self.note(|| Call::Get(key.to_owned()));
        Ok(self.store.get_json(key).map_err(Error::from)?)
    }

    #[inline]
    fn note(&self, call: impl FnOnce() -> Call) {
        if let Some(log) = &self.log {
            log.add(call());
        }
    }
}
