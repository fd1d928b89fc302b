//! Going over the keys of a store.

use std::iter::FusedIterator;
use std::vec;

use crate::error::Result;
use crate::store::Store;

/// How many keys are fetched at a time.
const PAGE_COUNT: usize = 256;

/// Goes over keys in byte order. From [`Store::keys`]. Ends after the first error.
#[derive(Debug)]
pub struct Keys<'store> {
    store: &'store Store,
    prefix: Vec<u8>,
    page: vec::IntoIter<String>,
    /// The last key of the page, after which the next begins; none for the first page.
    last: Option<String>,
    is_over: bool,
}

impl<'store> Keys<'store> {
    pub(crate) fn new(store: &'store Store, prefix: &[u8]) -> Self {
        Keys {
            store,
            prefix: prefix.to_vec(),
            page: Vec::new().into_iter(),
            last: None,
            is_over: false,
        }
    }

    fn fetch(&mut self) -> Result<()> {
        let after = self.last.as_ref().map(String::as_bytes);
        let page = self
            .store
            .list_keys(&self.prefix, after, Some(PAGE_COUNT))?;
        self.is_over = page.len() < PAGE_COUNT;
        self.last = page.last().cloned();
        self.page = page.into_iter();
        Ok(())
    }
}

impl Iterator for Keys<'_> {
    type Item = Result<String>;

    fn next(&mut self) -> Option<Result<String>> {
        if self.page.as_slice().is_empty() && !self.is_over {
            if let Err(error) = self.fetch() {
                self.is_over = true;
                return Some(Err(error));
            }
        }
        self.page.next().map(Ok)
    }
}

impl FusedIterator for Keys<'_> {}
