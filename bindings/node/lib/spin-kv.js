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

// How many stores of an app are kept open. Code for Spin closes none, and may open one for each request.
const KEPT = 64;

/** The stores of each app that are open, those opened first in front. */
const openOf = new WeakMap();

function closeFirst(kept) {
  const [first] = kept;
  kept.delete(first);
  first.store.close();
}

/** A store that is closed when many others were opened since, and opened again when it is used. */
class Opened {
  constructor(app, label) {
    this.app = app;
    this.label = label;
    this.connect();
  }

  connect() {
    const kept = openOf.get(this.app) ?? new Set();
    openOf.set(this.app, kept);
    while (kept.size >= KEPT) {
      closeFirst(kept);
    }
    for (;;) {
      try {
        this.store = this.app.open(this.label);
        kept.add(this);
        return;
      } catch (error) {
        if (!(error instanceof spinkv.StoreTableFullError) || kept.size === 0) {
          throw error;
        }
        closeFirst(kept);
      }
    }
  }

  /** Calls an operation on the store. */
  use(operation) {
    return call(() => {
      if (this.store.closed) {
        this.connect();
      }
      return operation(this.store);
    });
  }
}

function open(label) {
  // The module has an open of its own too, that of the default app.
  const app = current.getStore() ?? spinkv;
  const opened = call(() => new Opened(app, label));
  const set = (key, value) => opened.use((store) => store.set(key, value));
  return {
    get: (key) => toOwnBytes(opened.use((store) => store.find(key))),
    set: (key, value) => set(key, toBytes(value)),
    delete: (key) => opened.use((store) => store.delete(key)),
    exists: (key) => opened.use((store) => store.exists(key)),
    getKeys: () => opened.use((store) => store.getKeys()),
    // A key that is not there is the text "", which is not JSON, as in Spin.
    getJson: (key) => JSON.parse(opened.use((store) => store.findString(key)) ?? ""),
    setJson: (key, value) => set(key, JSON.stringify(value)),
  };
}

function openDefault() {
  return open("default");
}

module.exports = { open, openDefault };
