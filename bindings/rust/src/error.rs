//! The errors of a store: one variant for each status of the C library, in one list.

use std::ffi::CStr;
use std::fmt;
use std::mem::MaybeUninit;

use spinkv_sys as sys;

/// What an operation gives, or why it failed.
pub type Result<T> = std::result::Result<T, Error>;

/// What was met: a line for people, and what the system below said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail(Box<(String, i32)>);

macro_rules! statuses {
    ($($(#[$doc:meta])* $variant:ident = $status:ident,)*) => {
        /// Why a call failed: one variant for each status. A call that failed has changed nothing.
        ///
        /// The first five and [`Error::Io`] are the errors of Spin's interface; the rest refine `Io`, and
        /// [`Error::spin_name`] says so. The line of text of [`Error::message`], which is also how an error
        /// is displayed, names what was met and what is allowed; it never holds a value.
        ///
        /// ```
        /// use spinkv::{App, Error};
        ///
        /// let store = App::builder().state_dir("").build()?.open_default()?;
        /// match store.get("nothing") {
        ///     Err(Error::NoSuchKey(_)) => {}
        ///     other => panic!("{other:?}"),
        /// }
        /// let error = store.set("key", vec![0; 2_000_000]).unwrap_err();
        /// assert_eq!((error.code(), error.spin_name()), ("value-too-large", "io"));
        /// assert!(error.to_string().contains("2000000"));
        /// # Ok::<(), Error>(())
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Error {
            $($(#[$doc])* $variant(Detail),)*
        }

        impl Error {
            /// The error of a status. One that this crate does not know yet refines `io`.
            fn of(status: sys::spinkv_status, detail: Detail) -> Error {
                match status {
                    $(sys::$status => Error::$variant(detail),)*
                    _ => Error::Io(detail),
                }
            }

            fn parts(&self) -> (sys::spinkv_status, &Detail) {
                match self {
                    $(Error::$variant(detail) => (sys::$status, detail),)*
                }
            }
        }
    };
}

statuses! {
    /// Too many stores are open: 256 in one app unless it was told otherwise.
    StoreTableFull = SPINKV_STORE_TABLE_FULL,
    /// No store with that label is configured.
    NoSuchStore = SPINKV_NO_SUCH_STORE,
    /// The store is not granted to the app's component.
    AccessDenied = SPINKV_ACCESS_DENIED,
    /// The store has been closed.
    InvalidStore = SPINKV_INVALID_STORE,
    /// The store holds no such key.
    NoSuchKey = SPINKV_NO_SUCH_KEY,
    /// Input or output failed: the disk is full, the file cannot be opened.
    Io = SPINKV_IO,
    /// An argument is not allowed: a key that is not UTF-8, an option out of its range.
    InvalidArgument = SPINKV_INVALID_ARGUMENT,
    /// The key is larger than `max_key_bytes`.
    KeyTooLarge = SPINKV_KEY_TOO_LARGE,
    /// The value is larger than `max_value_bytes`.
    ValueTooLarge = SPINKV_VALUE_TOO_LARGE,
    /// The store holds `max_entries` tuples and the key is new.
    StoreFull = SPINKV_STORE_FULL,
    /// The value is not JSON, does not fit the type asked for, or cannot be written as JSON.
    InvalidJson = SPINKV_INVALID_JSON,
    /// The value is not a counter of 8 bytes, or would leave the range of 64 bits.
    NotACounter = SPINKV_NOT_A_COUNTER,
    /// A manifest or runtime configuration, or the type of a store, is not valid.
    InvalidConfig = SPINKV_INVALID_CONFIG,
    /// Another writer held the file for longer than `busy_timeout_ms`.
    Busy = SPINKV_BUSY,
    /// The store was opened with `read_only`, or its file cannot be written.
    ReadOnly = SPINKV_READ_ONLY,
    /// The file is not a database, is damaged, or its table is not that of a store.
    Corrupt = SPINKV_CORRUPT,
    /// An allocation failed.
    NoMemory = SPINKV_NO_MEMORY,
    /// What is asked cannot be done by this build, or by this kind of store.
    Unsupported = SPINKV_UNSUPPORTED,
}

impl Error {
    /// The status's name, as Spin spells such names: `"no-such-key"`.
    pub fn code(&self) -> &'static str {
        name_of(self.parts().0)
    }

    /// The name of the error of Spin's interface that it belongs to: `"io"` for what refines that.
    pub fn spin_name(&self) -> &'static str {
        // SAFETY: takes any number.
        name_of(unsafe { sys::spinkv_status_base(self.parts().0) })
    }

    /// The number of the status in `spinkv.h`.
    pub fn status(&self) -> u32 {
        self.parts().0
    }

    /// One line that names what was met and what is allowed.
    pub fn message(&self) -> &str {
        &self.parts().1.0.0
    }

    /// What the system below said: SQLite's extended result code, or 0.
    pub fn engine_code(&self) -> i32 {
        self.parts().1.0.1
    }

    /// An error that is found before the C library is asked.
    pub(crate) fn new(status: sys::spinkv_status, message: String) -> Error {
        Error::of(status, Detail(Box::new((message, 0))))
    }

    #[cold]
    fn from_c(error: &sys::spinkv_error) -> Error {
        // SAFETY: the message of an error that was filled ends with a NUL.
        let message = unsafe { CStr::from_ptr(error.message.as_ptr()) };
        let detail = (message.to_string_lossy().into_owned(), error.engine_code);
        Error::of(error.status, Detail(Box::new(detail)))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.message())
    }
}

impl std::error::Error for Error {}

fn name_of(status: sys::spinkv_status) -> &'static str {
    // SAFETY: gives a constant text for any number.
    let name = unsafe { CStr::from_ptr(sys::spinkv_status_name(status)) };
    name.to_str().unwrap_or("unknown")
}

/// Calls a function of C, which is given the error that it fills when it fails.
#[inline]
pub(crate) fn call(
    function: impl FnOnce(*mut sys::spinkv_error) -> sys::spinkv_status,
) -> Result<()> {
    let mut error = MaybeUninit::uninit();
    match function(error.as_mut_ptr()) {
        sys::SPINKV_OK => Ok(()),
        // SAFETY: the call failed, so it has filled the error.
        _ => Err(Error::from_c(unsafe { error.assume_init_ref() })),
    }
}

/// Nothing instead of a missing key, which is an outcome here and no error.
pub(crate) fn unless_missing<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::NoSuchKey(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
