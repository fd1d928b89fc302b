//! Spin's key-value store as a library: durable tables of keys and values in one SQLite file, with
//! the operations, limits and errors that [Spin](https://spinframework.dev) gives its apps.
//!
//! ```no_run
//! fn main() -> Result<(), spinkv::Error> {
//!     let store = spinkv::open_default()?; // .spin/sqlite_key_value.db
//!     store.set("mykey", "myvalue")?;
//!     println!("{:?}", store.get("mykey")?); // a missing key is Error::NoSuchKey
//!     println!("{:?}", store.find("color")?); // and here it is None
//!     store.increment("visits", 1)?;
//!     for key in &store {
//!         println!("{}", key?);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! - [`open_default`] and [`open`] open stores of the default app, [`StoreOptions::open`] one with
//!   options of its own, [`App`] those of a Spin app, by its manifest and runtime configuration.
//! - [`Store`] has the operations. What fails gives an [`Error`], which has one variant a status.
//! - [`key_value`] is the module of that name in Spin's SDK, to run code written for it natively,
//!   and to see in tests what it did.
//!
//! With the feature `json`, which is on unless it is switched off, [`Store`] reads and writes any
//! type that serde knows. The C library is built with the crate; the feature `system` links one
//! that is installed instead, and the environment variable `SPINKV_LIB_DIR` one in a folder.

mod app;
mod error;
#[cfg(feature = "json")]
mod finite;
#[cfg(feature = "json")]
mod json;
pub mod key_value;
mod keys;
mod memory;
mod options;
mod store;

pub use app::{App, AppBuilder, StoreInfo, open, open_default};
pub use error::{Detail, Error, Result};
pub use keys::Keys;
pub use options::{Durability, OptionValue, StoreOptions};
pub use store::Store;

/// The version of the C library in use, such as `"0.1.0"`.
pub fn version() -> &'static str {
    // SAFETY: gives a constant text.
    let version = unsafe { std::ffi::CStr::from_ptr(spinkv_sys::spinkv_version()) };
    version.to_str().unwrap_or("unknown")
}

/// The examples of the README, which must compile.
#[cfg(all(doctest, feature = "json"))]
#[doc = include_str!("../README.md")]
struct Readme;
