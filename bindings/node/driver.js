// The driver of Node.js: answers the requests of the conformance cases, a line each, by the protocol in
// tests/conformance/README.md. It only translates. What can be done twice is done by the synchronous call and by
// the promise, which must agree, and one of the two answers.
"use strict";

const { isDeepStrictEqual } = require("node:util");
const { createInterface } = require("node:readline");
const spinkv = require("spinkv");

const WITHOUT = { "raw-handles": "in Node.js a store is an object and not a number" };

const UNTOUCHED = 0xa5;
const COLLECT_EVERY = 1000;

const apps = new Map();
const stores = new Map();

// ---- Words -----------------------------------------------------------------------------------------

function toWord(value) {
  if (value === undefined) {
    return "-";
  }
  if (typeof value === "string" || value instanceof Uint8Array) {
    return `x${Buffer.from(value).toString("hex")}`;
  }
  return String(value);
}

function toBytes(word) {
  if (!/^x(?:[0-9a-f]{2})*$/.test(word)) {
    throw new TypeError(`not bytes: ${word}`);
  }
  return Buffer.from(word.slice(1), "hex");
}

/** A text as a user would pass it: a string, or bytes where it is not UTF-8. */
function toText(word) {
  const bytes = toBytes(word);
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : bytes;
}

function optional(convert, word) {
  return word === "-" ? undefined : convert(word);
}

function toPairs(words) {
  const pairs = [];
  for (let index = 0; index < words.length; index += 2) {
    pairs.push([toText(words[index]), toBytes(words[index + 1])]);
  }
  return pairs;
}

function named(map, name) {
  if (!map.has(name)) {
    throw new ReferenceError(`nothing is named ${name}`);
  }
  return map.get(name);
}

/** Takes a label and its options from the front of the words. */
function takeStore(words) {
  const label = toText(words.shift());
  const options = {};
  for (let left = Number(words.shift()); left > 0; left--) {
    const name = toText(words.shift());
    const word = words.shift();
    options[name] = word.startsWith("x") ? toText(word) : toOption(word);
  }
  return [label, options];
}

function toOption(word) {
  return word === "true" || word === "false" ? word === "true" : toInteger(word);
}

/** A number where that is exact, else a BigInt. */
function toInteger(word) {
  return Number.isSafeInteger(Number(word)) ? Number(word) : BigInt(word);
}

// ---- Both ways -------------------------------------------------------------------------------------

async function outcome(operation) {
  try {
    return { result: await operation() };
  } catch (error) {
    return { error, said: [error.constructor, error.message, error.engineCode] };
  }
}

/** Calls a method of a store and the same method of its promises. */
async function both(store, method, ...values) {
  const now = await outcome(() => store[method](...values));
  const later = await outcome(() => store.promises[method](...values));
  if (!isDeepStrictEqual([now.result, now.said], [later.result, later.said])) {
    throw new Error(
      `${method} and its promise differ: ${String(now.error)}, ${String(later.error)}`,
    );
  }
  if (now.error) {
    throw now.error;
  }
  return now.result;
}

// ---- Requests: each gives the words of its answer ----------------------------------------------------

const onApps = {
  reset(folder) {
    for (const store of stores.values()) {
      store.close();
    }
    stores.clear();
    apps.clear();
    process.chdir(toBytes(folder).toString());
  },

  new_app(app, manifest, component, runtimeConfig, stateDir, maxOpenStores, ...words) {
    const added = [];
    while (words.length > 0) {
      added.push(takeStore(words));
    }
    const made = new spinkv.App({
      manifest: optional(toText, manifest),
      component: optional(toText, component),
      runtimeConfig: optional(toText, runtimeConfig),
      stateDir: optional(toText, stateDir),
      maxOpenStores: optional(Number, maxOpenStores),
      stores: Object.fromEntries(added),
    });
    apps.set(app, made);
    return made.warnings();
  },

  add_store(app, ...words) {
    named(apps, app).addStore(...takeStore(words));
  },

  free_app(app) {
    apps.delete(app);
  },

  grant(app, label) {
    named(apps, app).grant(toText(label));
  },

  async seed(app, ...words) {
    await named(apps, app).promises.seed(toPairs(words));
  },

  list_stores(app) {
    return [...named(apps, app).stores()].flat();
  },

  set_environment(name, value) {
    if (value === "-") {
      delete process.env[toText(name)];
    } else {
      process.env[toText(name)] = toText(value);
    }
  },

  async open(store, app, label) {
    const from = app === "-" ? spinkv : named(apps, app);
    stores.set(store, await from.promises.open(toText(label)));
  },

  open_default(store, app) {
    stores.set(store, (app === "-" ? spinkv : named(apps, app)).openDefault());
  },
};

const onStores = {
  close: (store) => store.close(),
  get: async (store, key) => [await both(store, "get", toText(key))],
  find: async (store, key) => [await both(store, "find", toText(key))],

  get_into(store, key, capacity) {
    const buffer = Buffer.alloc(Number(capacity), UNTOUCHED);
    return [store.getInto(toText(key), buffer), buffer];
  },

  set: (store, key, value) => both(store, "set", toText(key), toBytes(value)),
  delete: (store, key) => both(store, "delete", toText(key)),
  exists: async (store, key) => [await both(store, "exists", toText(key))],
  get_keys: (store) => both(store, "getKeys"),

  async iterate(store) {
    const later = [];
    for await (const key of store.promises) {
      later.push(key);
    }
    const now = [...store];
    if (!isDeepStrictEqual(now, later)) {
      throw new Error("the iterations differ");
    }
    return now;
  },

  list_keys(store, prefix, after, limit) {
    return both(store, "listKeys", {
      prefix: optional(toText, prefix),
      after: optional(toText, after),
      limit: optional(toInteger, limit),
    });
  },

  count: async (store) => [await both(store, "count")],
  get_many: (store, ...keys) => both(store, "getMany", keys.map(toText)),
  set_many: (store, ...words) => both(store, "setMany", toPairs(words)),
  delete_many: (store, ...keys) => both(store, "deleteMany", keys.map(toText)),

  async increment(store, key, delta) {
    return delta === "-"
      ? [store.increment(toText(key))]
      : [await store.promises.increment(toText(key), BigInt(delta))];
  },

  async compare_and_swap(store, key, expected, value) {
    const values = [toText(key), optional(toBytes, expected), toBytes(value)];
    return expected === "-"
      ? [await store.promises.compareAndSwap(...values)]
      : [store.compareAndSwap(...values)];
  },

  set_json: (store, key, text) => both(store, "setJson", toText(key), JSON.parse(toBytes(text))),
  get_json: async (store, key) => [JSON.stringify(await both(store, "getJson", toText(key)))],

  async find_json(store, key) {
    const found = await both(store, "findJson", toText(key));
    return [found === undefined ? undefined : JSON.stringify(found)];
  },

  set_json_text: (store, key, text) => both(store, "setJsonText", toText(key), toBytes(text)),
  get_json_text: async (store, key) => [await both(store, "getJsonText", toText(key))],

  async repeat(store, times) {
    for (let left = Number(times); left > 0; left--) {
      store.set("key", Buffer.alloc(1000, "v"));
      store.get("key");
      try {
        store.get("missing");
      } catch (error) {
        if (!(error instanceof spinkv.NoSuchKeyError)) {
          throw error;
        }
      }
      if (left % COLLECT_EVERY === 0) {
        globalThis.gc();
        await new Promise(setImmediate);
      }
    }
    globalThis.gc();
  },
};

async function answer(line) {
  const [operation, ...words] = line.split(" ");
  try {
    let met;
    if (Object.hasOwn(onApps, operation)) {
      met = await onApps[operation](...words);
    } else if (Object.hasOwn(onStores, operation)) {
      met = await onStores[operation](named(stores, words[0]), ...words.slice(1));
    } else {
      throw new ReferenceError(`no request ${operation}`);
    }
    return ["ok", ...(met ?? []).map(toWord)].join(" ");
  } catch (error) {
    if (error instanceof spinkv.SpinkvError) {
      return ["error", error.code, error.spinName, error.name, toWord(error.message)].join(" ");
    }
    return `broken ${toWord(String(error))}`;
  }
}

async function serve() {
  for (const [flag, reason] of Object.entries(WITHOUT)) {
    process.stdout.write(`without ${flag} ${toWord(reason)}\n`);
  }
  process.stdout.write("ready 1\n");
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${await answer(line)}\n`);
  }
}

serve();
