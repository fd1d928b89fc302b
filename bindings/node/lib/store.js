"use strict";

// A store and its operations; index.d.ts documents them.
const threads = require("node:worker_threads");
const native = require("./native.js");
const { named } = require("./names.js");
const { read } = require("./pool.js");
const { fromJson, toArray, toFlatArray, toJson, toRecord } = require("./values.js");

// How many keys iteration fetches at a time.
const PAGE = 256;

// What only this package's own code has, and makes stores with.
const OWN = Symbol("own");

// Stores that are forgotten are closed some time; those still open when a thread ends, by the addon.
const forgotten = new FinalizationRegistry((handle) => native.close(handle));

const LIST_OPTIONS = ["prefix", "after", "limit"];

/** Which keys to list; a misspelled prefix must not list them all. */
function toListOptions(options) {
  const given = toRecord(options, "options of a list", '{ prefix: "a" }');
  return named(given, LIST_OPTIONS, "a list of keys has");
}

let handleOf;

class Store {
  #handle;
  #name;
  #promises;

  constructor(own, handle, name) {
    if (own !== OWN) {
      throw new TypeError("a Store is made by open, openDefault or an App");
    }
    this.#handle = handle;
    this.#name = name;
    forgotten.register(this, handle, this);
    threads.markAsUncloneable?.(this);
  }

  static {
    handleOf = (store) => store.#handle;
  }

  get name() {
    return this.#name;
  }

  get closed() {
    return this.#handle === 0;
  }

  get promises() {
    return (this.#promises ??= new StorePromises(OWN, this));
  }

  close() {
    if (this.#handle !== 0) {
      forgotten.unregister(this);
      native.close(this.#handle);
      this.#handle = 0;
    }
  }

  get(key) {
    return read(native.get, this.#handle, key);
  }

  find(key) {
    return read(native.find, this.#handle, key);
  }

  getString(key) {
    return native.getString(this.#handle, key);
  }

  findString(key) {
    return native.findString(this.#handle, key);
  }

  getInto(key, buffer) {
    return native.getInto(this.#handle, key, buffer);
  }

  set(key, value) {
    native.set(this.#handle, key, value);
  }

  delete(key) {
    native.delete(this.#handle, key);
  }

  exists(key) {
    return native.exists(this.#handle, key);
  }

  getKeys() {
    return native.getKeys(this.#handle);
  }

  listKeys(options = {}) {
    const { prefix, after, limit } = toListOptions(options);
    return native.listKeys(this.#handle, prefix, after, limit);
  }

  *keys(prefix) {
    let after;
    let page;
    do {
      page = native.listKeys(this.#handle, prefix, after, PAGE);
      yield* page;
      after = page.at(-1);
    } while (page.length === PAGE);
  }

  [Symbol.iterator]() {
    return this.keys();
  }

  count() {
    return native.count(this.#handle);
  }

  getMany(keys) {
    return native.getMany(this.#handle, toArray(keys));
  }

  setMany(items) {
    native.setMany(this.#handle, toFlatArray(items));
  }

  deleteMany(keys) {
    native.deleteMany(this.#handle, toArray(keys));
  }

  increment(key, delta = 1) {
    return native.increment(this.#handle, key, delta);
  }

  compareAndSwap(key, expected, value) {
    return native.compareAndSwap(this.#handle, key, expected, value);
  }

  setJson(key, value) {
    native.setJson(this.#handle, key, toJson(key, value));
  }

  getJson(key) {
    return fromJson(native.getJson(this.#handle, key));
  }

  findJson(key) {
    return fromJson(native.findJson(this.#handle, key));
  }

  setJsonText(key, text) {
    native.setJson(this.#handle, key, text);
  }

  getJsonText(key) {
    return native.getJson(this.#handle, key);
  }

  [Symbol.for("nodejs.util.inspect.custom")]() {
    return `<spinkv.Store ${JSON.stringify(this.#name)}${this.closed ? " (closed)" : ""}>`;
  }
}

// The same operations, run on a thread of Node.js's pool. Each keeps the store from being collected meanwhile.
class StorePromises {
  #store;

  constructor(own, store) {
    if (own !== OWN) {
      throw new TypeError("a store's promises are store.promises");
    }
    this.#store = store;
  }

  #call(operation, first, second, third) {
    const store = this.#store;
    return operation(handleOf(store), first, second, third, store);
  }

  get(key) {
    return this.#call(native.promises.get, key);
  }

  find(key) {
    return this.#call(native.promises.find, key);
  }

  getString(key) {
    return this.#call(native.promises.getString, key);
  }

  findString(key) {
    return this.#call(native.promises.findString, key);
  }

  set(key, value) {
    return this.#call(native.promises.set, key, value);
  }

  delete(key) {
    return this.#call(native.promises.delete, key);
  }

  exists(key) {
    return this.#call(native.promises.exists, key);
  }

  getKeys() {
    return this.#call(native.promises.getKeys);
  }

  async listKeys(options = {}) {
    const { prefix, after, limit } = toListOptions(options);
    return this.#call(native.promises.listKeys, prefix, after, limit);
  }

  async *keys(prefix) {
    let after;
    let page;
    do {
      page = await this.#call(native.promises.listKeys, prefix, after, PAGE);
      yield* page;
      after = page.at(-1);
    } while (page.length === PAGE);
  }

  [Symbol.asyncIterator]() {
    return this.keys();
  }

  count() {
    return this.#call(native.promises.count);
  }

  async getMany(keys) {
    return this.#call(native.promises.getMany, toArray(keys));
  }

  async setMany(items) {
    return this.#call(native.promises.setMany, toFlatArray(items));
  }

  async deleteMany(keys) {
    return this.#call(native.promises.deleteMany, toArray(keys));
  }

  increment(key, delta = 1) {
    return this.#call(native.promises.increment, key, delta);
  }

  compareAndSwap(key, expected, value) {
    return this.#call(native.promises.compareAndSwap, key, expected, value);
  }

  async setJson(key, value) {
    return this.#call(native.promises.setJson, key, toJson(key, value));
  }

  async getJson(key) {
    return fromJson(await this.#call(native.promises.getJson, key));
  }

  async findJson(key) {
    return fromJson(await this.#call(native.promises.findJson, key));
  }

  setJsonText(key, text) {
    return this.#call(native.promises.setJson, key, text);
  }

  getJsonText(key) {
    return this.#call(native.promises.getJson, key);
  }
}

// `using store = ...`: where the runtime has no symbol for it, the one that compilers fall back to.
const dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
Object.defineProperty(Store.prototype, dispose, {
  value: Store.prototype.close,
  configurable: true,
  writable: true,
});

/** Opens a store of an app, or of the default app where that is undefined. */
function openStore(app, label) {
  return new Store(OWN, native.open(app, label), label);
}

/** The same with a promise. `app` is kept until it is settled. */
async function openStoreLater(app, label) {
  return new Store(
    OWN,
    await native.promises.open(app, label, undefined, undefined, { app }),
    label,
  );
}

module.exports = { Store, StorePromises, openStore, openStoreLater };
