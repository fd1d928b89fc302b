"use strict";

// better-sqlite3 on a file of the same kind: statements prepared once, a transaction for many.
const Database = require("better-sqlite3");

const CREATE = `CREATE TABLE IF NOT EXISTS spin_key_value
  (store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (store, key))`;
const SET = `INSERT INTO spin_key_value (store, key, value) VALUES ('bench', ?, ?)
  ON CONFLICT (store, key) DO UPDATE SET value = excluded.value`;

module.exports = class BetterSqlite3Peer {
  static version = require("better-sqlite3/package.json").version;
  static full = "WAL, synchronous=FULL";
  static normal = "WAL, synchronous=NORMAL";

  constructor(path, durability) {
    this.database = new Database(path);
    this.database.pragma("journal_mode = WAL");
    this.database.pragma(`synchronous = ${durability}`);
    this.database.exec(CREATE);
    const get = "SELECT value FROM spin_key_value WHERE store = 'bench' AND key = ?";
    this.getStatement = this.database.prepare(get).pluck();
    this.setStatement = this.database.prepare(SET);
    this.setPairs = this.database.transaction((pairs) => this.set(pairs));
  }

  get(keys) {
    const { getStatement } = this;
    for (const key of keys) getStatement.get(key);
  }

  set(pairs) {
    const { setStatement } = this;
    for (const [key, value] of pairs) setStatement.run(key, value);
  }

  setMany(pairs) {
    this.setPairs.immediate(pairs);
  }

  read(key) {
    return this.getStatement.get(key);
  }

  close() {
    this.database.close();
  }
};
