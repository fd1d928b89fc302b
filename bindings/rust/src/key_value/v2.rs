//! The module `key_value` of Spin's SDK for Rust as it was in its versions 2 to 5: a missing key is
//! `None`, and what is neither of the first three errors is `Other`.
//!
//! ```
//! use spinkv::key_value::v2::Store;
//! # use spinkv::key_value::recorder::Recorder;
//!
//! fn color() -> anyhow::Result<Vec<u8>> {
//!     let store = Store::open_default()?;
//!     let color = store.get("color")?.unwrap_or_else(|| b"red".to_vec());
//!     store.set("last", &color)?;
//!     Ok(color)
//! }
//! # assert_eq!(Recorder::new()?.record(color)?, b"red");
//! # Ok::<(), anyhow::Error>(())
//! ```

use std::fmt;

#[cfg(feature = "json")]
use serde::{Serialize, de::DeserializeOwned};

/// The errors of Spin's interface since its version 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Too many stores are open.
    StoreTableFull,
    /// No store with that label is configured.
    NoSuchStore,
    /// The store is not granted to the component.
    AccessDenied,
    /// Anything else, in a line of text.
    Other(String),
}

impl From<super::Error> for Error {
    fn from(error: super::Error) -> Error {
        match error {
            super::Error::StoreTableFull => Error::StoreTableFull,
            super::Error::NoSuchStore => Error::NoSuchStore,
            super::Error::AccessDenied => Error::AccessDenied,
            other => Error::Other(other.to_string()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::StoreTableFull => super::Error::StoreTableFull.fmt(formatter),
            Error::NoSuchStore => super::Error::NoSuchStore.fmt(formatter),
            Error::AccessDenied => super::Error::AccessDenied.fmt(formatter),
            Error::Other(message) => formatter.write_str(message),
        }
    }
}

impl std::error::Error for Error {}

/// An open store. Dropping it closes it.
#[derive(Debug)]
pub struct Store(pub(super) super::Store);

impl Store {
    /// Opens the store with this label.
    pub fn open(label: &str) -> Result<Self, Error> {
        Ok(Store(super::Store::open(label)?))
    }

    /// Opens the store `default`.
    pub fn open_default() -> Result<Self, Error> {
        Self::open("default")
    }

    /// Reads the value of a key, or gives `None`.
    pub fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        match self.0.get(key) {
            Err(super::Error::NoSuchKey) => Ok(None),
            result => Ok(Some(result?)),
        }
    }

    /// Writes the value of a key, new or over the old one.
    pub fn set(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        Ok(self.0.set(key, value)?)
    }

    /// Deletes a key, which need not be there.
    pub fn delete(&self, key: &str) -> Result<(), Error> {
        Ok(self.0.delete(key)?)
    }

    /// Tells whether a key is there.
    pub fn exists(&self, key: &str) -> Result<bool, Error> {
        Ok(self.0.exists(key)?)
    }

    /// Lists all keys, in byte order.
    pub fn get_keys(&self) -> Result<Vec<String>, Error> {
        Ok(self.0.get_keys()?)
    }

    /// Writes a value as JSON text. Recorded as a set, as it is one in Spin.
    ///
    /// What cannot be written as JSON is an [`Error::Other`] in the `anyhow::Error`, and no call.
    #[cfg(feature = "json")]
    pub fn set_json<T: Serialize>(&self, key: impl AsRef<str>, value: &T) -> anyhow::Result<()> {
        self.0.set_json(key, value).map_err(of_this_version)
    }

    /// Reads a value that is JSON text, as a `T`, or gives `None`. Recorded as a get.
    ///
    /// A value that is not the JSON of a `T` is an [`Error::Other`] in the `anyhow::Error`.
    #[cfg(feature = "json")]
    pub fn get_json<T: DeserializeOwned>(&self, key: impl AsRef<str>) -> anyhow::Result<Option<T>> {
        match self.0.get_json(key) {
            Ok(value) => Ok(Some(value)),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(of_this_version(error)),
        }
    }
}

#[cfg(feature = "json")]
fn is_missing(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(super::Error::NoSuchKey))
}

/// The error that a call of version 1 failed with, as this version has it.
#[cfg(feature = "json")]
fn of_this_version(error: anyhow::Error) -> anyhow::Error {
    match error.downcast::<super::Error>() {
        Ok(error) => Error::from(error).into(),
        Err(other) => other,
    }
}
