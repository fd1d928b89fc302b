//! What crosses the border: texts and keys that C borrows, lists and values that it gives away.

use std::ffi::{CString, OsStr, c_void};
use std::os::unix::ffi::OsStrExt;
use std::ptr;

use spinkv_sys as sys;

use crate::error::{Error, Result};

/// A label, path or option as C takes it; a NUL inside would cut it short, so it is refused.
pub(crate) fn c_text(text: impl AsRef<OsStr>) -> Result<CString> {
    CString::new(text.as_ref().as_bytes()).map_err(|_| {
        let message = "a label, path or option holds a NUL byte";
        Error::new(sys::SPINKV_INVALID_ARGUMENT, message.to_owned())
    })
}

pub(crate) fn c_text_or_null(text: &Option<CString>) -> *const std::ffi::c_char {
    text.as_ref().map_or(ptr::null(), |text| text.as_ptr())
}

/// Bytes that C borrows. The pointer is never NULL, which may mean "absent".
pub(crate) fn borrow(bytes: &[u8]) -> sys::spinkv_bytes {
    sys::spinkv_bytes {
        data: bytes.as_ptr().cast::<c_void>(),
        size: bytes.len(),
    }
}

/// Optional bytes that C borrows; NULL for none.
pub(crate) fn borrow_optional(bytes: Option<&[u8]>) -> sys::spinkv_bytes {
    bytes.map_or(
        sys::spinkv_bytes {
            data: ptr::null(),
            size: 0,
        },
        borrow,
    )
}

/// Keys that C borrows from `keys`.
pub(crate) fn borrow_keys<K: AsRef<[u8]>>(keys: &[K]) -> Vec<sys::spinkv_bytes> {
    keys.iter().map(|key| borrow(key.as_ref())).collect()
}

/// Tuples that C borrows from `pairs`.
pub(crate) fn borrow_pairs<K, V>(pairs: &[(K, V)]) -> Vec<sys::spinkv_pair>
where
    K: AsRef<[u8]>,
    V: AsRef<[u8]>,
{
    let borrow_pair = |(key, value): &(K, V)| sys::spinkv_pair {
        key: borrow(key.as_ref()),
        value: borrow(value.as_ref()),
    };
    pairs.iter().map(borrow_pair).collect()
}

/// A list that C gave away.
pub(crate) struct List(sys::spinkv_list);

impl List {
    pub(crate) fn new() -> List {
        List(sys::spinkv_list {
            items: ptr::null(),
            count: 0,
        })
    }

    pub(crate) fn as_mut_ptr(&mut self) -> *mut sys::spinkv_list {
        &mut self.0
    }

    /// The items in their order; none for what is not there.
    pub(crate) fn items(&self) -> impl Iterator<Item = Option<&[u8]>> {
        let items: &[sys::spinkv_bytes] = if self.0.count == 0 {
            &[]
        } else {
            // SAFETY: C filled the list, and it is freed when this one is dropped.
            unsafe { std::slice::from_raw_parts(self.0.items, self.0.count) }
        };
        items.iter().map(|item| {
            // SAFETY: as above; data points to size bytes unless it is NULL.
            (!item.data.is_null())
                .then(|| unsafe { std::slice::from_raw_parts(item.data.cast::<u8>(), item.size) })
        })
    }

    /// The items as texts. The C library has checked that keys are UTF-8.
    pub(crate) fn texts(&self) -> Result<Vec<String>> {
        let text = |item: Option<&[u8]>| String::from_utf8(item.unwrap_or_default().to_vec());
        let texts: std::result::Result<_, _> = self.items().map(text).collect();
        texts.map_err(|_| {
            Error::new(
                sys::SPINKV_CORRUPT,
                "the store holds a key that is not UTF-8".to_owned(),
            )
        })
    }
}

impl Drop for List {
    fn drop(&mut self) {
        // SAFETY: the list is C's or empty.
        unsafe { sys::spinkv_list_free(&mut self.0) }
    }
}

/// A value that C gave away.
pub(crate) struct Value(sys::spinkv_value);

impl Value {
    pub(crate) fn new() -> Value {
        Value(sys::spinkv_value {
            data: ptr::null(),
            size: 0,
        })
    }

    pub(crate) fn as_mut_ptr(&mut self) -> *mut sys::spinkv_value {
        &mut self.0
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        if self.0.data.is_null() {
            return &[];
        }
        // SAFETY: C filled the value, and it is freed when this one is dropped.
        unsafe { std::slice::from_raw_parts(self.0.data.cast(), self.0.size) }
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        // SAFETY: the value is C's or empty.
        unsafe { sys::spinkv_value_free(&mut self.0) }
    }
}
