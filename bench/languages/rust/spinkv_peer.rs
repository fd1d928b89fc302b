//! The crate itself.

use spinkv::{Durability, Store, StoreOptions};

use crate::peer::{Kind, Pair, Peer, Result, Terms};

pub const KIND: Kind = Kind {
    name: "spinkv",
    version: "0.1.0",
    full: "WAL, durability full",
    normal: "WAL, durability normal",
    open,
};

struct Spinkv(Store);

fn open(terms: &Terms) -> Result<Box<dyn Peer>> {
    let durability = if terms.synced {
        Durability::Full
    } else {
        Durability::Normal
    };
    let mut options = StoreOptions::new().path(terms.path).durability(durability);
    if terms.uncached {
        options = options.cache_bytes(0);
    }
    Ok(Box::new(Spinkv(options.open("bench")?)))
}

impl Peer for Spinkv {
    fn get(&self, keys: &[String]) -> Result<usize> {
        let mut size = 0;
        for key in keys {
            size += self.0.get(key)?.len();
        }
        Ok(size)
    }

    fn set(&self, pairs: &[Pair]) -> Result<()> {
        for (key, value) in pairs {
            self.0.set(key, value)?;
        }
        Ok(())
    }

    fn set_many(&mut self, pairs: &[Pair]) -> Result<()> {
        self.0
            .set_many(pairs.iter().map(|(key, value)| (key, value)))?;
        Ok(())
    }

    fn read(&self, key: &str) -> Result<Vec<u8>> {
        Ok(self.0.get(key)?)
    }
}
