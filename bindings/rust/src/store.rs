//! An open store and its operations.

use std::ffi::c_void;
use std::mem::MaybeUninit;

use spinkv_sys as sys;

use crate::error::{Result, call, unless_missing};
use crate::keys::Keys;
use crate::memory::{List, Value, borrow, borrow_keys, borrow_optional, borrow_pairs};

/// Values up to this size are read by one call.
const SMALL_BYTES: usize = 1024;

/// An open store. Dropping it closes it.
///
/// Keys and values go in as whatever is bytes or text (borrowed until the call returns): a key must
/// be UTF-8, and may be empty and hold NUL; a value is any bytes. Values come out as `Vec<u8>`.
///
/// Threads may share a store. Besides what a method says, each can fail with
/// [`Error::InvalidStore`](crate::Error::InvalidStore) (it has been closed),
/// [`Error::InvalidArgument`](crate::Error::InvalidArgument) (a key that is not UTF-8),
/// [`Error::Busy`](crate::Error::Busy), [`Error::Corrupt`](crate::Error::Corrupt),
/// [`Error::Io`](crate::Error::Io) and [`Error::NoMemory`](crate::Error::NoMemory), and those that write with
/// [`Error::ReadOnly`](crate::Error::ReadOnly).
///
/// ```
/// let store = spinkv::App::builder().state_dir("").build()?.open_default()?;
/// store.set("greeting", "hello")?;
/// assert_eq!(store.get("greeting")?, b"hello");
/// for key in &store {
///     assert_eq!(key?, "greeting");
/// }
/// # Ok::<(), spinkv::Error>(())
/// ```
#[derive(Debug)]
pub struct Store {
    handle: sys::spinkv_store,
}

impl Store {
    /// Takes over a handle of the C interface: the store closes it. A number that is no handle does
    /// no harm: every operation is [`Error::InvalidStore`](crate::Error::InvalidStore).
    pub fn from_raw(handle: u32) -> Store {
        Store { handle }
    }

    /// The handle in C, still owned by the store.
    pub fn as_raw(&self) -> u32 {
        self.handle
    }

    /// Closes the store now, for every thread that shares it, as dropping it does. A call that
    /// another thread is making finishes; later ones fail. One that is closed already is ignored.
    ///
    /// ```
    /// # let store = spinkv::App::builder().state_dir("").build()?.open_default()?;
    /// store.close();
    /// assert_eq!(store.get("key").unwrap_err().code(), "invalid-store");
    /// # Ok::<(), spinkv::Error>(())
    /// ```
    pub fn close(&self) {
        // SAFETY: takes any number.
        unsafe { sys::spinkv_close(self.handle) }
    }

    /// Reads the value of a key. Fails with [`Error::NoSuchKey`](crate::Error::NoSuchKey) where
    /// there is none.
    pub fn get(&self, key: impl AsRef<[u8]>) -> Result<Vec<u8>> {
        self.read(key.as_ref())
    }

    /// Reads the value of a key, or gives `None`.
    ///
    /// ```
    /// # let store = spinkv::App::builder().state_dir("").build()?.open_default()?;
    /// let color = store.find("color")?.unwrap_or_else(|| b"red".to_vec());
    /// # assert_eq!(color, b"red");
    /// # Ok::<(), spinkv::Error>(())
    /// ```
    pub fn find(&self, key: impl AsRef<[u8]>) -> Result<Option<Vec<u8>>> {
        unless_missing(self.read(key.as_ref()))
    }

    /// Reads into memory of the caller's if the value fits, and leaves it alone if it does not;
    /// gives the size of the value either way.
    ///
    /// ```
    /// # let store = spinkv::App::builder().state_dir("").build()?.open_default()?;
    /// store.set("key", "value")?;
    /// let mut buffer = [0; 16];
    /// let size = store.get_into("key", &mut buffer)?;
    /// assert_eq!(&buffer[..size], b"value");
    /// # Ok::<(), spinkv::Error>(())
    /// ```
    pub fn get_into(&self, key: impl AsRef<[u8]>, buffer: &mut [u8]) -> Result<usize> {
        // SAFETY: the buffer has room for its length.
        unsafe { self.read_into(key.as_ref(), buffer.as_mut_ptr(), buffer.len()) }
    }

    /// Writes the value of a key, new or over the old one.
    ///
    /// Fails with [`Error::KeyTooLarge`](crate::Error::KeyTooLarge),
    /// [`Error::ValueTooLarge`](crate::Error::ValueTooLarge) and
    /// [`Error::StoreFull`](crate::Error::StoreFull).
    pub fn set(&self, key: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Result<()> {
        let (key, value) = (borrow(key.as_ref()), borrow(value.as_ref()));
        // SAFETY: key and value are alive until the call returns.
        call(|err| unsafe {
            sys::spinkv_set(self.handle, key.data, key.size, value.data, value.size, err)
        })
    }

    /// Deletes a key, which need not be there.
    pub fn delete(&self, key: impl AsRef<[u8]>) -> Result<()> {
        let key = borrow(key.as_ref());
        // SAFETY: the key is alive until the call returns.
        call(|err| unsafe { sys::spinkv_delete(self.handle, key.data, key.size, err) })
    }

    /// Tells whether a key is there, without reading its value.
    pub fn exists(&self, key: impl AsRef<[u8]>) -> Result<bool> {
        let key = borrow(key.as_ref());
        let mut exists = false;
        // SAFETY: the key is alive until the call returns.
        call(|err| unsafe {
            sys::spinkv_exists(self.handle, key.data, key.size, &mut exists, err)
        })?;
        Ok(exists)
    }

    /// Counts the tuples.
    pub fn count(&self) -> Result<u64> {
        let mut count = 0;
        // SAFETY: count is where the number goes.
        call(|err| unsafe { sys::spinkv_count(self.handle, &mut count, err) })?;
        Ok(count)
    }

    /// Lists all keys, in byte order.
    pub fn get_keys(&self) -> Result<Vec<String>> {
        let mut keys = List::new();
        // SAFETY: the list is there to be filled.
        call(|err| unsafe { sys::spinkv_get_keys(self.handle, keys.as_mut_ptr(), err) })?;
        keys.texts()
    }

    /// Lists one page of keys in byte order: those that begin with `prefix` and come strictly after
    /// `after` (`None`: from the beginning), at most `limit` of them (`None`: all). The next page
    /// starts after the last key of this one; nothing is held open in between.
    ///
    /// ```
    /// # let store = spinkv::App::builder().state_dir("").build()?.open_default()?;
    /// store.set_many([("user:1", "a"), ("user:2", "b"), ("visits", "3")])?;
    /// assert_eq!(store.list_keys("user:", None, Some(1))?, ["user:1"]);
    /// assert_eq!(store.list_keys("user:", Some(b"user:1"), None)?, ["user:2"]);
    /// # Ok::<(), spinkv::Error>(())
    /// ```
    pub fn list_keys(
        &self,
        prefix: impl AsRef<[u8]>,
        after: Option<&[u8]>,
        limit: Option<usize>,
    ) -> Result<Vec<String>> {
        let (prefix, after) = (borrow(prefix.as_ref()), borrow_optional(after));
        let limit = limit.unwrap_or(usize::MAX);
        let mut keys = List::new();
        // SAFETY: prefix and after are alive until the call returns; the list is there to be filled.
        call(|err| unsafe {
            sys::spinkv_list_keys(
                self.handle,
                prefix.data,
                prefix.size,
                after.data,
                after.size,
                limit,
                keys.as_mut_ptr(),
                err,
            )
        })?;
        keys.texts()
    }

    /// Goes over all keys in byte order, a page at a time, so that it stays right while others
    /// write. `for key in &store` does the same.
    pub fn keys(&self) -> Keys<'_> {
        self.keys_with_prefix("")
    }

    /// Goes over the keys that begin with `prefix`.
    ///
    /// ```
    /// # let store = spinkv::App::builder().state_dir("").build()?.open_default()?;
    /// store.set_many([("user:1", "a"), ("visits", "3")])?;
    /// let users: Vec<String> = store.keys_with_prefix("user:").collect::<Result<_, _>>()?;
    /// assert_eq!(users, ["user:1"]);
    /// # Ok::<(), spinkv::Error>(())
    /// ```
    pub fn keys_with_prefix(&self, prefix: impl AsRef<[u8]>) -> Keys<'_> {
        Keys::new(self, prefix.as_ref())
    }

    /// Reads many values in one snapshot: one entry for every key, in the order asked, `None` for a
    /// key that is not there.
    ///
    /// ```
    /// # let store = spinkv::App::builder().state_dir("").build()?.open_default()?;
    /// store.set("a", "1")?;
    /// assert_eq!(store.get_many(["b", "a"])?, [None, Some(b"1".to_vec())]);
    /// # Ok::<(), spinkv::Error>(())
    /// ```
    pub fn get_many<K: AsRef<[u8]>>(
        &self,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Vec<Option<Vec<u8>>>> {
        let keys: Vec<K> = keys.into_iter().collect();
        let borrowed = borrow_keys(&keys);
        let mut values = List::new();
        // SAFETY: the keys are alive until the call returns; the list is there to be filled.
        call(|err| unsafe {
            let (keys, count) = (borrowed.as_ptr(), borrowed.len());
            sys::spinkv_get_many(self.handle, keys, count, values.as_mut_ptr(), err)
        })?;
        Ok(values
            .items()
            .map(|item| item.map(<[u8]>::to_vec))
            .collect())
    }

    /// Writes many tuples, all or nothing, in one transaction: a map by reference, or pairs, of which the
    /// last of a duplicate key wins. Fails as [`Store::set`] does; the message names the tuple.
    pub fn set_many<K, V>(&self, pairs: impl IntoIterator<Item = (K, V)>) -> Result<()>
    where
        K: AsRef<[u8]>,
        V: AsRef<[u8]>,
    {
        let pairs: Vec<(K, V)> = pairs.into_iter().collect();
        let borrowed = borrow_pairs(&pairs);
        // SAFETY: the tuples are alive until the call returns.
        call(|err| unsafe {
            sys::spinkv_set_many(self.handle, borrowed.as_ptr(), borrowed.len(), err)
        })
    }

    /// Deletes many keys, all or nothing. Keys that are not there are skipped.
    pub fn delete_many<K: AsRef<[u8]>>(&self, keys: impl IntoIterator<Item = K>) -> Result<()> {
        let keys: Vec<K> = keys.into_iter().collect();
        let borrowed = borrow_keys(&keys);
        // SAFETY: the keys are alive until the call returns.
        call(|err| unsafe {
            sys::spinkv_delete_many(self.handle, borrowed.as_ptr(), borrowed.len(), err)
        })
    }

    /// Adds `delta` to the counter at a key and gives the new number. A counter is a value of 8
    /// bytes, a signed little-endian integer; a key that is not there counts as 0. No other write
    /// comes in between.
    ///
    /// Fails with [`Error::NotACounter`](crate::Error::NotACounter), and as [`Store::set`] does.
    ///
    /// ```
    /// # let store = spinkv::App::builder().state_dir("").build()?.open_default()?;
    /// store.increment("visits", 1)?;
    /// assert_eq!(store.increment("visits", 10)?, 11);
    /// # Ok::<(), spinkv::Error>(())
    /// ```
    pub fn increment(&self, key: impl AsRef<[u8]>, delta: i64) -> Result<i64> {
        let key = borrow(key.as_ref());
        let mut number = 0;
        // SAFETY: the key is alive until the call returns.
        call(|err| unsafe {
            sys::spinkv_increment(self.handle, key.data, key.size, delta, &mut number, err)
        })?;
        Ok(number)
    }

    /// Writes `value` only if the key holds exactly `expected`, or, for `None`, is not there; tells
    /// whether it did. No other write comes in between. Fails as [`Store::set`] does.
    ///
    /// ```
    /// # let store = spinkv::App::builder().state_dir("").build()?.open_default()?;
    /// assert!(store.compare_and_swap("lock", None, "me")?);
    /// assert!(!store.compare_and_swap("lock", Some(b"you"), "you")?);
    /// # Ok::<(), spinkv::Error>(())
    /// ```
    pub fn compare_and_swap(
        &self,
        key: impl AsRef<[u8]>,
        expected: Option<&[u8]>,
        value: impl AsRef<[u8]>,
    ) -> Result<bool> {
        let (key, value) = (borrow(key.as_ref()), borrow(value.as_ref()));
        let expected = borrow_optional(expected);
        let mut swapped = false;
        // SAFETY: all three are alive until the call returns.
        call(|err| unsafe {
            sys::spinkv_compare_and_swap(
                self.handle,
                key.data,
                key.size,
                expected.data,
                expected.size,
                value.data,
                value.size,
                &mut swapped,
                err,
            )
        })?;
        Ok(swapped)
    }

    /// Writes JSON text in its compact form: every number, string and member as given.
    ///
    /// Fails with [`Error::InvalidJson`](crate::Error::InvalidJson), and as [`Store::set`] does.
    pub fn set_json_text(&self, key: impl AsRef<[u8]>, text: impl AsRef<[u8]>) -> Result<()> {
        let (key, text) = (borrow(key.as_ref()), borrow(text.as_ref()));
        // SAFETY: both are alive until the call returns.
        call(|err| unsafe {
            sys::spinkv_set_json(self.handle, key.data, key.size, text.data, text.size, err)
        })
    }

    /// Reads a value that is JSON text, and gives that text as it is stored.
    ///
    /// Fails with [`Error::NoSuchKey`](crate::Error::NoSuchKey) and
    /// [`Error::InvalidJson`](crate::Error::InvalidJson).
    pub fn get_json_text(&self, key: impl AsRef<[u8]>) -> Result<String> {
        let value = self.read_json(key.as_ref())?;
        Ok(String::from_utf8_lossy(value.bytes()).into_owned())
    }

    /// A value that is JSON, still in C's memory.
    pub(crate) fn read_json(&self, key: &[u8]) -> Result<Value> {
        let key = borrow(key);
        let mut value = Value::new();
        // SAFETY: the key is alive until the call returns; the value is there to be filled.
        call(|err| unsafe {
            sys::spinkv_get_json(self.handle, key.data, key.size, value.as_mut_ptr(), err)
        })?;
        Ok(value)
    }

    /// Small values come through the stack; a larger one may grow further between two calls.
    fn read(&self, key: &[u8]) -> Result<Vec<u8>> {
        let mut small = MaybeUninit::<[u8; SMALL_BYTES]>::uninit();
        let small = small.as_mut_ptr().cast::<u8>();
        // SAFETY: small has that much room, and holds size bytes after the call if they fit.
        let mut size = unsafe { self.read_into(key, small, SMALL_BYTES)? };
        if size <= SMALL_BYTES {
            return Ok(unsafe { std::slice::from_raw_parts(small, size) }.to_vec());
        }
        loop {
            let mut value = Vec::with_capacity(size);
            // SAFETY: as above.
            size = unsafe { self.read_into(key, value.as_mut_ptr(), value.capacity())? };
            if size <= value.capacity() {
                unsafe { value.set_len(size) };
                return Ok(value);
            }
        }
    }

    /// Reads into `buffer` if the value fits; gives its size either way.
    ///
    /// # Safety
    ///
    /// `buffer` has room for `capacity` bytes.
    #[inline]
    unsafe fn read_into(&self, key: &[u8], buffer: *mut u8, capacity: usize) -> Result<usize> {
        let key = borrow(key);
        let buffer = buffer.cast::<c_void>();
        let mut size = 0;
        // SAFETY: the key is alive until the call returns; the caller vouches for the buffer.
        call(|err| unsafe {
            let (handle, size) = (self.handle, &mut size);
            sys::spinkv_get_into(handle, key.data, key.size, buffer, capacity, size, err)
        })?;
        Ok(size)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.close();
    }
}

impl<'store> IntoIterator for &'store Store {
    type Item = Result<String>;
    type IntoIter = Keys<'store>;

    fn into_iter(self) -> Keys<'store> {
        self.keys()
    }
}
