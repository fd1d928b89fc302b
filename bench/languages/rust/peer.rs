//! A peer in Rust: a store with the loops that are timed, each call written as a user would write it.

use std::error::Error;
use std::path::Path;

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

pub type Pair = (String, Vec<u8>);

pub struct Terms<'a> {
    pub path: &'a Path,
    pub synced: bool,
    pub uncached: bool,
}

pub trait Peer {
    /// Reads each key, and adds up the sizes of the values.
    fn get(&self, keys: &[String]) -> Result<usize>;
    fn set(&self, pairs: &[Pair]) -> Result<()>;
    /// All or none.
    fn set_many(&mut self, pairs: &[Pair]) -> Result<()>;
    fn read(&self, key: &str) -> Result<Vec<u8>>;
}

/// What a peer tells of itself, and how it is opened. "" where it does not offer a durability.
pub struct Kind {
    pub name: &'static str,
    pub version: &'static str,
    pub full: &'static str,
    pub normal: &'static str,
    pub open: fn(&Terms) -> Result<Box<dyn Peer>>,
}
