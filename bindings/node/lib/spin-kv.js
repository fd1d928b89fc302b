"use strict";

// The shape of Spin's own package for key-value stores: code written for it runs here when only its import is
// changed. spin-kv.d.ts documents it.
const { isUint8Array } = require("node:util/types");
const { current } = require("./current.js");
const spinkv = require("./index.js");

// The errors that Spin 2 and later have; its others are folded into "other".
const OWN_TAGS = new Set(["store-table-full", "no-such-store", "access-denied"]);

/** Calls, and gives an error what Spin's errors carry. */
function call(operation) {
  try {
    return operation();
  } catch (error) {
    if (error instanceof spinkv.SpinkvError) {
      const tag = error.spinName;
      error.payload = OWN_TAGS.has(tag) ? { tag } : { tag: "other", val: error.message };
    }
    throw error;
  }
}

function toBytes(value) {
  if (typeof value === "object" && !isUint8Array(value)) {
    return JSON.stringify(value);
  }
  return value;
}

/** A value as memory of its own, as it comes out of a component. */
function toOwnBytes(value) {
  return value === undefined ? null : new Uint8Array(value);
}

function wrap(store) {
  return {
    get: (key) => toOwnBytes(call(() => store.find(key))),
    set: (key, value) => call(() => store.set(key, toBytes(value))),
    delete: (key) => call(() => store.delete(key)),
    exists: (key) => call(() => store.exists(key)),
    getKeys: () => call(() => store.getKeys()),
    // A key that is not there is the text "", which is not JSON, as in Spin.
    getJson: (key) => JSON.parse(call(() => store.findString(key)) ?? ""),
    setJson: (key, value) => call(() => store.set(key, JSON.stringify(value))),
  };
}

function open(label) {
  // The module has an open of its own too, that of the default app.
  const app = current.getStore() ?? spinkv;
  return wrap(call(() => app.open(label)));
}

function openDefault() {
  return open("default");
}

module.exports = { open, openDefault };
