"use strict";

// keyv with its adapter for SQLite, which has no settings for the file: they are made through its
// query, and so is the transaction for many. Each call is awaited before the next begins.
const fs = require("node:fs");
const path = require("node:path");

const { default: Keyv } = require("keyv");
const { default: KeyvSqlite } = require("@keyv/sqlite");

// It does not let its package.json be required.
const facts = path.join(__dirname, "node_modules", "keyv", "package.json");

module.exports = class KeyvPeer {
  static version = JSON.parse(fs.readFileSync(facts, "utf8")).version;
  static full = "@keyv/sqlite, WAL, synchronous=FULL";
  static normal = "@keyv/sqlite, WAL, synchronous=NORMAL";

  constructor(file, durability) {
    this.adapter = new KeyvSqlite({ uri: `sqlite://${file}` });
    this.keyv = new Keyv({ store: this.adapter });
    this.opened = this.prepare(durability);
  }

  async prepare(durability) {
    await this.adapter.query("PRAGMA journal_mode = WAL");
    await this.adapter.query(`PRAGMA synchronous = ${durability}`);
  }

  async get(keys) {
    const { keyv } = this;
    for (const key of keys) await keyv.get(key);
  }

  async set(pairs) {
    const { keyv } = this;
    for (const [key, value] of pairs) await keyv.set(key, value);
  }

  async setMany(pairs) {
    await this.adapter.query("BEGIN IMMEDIATE");
    await this.keyv.setMany(pairs.map(([key, value]) => ({ key, value })));
    await this.adapter.query("COMMIT");
  }

  read(key) {
    return this.keyv.get(key);
  }

  async close() {
    await this.keyv.disconnect();
  }
};
