"use strict";

// A recorder of calls, for tests; testing.d.ts documents it.
const { isUint8Array } = require("node:util/types");
const { App } = require("./app.js");
const { current } = require("./current.js");
const { StorePromises } = require("./store.js");
const { isRecord, toArray, toPair, toPairs } = require("./values.js");

// Each method that is recorded, and the operation that it is a form of.
const OPERATIONS = {
  get: "get",
  find: "get",
  getString: "get",
  findString: "get",
  getInto: "getInto",
  set: "set",
  delete: "delete",
  exists: "exists",
  getKeys: "getKeys",
  listKeys: "listKeys",
  keys: "listKeys",
  count: "count",
  getMany: "getMany",
  setMany: "setMany",
  deleteMany: "deleteMany",
  increment: "increment",
  compareAndSwap: "compareAndSwap",
  setJson: "setJson",
  setJsonText: "setJson",
  getJson: "getJson",
  findJson: "getJson",
  getJsonText: "getJson",
};

/** Bytes as they are now: who called may use the memory again. */
function copy(value) {
  return isUint8Array(value) ? Uint8Array.prototype.slice.call(value) : value;
}

function copyPair(pair) {
  const [key, value] = toPair(pair);
  return [copy(key), copy(value)];
}

/** What was given, as it is noted: keys and pairs, which may be there to be read only once, as an array. */
function toNotes(operation, given) {
  switch (operation) {
    case "getMany":
    case "deleteMany":
      return [toArray(given[0]).map(copy)];
    case "setMany":
      return [Array.from(toPairs(given[0]), copyPair)];
    case "getInto":
      return given.slice(0, 1);
    default:
      return given.map(copy);
  }
}

/** Makes what is called on a store, or on its promises, be noted. */
function record(target, app, label) {
  const isLater = target instanceof StorePromises;
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    const method = target[name];
    function call(...given) {
      const notes = toNotes(operation, given);
      app.calls.push({ operation, store: label, arguments: notes });
      return method.apply(this, operation.endsWith("Many") ? notes : given);
    }
    // Where what is given throws when it is read, a promise is rejected.
    async function callLater(...given) {
      return call.apply(this, given);
    }
    if (method !== undefined) {
      const value = isLater && name !== "keys" ? callLater : call;
      Object.defineProperty(target, name, { value });
    }
  }
}

function recordStore(store, app) {
  record(store, app, store.name);
  record(store.promises, app, store.name);
  return store;
}

class RecordedApp extends App {
  calls = [];

  constructor(options = {}) {
    const isInMemory = isRecord(options) && (options.stateDir ?? options.state_dir) === undefined;
    super(isInMemory ? { ...options, stateDir: "" } : options);
  }

  get promises() {
    const { open, seed } = super.promises;
    const openRecorded = async (...given) => recordStore(await open(...given), this);
    return { open: openRecorded, openDefault: (options) => openRecorded("default", options), seed };
  }

  open(label, options) {
    return recordStore(super.open(label, options), this);
  }

  openDefault(options) {
    return this.open("default", options);
  }

  reset() {
    this.calls.length = 0;
  }

  run(code) {
    return current.run(this, code);
  }
}

module.exports = { RecordedApp };
