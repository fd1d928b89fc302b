//! redb: a read transaction a get, a write transaction a set.

use redb::{Database, Durability, ReadableDatabase, TableDefinition, WriteTransaction};

use crate::peer::{Kind, Pair, Peer, Result, Terms};

pub const KIND: Kind = Kind {
    name: "redb",
    version: "4.6.0",
    full: "a commit with Durability::Immediate a set",
    normal: "less: Durability::None, kept by the next synced commit",
    open,
};

const TABLE: TableDefinition<&str, &[u8]> = TableDefinition::new("bench");

struct Redb {
    database: Database,
    durability: Durability,
}

fn open(terms: &Terms) -> Result<Box<dyn Peer>> {
    let database = Database::create(terms.path)?;
    let durability = if terms.synced {
        Durability::Immediate
    } else {
        Durability::None
    };
    let transaction = database.begin_write()?;
    transaction.open_table(TABLE)?;
    transaction.commit()?;
    Ok(Box::new(Redb {
        database,
        durability,
    }))
}

impl Redb {
    fn begin(&self) -> Result<WriteTransaction> {
        let mut transaction = self.database.begin_write()?;
        transaction.set_durability(self.durability)?;
        Ok(transaction)
    }
}

impl Peer for Redb {
    fn get(&self, keys: &[String]) -> Result<usize> {
        let mut size = 0;
        for key in keys {
            size += self.read(key)?.len();
        }
        Ok(size)
    }

    fn set(&self, pairs: &[Pair]) -> Result<()> {
        for (key, value) in pairs {
            let transaction = self.begin()?;
            transaction
                .open_table(TABLE)?
                .insert(key.as_str(), value.as_slice())?;
            transaction.commit()?;
        }
        Ok(())
    }

    fn set_many(&mut self, pairs: &[Pair]) -> Result<()> {
        let transaction = self.begin()?;
        {
            let mut table = transaction.open_table(TABLE)?;
            for (key, value) in pairs {
                table.insert(key.as_str(), value.as_slice())?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn read(&self, key: &str) -> Result<Vec<u8>> {
        let table = self.database.begin_read()?.open_table(TABLE)?;
        Ok(table.get(key)?.ok_or("a key is missing")?.value().to_vec())
    }
}

impl Drop for Redb {
    /// Keeps what was committed without a sync.
    fn drop(&mut self) {
        let transaction = self.database.begin_write().expect("a transaction");
        transaction.commit().expect("a synced commit");
    }
}
