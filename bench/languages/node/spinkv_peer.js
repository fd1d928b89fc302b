"use strict";

// The package itself.
const spinkv = require(process.env.SPINKV);

module.exports = class SpinkvPeer {
  static version = spinkv.version;
  static full = "WAL, durability full";
  static normal = "WAL, durability normal";

  constructor(path, durability, uncached) {
    const cache = uncached ? { cacheBytes: 0 } : {};
    this.store = spinkv.open("bench", { path, durability, ...cache });
  }

  get(keys) {
    const { store } = this;
    for (const key of keys) store.get(key);
  }

  set(pairs) {
    const { store } = this;
    for (const [key, value] of pairs) store.set(key, value);
  }

  setMany(pairs) {
    this.store.setMany(pairs);
  }

  read(key) {
    return this.store.get(key);
  }

  close() {
    this.store.close();
  }
};
