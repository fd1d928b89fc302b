//! rusqlite on a file of the same kind: statements from its cache, a transaction for many.

use rusqlite::{CachedStatement, Connection, TransactionBehavior, params};

use crate::peer::{Kind, Pair, Peer, Result, Terms};

pub const KIND: Kind = Kind {
    name: "rusqlite",
    version: "0.43.0",
    full: "WAL, synchronous=FULL",
    normal: "WAL, synchronous=NORMAL",
    open,
};

const CREATE: &str = "CREATE TABLE IF NOT EXISTS spin_key_value (store TEXT NOT NULL, \
    key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (store, key))";
const GET: &str = "SELECT value FROM spin_key_value WHERE store = 'bench' AND key = ?";
const SET: &str = "INSERT INTO spin_key_value (store, key, value) VALUES ('bench', ?, ?) \
    ON CONFLICT (store, key) DO UPDATE SET value = excluded.value";

struct Rusqlite(Connection);

fn open(terms: &Terms) -> Result<Box<dyn Peer>> {
    let connection = Connection::open(terms.path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    let synchronous = if terms.synced { "FULL" } else { "NORMAL" };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.execute(CREATE, ())?;
    Ok(Box::new(Rusqlite(connection)))
}

fn get_one(statement: &mut CachedStatement, key: &str) -> Result<Vec<u8>> {
    Ok(statement.query_row([key], |row| row.get(0))?)
}

fn set_all(connection: &Connection, pairs: &[Pair]) -> Result<()> {
    let mut statement = connection.prepare_cached(SET)?;
    for (key, value) in pairs {
        statement.execute(params![key, value])?;
    }
    Ok(())
}

impl Peer for Rusqlite {
    fn get(&self, keys: &[String]) -> Result<usize> {
        let mut statement = self.0.prepare_cached(GET)?;
        let mut size = 0;
        for key in keys {
            size += get_one(&mut statement, key)?.len();
        }
        Ok(size)
    }

    fn set(&self, pairs: &[Pair]) -> Result<()> {
        set_all(&self.0, pairs)
    }

    fn set_many(&mut self, pairs: &[Pair]) -> Result<()> {
        let transaction = self
            .0
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        set_all(&transaction, pairs)?;
        Ok(transaction.commit()?)
    }

    fn read(&self, key: &str) -> Result<Vec<u8>> {
        get_one(&mut self.0.prepare_cached(GET)?, key)
    }
}
