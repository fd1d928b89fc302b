//! sled: a flush a set where it is to be synced, else one twice a second by itself.

use std::thread::sleep;
use std::time::{Duration, Instant};

use sled::{Batch, Db};

use crate::peer::{Kind, Pair, Peer, Result, Terms};

pub const KIND: Kind = Kind {
    name: "sled",
    version: "0.34.7",
    full: "less: flush after each set, on Linux by sync_file_range, which leaves the disk's cache",
    normal: "less: in the process for up to 500 ms",
    open,
};

struct Sled {
    db: Db,
    synced: bool,
}

/// Opens it; one that was closed just before lets go of its lock a moment later.
fn open(terms: &Terms) -> Result<Box<dyn Peer>> {
    let deadline = Instant::now() + Duration::from_secs(5);
    let db = loop {
        match sled::open(terms.path) {
            Err(sled::Error::Io(_)) if Instant::now() < deadline => {
                sleep(Duration::from_millis(10));
            }
            opened => break opened?,
        }
    };
    let synced = terms.synced;
    Ok(Box::new(Sled { db, synced }))
}

impl Sled {
    fn keep(&self) -> Result<()> {
        if self.synced {
            self.db.flush()?;
        }
        Ok(())
    }
}

impl Peer for Sled {
    fn get(&self, keys: &[String]) -> Result<usize> {
        let mut size = 0;
        for key in keys {
            size += self.read(key)?.len();
        }
        Ok(size)
    }

    fn set(&self, pairs: &[Pair]) -> Result<()> {
        for (key, value) in pairs {
            self.db.insert(key, value.as_slice())?;
            self.keep()?;
        }
        Ok(())
    }

    fn set_many(&mut self, pairs: &[Pair]) -> Result<()> {
        let mut batch = Batch::default();
        for (key, value) in pairs {
            batch.insert(key.as_str(), value.as_slice());
        }
        self.db.apply_batch(batch)?;
        self.keep()
    }

    fn read(&self, key: &str) -> Result<Vec<u8>> {
        Ok(self.db.get(key)?.ok_or("a key is missing")?.to_vec())
    }
}
