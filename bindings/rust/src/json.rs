//! JSON as serde has it.

use std::any::type_name;

use serde::Serialize;
use serde::de::DeserializeOwned;
use spinkv_sys as sys;

use crate::error::{Error, Result, unless_missing};
use crate::finite::Finite;
use crate::store::Store;

/// How much of a key is shown in a message.
const SHOWN_CHARS: usize = 40;

/// JSON, with the feature `json`.
impl Store {
    /// Writes a value as compact JSON text.
    ///
    /// Fails with [`Error::InvalidJson`] (NaN or infinity, a map whose keys are no texts, what the
    /// value's own `Serialize` refuses), and as [`Store::set`] does.
    ///
    /// ```
    /// # let store = spinkv::App::builder().state_dir("").build()?.open_default()?;
    /// #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
    /// struct User {
    ///     name: String,
    ///     born: u16,
    /// }
    ///
    /// let ada = User { name: "Ada".into(), born: 1815 };
    /// store.set_json("user", &ada)?;
    /// assert_eq!(store.get("user")?, br#"{"name":"Ada","born":1815}"#);
    /// assert_eq!(store.get_json::<User>("user")?, ada);
    /// # Ok::<(), spinkv::Error>(())
    /// ```
    pub fn set_json<T: Serialize + ?Sized>(&self, key: impl AsRef<[u8]>, value: &T) -> Result<()> {
        let key = key.as_ref();
        self.set_json_text(key, to_text(key, value)?)
    }

    /// Reads a value that is JSON text, as a `T`.
    ///
    /// Fails with [`Error::NoSuchKey`] and [`Error::InvalidJson`] (the value is not JSON, or not that of
    /// a `T`).
    pub fn get_json<T: DeserializeOwned>(&self, key: impl AsRef<[u8]>) -> Result<T> {
        let key = key.as_ref();
        let text = self.read_json(key)?;
        serde_json::from_slice(text.bytes()).map_err(|error| {
            // That it is JSON is known. What serde says of the type may quote the value, which no
            // message does.
            let (key, wanted) = (shown(key), type_name::<T>());
            let message = if error.is_data() {
                let place = match (error.line(), error.column()) {
                    // A type that takes in all before it looks has no place: an untagged enum.
                    (0, _) => String::new(),
                    (line, column) => format!(": line {line}, column {column}"),
                };
                format!("the value of key {key} is JSON that is not a {wanted}{place}")
            } else {
                format!("the value of key {key} is JSON that cannot be read as a {wanted}: {error}")
            };
            Error::new(sys::SPINKV_INVALID_JSON, one_line(message))
        })
    }

    /// Reads a value that is JSON text, as a `T`, or gives `None` for a key that is not there.
    ///
    /// ```
    /// # let store = spinkv::App::builder().state_dir("").build()?.open_default()?;
    /// assert_eq!(store.find_json::<u32>("limit")?.unwrap_or(10), 10);
    /// # Ok::<(), spinkv::Error>(())
    /// ```
    pub fn find_json<T: DeserializeOwned>(&self, key: impl AsRef<[u8]>) -> Result<Option<T>> {
        unless_missing(self.get_json(key))
    }
}

/// A value as JSON text, for that key.
pub(crate) fn to_text<T: Serialize + ?Sized>(key: &[u8], value: &T) -> Result<Vec<u8>> {
    serde_json::to_vec(&Finite(value)).map_err(|error| {
        let key = shown(key);
        let message = format!("the value for key {key} cannot be written as JSON: {error}");
        Error::new(sys::SPINKV_INVALID_JSON, one_line(message))
    })
}

/// The start of a key, quoted.
fn shown(key: &[u8]) -> String {
    let key = String::from_utf8_lossy(key);
    let start: String = key.chars().take(SHOWN_CHARS).collect();
    let rest = if start.len() < key.len() { "..." } else { "" };
    format!("{start:?}{rest}")
}

fn one_line(message: String) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    message.replace(breaks, " ")
}
