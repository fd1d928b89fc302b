//! How a store behaves and where it lives.

use std::ffi::{CString, OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use spinkv_sys as sys;

use crate::app::App;
use crate::error::{Result, call};
use crate::memory::c_text;
use crate::store::Store;

/// What a write has survived when it returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Durability {
    /// The loss of power: each write is synced to the disk.
    #[default]
    Full,
    /// The end of the process, however abrupt. The last writes before a loss of power may go.
    Normal,
}

/// The value of an option that is set by its name. Made from texts, paths, numbers and booleans.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OptionValue {
    /// A text or a path.
    Text(OsString),
    /// A number: a size in bytes, a count, a time in milliseconds.
    Number(i64),
    /// Yes or no.
    Boolean(bool),
}

macro_rules! option_values {
    ($($from:ty => $variant:ident,)*) => {
        $(impl From<$from> for OptionValue {
            fn from(value: $from) -> Self {
                OptionValue::$variant(value.into())
            }
        })*
    };
}

option_values! {
    &str => Text,
    String => Text,
    &OsStr => Text,
    OsString => Text,
    &Path => Text,
    PathBuf => Text,
    i32 => Number,
    u32 => Number,
    i64 => Number,
    bool => Boolean,
}

/// How a store behaves and where it lives. What is not set is as Spin documents it.
///
/// Names and values are checked when the store is added.
///
/// ```
/// use spinkv::{Durability, StoreOptions};
///
/// # let folder = std::env::temp_dir().join(format!("spinkv-options-{}", std::process::id()));
/// let cache = StoreOptions::new()
///     .path(folder.join("cache.db"))
///     .durability(Durability::Normal)
///     .max_entries(0)
///     .open("cache")?;
/// cache.set("page", "<html>")?;
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), spinkv::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct StoreOptions(Vec<(String, OptionValue)>);

impl StoreOptions {
    /// The defaults: in memory, full durability, the limits that Spin documents.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets an option by its name, which is the same in every language and in a runtime
    /// configuration: `"type"`, `"path"`, `"url"` and so on.
    pub fn set(mut self, name: impl Into<String>, value: impl Into<OptionValue>) -> Self {
        self.0.push((name.into(), value.into()));
        self
    }

    /// The SQLite file. A relative path is resolved when the store is added; missing folders are
    /// made when it is opened. `""` means in memory, private to the app and the label.
    pub fn path(self, path: impl AsRef<Path>) -> Self {
        self.set("path", path.as_ref())
    }

    /// What a write has survived when it returns; [`Durability::Full`].
    pub fn durability(self, durability: Durability) -> Self {
        let name = match durability {
            Durability::Full => "full",
            Durability::Normal => "normal",
        };
        self.set("durability", name)
    }

    /// How long a call waits for another writer, up to a day; 5,000.
    pub fn busy_timeout_ms(self, timeout_ms: u32) -> Self {
        self.set("busy_timeout_ms", timeout_ms)
    }

    /// The largest key that may be written; 256, and 0 for no limit.
    pub fn max_key_bytes(self, size: u64) -> Self {
        self.set("max_key_bytes", number(size))
    }

    /// The largest value that may be written; 1,048,576, and 0 for no limit.
    pub fn max_value_bytes(self, size: u64) -> Self {
        self.set("max_value_bytes", number(size))
    }

    /// How many tuples the store may hold; 1,024, and 0 for no limit.
    pub fn max_entries(self, count: u64) -> Self {
        self.set("max_entries", number(count))
    }

    /// Memory for the read cache of the store's file; 8,388,608, and 0 for none.
    pub fn cache_bytes(self, size: u64) -> Self {
        self.set("cache_bytes", number(size))
    }

    /// Whether the file is never written to.
    pub fn read_only(self, read_only: bool) -> Self {
        self.set("read_only", read_only)
    }

    /// Opens a store of its own with these options. Fails as [`App::add_store`] and [`App::open`] do.
    pub fn open(&self, label: &str) -> Result<Store> {
        let app = App::new()?;
        app.add_store(label, self)?;
        app.open(label)
    }

    /// Gives the options to `take` as C has them; they borrow from these until it returns.
    pub(crate) fn with_c<T>(
        &self,
        take: impl FnOnce(&sys::spinkv_options) -> Result<T>,
    ) -> Result<T> {
        let mut options = sys::SPINKV_OPTIONS_INIT;
        let mut texts: Vec<CString> = Vec::new();
        for (name, value) in &self.0 {
            let c_name = c_text(name)?;
            let text = match value {
                OptionValue::Text(text) => c_text(text)?,
                _ => CString::default(),
            };
            let (name, options) = (c_name.as_ptr(), &mut options);
            // SAFETY: both texts end with a NUL, and texts keeps the one that the options borrow.
            call(|err| unsafe {
                match value {
                    OptionValue::Text(_) => {
                        sys::spinkv_options_set_text(options, name, text.as_ptr(), err)
                    }
                    OptionValue::Number(number) => {
                        sys::spinkv_options_set_number(options, name, *number, err)
                    }
                    OptionValue::Boolean(value) => {
                        sys::spinkv_options_set_boolean(options, name, *value, err)
                    }
                }
            })?;
            texts.push(text);
        }
        take(&options)
    }
}

/// Shows the names of all options, and the values of those that cannot be secret.
impl fmt::Debug for StoreOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut options = formatter.debug_struct("StoreOptions");
        for (name, value) in &self.0 {
            match (name.as_str(), value) {
                ("type" | "path" | "durability", _) => options.field(name, value),
                (_, OptionValue::Text(_)) => options.field(name, &format_args!("...")),
                _ => options.field(name, value),
            };
        }
        options.finish()
    }
}

/// A size as C takes it. Beyond what that can say there is nothing to tell apart.
fn number(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
