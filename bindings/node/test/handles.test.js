"use strict";

// Handles that are closed, collected, and used in ways that no compiler refuses.
const assert = require("node:assert");
const path = require("node:path");
const { test } = require("node:test");
const spinkv = require("spinkv");
const { CALLS, collect, fillPool, memory } = require("./tools.js");

test("every operation of a closed store is invalid-store", async () => {
  const store = memory();
  store.close();
  store.close();
  assert.strictEqual(store.closed, true);
  for (const [name, given] of Object.entries(CALLS)) {
    assert.throws(() => store[name](...given), spinkv.InvalidStoreError, name);
    await assert.rejects(store.promises[name](...given), spinkv.InvalidStoreError, name);
  }
  assert.throws(() => store.getInto("k", Buffer.alloc(1)), spinkv.InvalidStoreError);
  assert.throws(() => [...store], spinkv.InvalidStoreError);
});

test("the list above has every operation", () => {
  const own = Object.getOwnPropertyNames(Object.getPrototypeOf(memory().promises));
  assert.deepStrictEqual(
    own.filter((name) => !["constructor", "keys"].includes(name)).sort(),
    Object.keys(CALLS).sort(),
  );
});

test("closing leaves other handles open", () => {
  const app = new spinkv.App({ stateDir: "" });
  const [one, other] = [app.openDefault(), app.openDefault()];
  one.set("k", "v");
  one.close();
  assert.strictEqual(other.getString("k"), "v");
});

test("a store is closed at the end of its block", () => {
  const store = memory();
  assert.strictEqual(typeof store[Symbol.dispose ?? Symbol.for("Symbol.dispose")], "function");
  store[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
  assert.strictEqual(store.closed, true);
});

test("a store that is collected is closed", async () => {
  const app = new spinkv.App({ stateDir: "", maxOpenStores: 4 });
  for (let round = 0; round < 4; round++) {
    (() => {
      for (let index = 0; index < 4; index++) {
        app.openDefault();
      }
    })();
    assert.throws(() => app.openDefault(), spinkv.StoreTableFullError);
    await collect();
  }
  app.openDefault().close();
});

test("a store stays open when its app is collected", async () => {
  const store = new spinkv.App({ stateDir: "" }).openDefault();
  await collect();
  store.set("k", "v");
  assert.strictEqual(store.getString("k"), "v");
});

test("a store with a promise to keep is not collected", async () => {
  const pending = [];
  fillPool();
  for (let index = 0; index < 100; index++) {
    pending.push(memory().promises.set("k", "v"));
  }
  await collect();
  assert.deepStrictEqual(await Promise.all(pending), Array(100).fill(undefined));
});

test("an app with a promise to keep is not collected", async () => {
  const pending = [];
  fillPool();
  for (let index = 0; index < 100; index++) {
    pending.push(new spinkv.App({ stateDir: "" }).promises.openDefault());
  }
  await collect();
  for (const store of await Promise.all(pending)) {
    assert.strictEqual(store.count(), 0);
    store.close();
  }
});

test("closing does not disturb a promise that runs", async () => {
  for (let round = 0; round < 100; round++) {
    const store = memory();
    const pending = [
      store.promises.set("k", "v"),
      store.promises.get("k"),
      store.promises.getKeys(),
    ];
    store.close();
    for (const { reason } of await Promise.allSettled(pending)) {
      assert.ok(reason === undefined || /invalid-store|no-such-key/.test(reason.code), reason);
    }
  }
});

test("what is no store is a TypeError", () => {
  const { get } = spinkv.Store.prototype;
  assert.throws(() => get.call({}, "k"), TypeError);
  assert.throws(() => get.call(undefined, "k"), TypeError);
  assert.throws(() => new spinkv.Store(), TypeError);
  assert.throws(() => spinkv.App.prototype.open.call({}, "default"), TypeError);
});

test("the addon refuses anything at all without a crash", async () => {
  const native = require("../lib/native.js");
  const odd = [
    undefined,
    null,
    -1,
    2 ** 40,
    NaN,
    "x",
    {},
    [],
    Symbol("s"),
    () => 1,
    new Uint8Array(1),
    10n ** 30n,
  ];
  const functions = [...Object.values(native), ...Object.values(native.promises)];
  for (const call of functions.filter((value) => typeof value === "function")) {
    if (["open", "seed", "start"].includes(call.name)) {
      continue; // undefined is the default app there
    }
    for (const first of odd) {
      for (const second of odd) {
        try {
          await call(first, second, second, first, second);
        } catch (error) {
          assert.ok(error instanceof Error, call.name);
        }
      }
    }
  }
});

test("stores that come and go take no memory, without a collection too", async () => {
  const GROWTH = 20_000_000;
  const before = process.memoryUsage.rss();
  for (let index = 0; index < 3000; index++) {
    memory().close();
  }
  for (let index = 0; index < 1000; index++) {
    (await spinkv.promises.open("m", { path: ":memory:" })).close();
  }
  assert.ok(process.memoryUsage.rss() - before < GROWTH);
});

test("a package that is loaded again throws its own errors", () => {
  const folder = path.join(__dirname, "..", "lib");
  for (const file of Object.keys(require.cache).filter((name) => name.startsWith(folder))) {
    delete require.cache[file];
  }
  const again = require("spinkv");
  assert.notStrictEqual(again.NoSuchKeyError, spinkv.NoSuchKeyError);
  for (const { open, NoSuchKeyError } of [spinkv, again]) {
    assert.throws(() => open("x", { path: ":memory:" }).get("k"), NoSuchKeyError);
  }
});
