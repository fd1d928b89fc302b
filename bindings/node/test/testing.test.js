"use strict";

// The recorder of calls.
const assert = require("node:assert");
const { test } = require("node:test");
const { setTimeout: sleep } = require("node:timers/promises");
const spinkv = require("spinkv");
const spin = require("spinkv/spin-kv");
const { RecordedApp } = require("spinkv/testing");
const { CALLS } = require("./tools.js");
const { loadSpinApp } = require("./spin-app.js");

/** The calls as lists, which are quicker to read. */
function list(app) {
  return app.calls.map((call) => [call.operation, call.store, ...call.arguments]);
}

test("the calls of a Spin app are recorded, and forgotten", async (context) => {
  const { sign, keep } = await loadSpinApp(context);
  const app = new RecordedApp({ stores: { shop: {} } });
  app.run(() => sign("Ada"));
  assert.deepStrictEqual(app.calls, [
    { operation: "exists", store: "default", arguments: ["visits"] },
    { operation: "set", store: "default", arguments: ["visits", '{"count":1}'] },
    { operation: "set", store: "default", arguments: ["guest:1", "Ada"] },
  ]);
  app.reset();
  assert.deepStrictEqual(app.calls, []);
  app.run(() => keep("shop", "k", new Uint8Array([1])));
  assert.deepStrictEqual(list(app), [
    ["set", "shop", "k", new Uint8Array([1])],
    ["get", "shop", "k"],
  ]);
  assert.deepStrictEqual(
    app.run(() => keep("nowhere", "k", "v").payload),
    { tag: "no-such-store" },
  );
  const visits = app.openDefault();
  assert.strictEqual(visits.getJson("visits").count, 1);
  assert.throws(() => spin.open("shop"), { payload: { tag: "no-such-store" } });
});

test("every operation is recorded once, at once and with a promise, also where it fails", async () => {
  const app = new RecordedApp();
  const store = app.openDefault();
  const operations = [];
  for (const isClosed of [false, true]) {
    for (const [name, given] of Object.entries(CALLS)) {
      app.reset();
      await Promise.allSettled([
        (async () => store[name](...given))(),
        store.promises[name](...given),
      ]);
      const [now, later] = app.calls;
      assert.deepStrictEqual([app.calls.length, later], [2, now], name);
      assert.strictEqual(now.operation, name.replace(/^find/, "get").replace(/(String|Text)$/, ""));
      operations.push(name);
    }
    store.close();
  }
  assert.strictEqual(operations.length, 2 * Object.keys(CALLS).length);
});

test("iteration is recorded, and getInto without its buffer", async () => {
  const app = new RecordedApp();
  const store = await app.promises.openDefault();
  await app.promises.seed({ a: "1" });
  const keys = [...store, ...store.keys("a")];
  for await (const key of store.promises) {
    keys.push(key);
  }
  store.getInto("a", Buffer.alloc(8));
  assert.deepStrictEqual(keys, ["a", "a", "a"]);
  assert.deepStrictEqual(list(app), [
    ["listKeys", "default"],
    ["listKeys", "default", "a"],
    ["listKeys", "default"],
    ["getInto", "default", "a"],
  ]);
});

test("what is recorded is what was given, whatever becomes of that", async () => {
  const app = new RecordedApp();
  const store = app.openDefault();
  const bytes = Buffer.from("value");
  const keys = ["a", "b"];
  const pairs = [["a", bytes]];
  store.set("k", bytes);
  store.setMany(pairs);
  store.setMany(new Map(pairs).entries());
  store.setMany({ a: "1" });
  store.deleteMany(keys);
  const many = await store.promises.getMany(new Set(["k", "a"]).values());
  bytes.fill(0);
  keys.length = pairs.length = 0;
  assert.deepStrictEqual(many.map(String), ["value", "undefined"]);
  assert.deepStrictEqual(list(app), [
    ["set", "default", "k", Buffer.from("value")],
    ["setMany", "default", [["a", Buffer.from("value")]]],
    ["setMany", "default", [["a", Buffer.from("value")]]],
    ["setMany", "default", [["a", "1"]]],
    ["deleteMany", "default", ["a", "b"]],
    ["getMany", "default", ["k", "a"]],
  ]);
});

test("what cannot be read is the caller's error, as without a recorder", async () => {
  const odd = {
    get [Symbol.iterator]() {
      throw new RangeError("odd");
    },
  };
  const store = new RecordedApp().openDefault();
  assert.throws(() => store.getMany(odd), RangeError);
  assert.throws(() => store.setMany("keys"), TypeError);
  await assert.rejects(store.promises.setMany(odd), RangeError);
  await assert.rejects(store.promises.deleteMany(5), TypeError);
});

test("tests may run side by side", async () => {
  const apps = [new RecordedApp(), new RecordedApp()];
  await Promise.all(
    apps.map((app, index) =>
      app.run(async () => {
        for (let round = 0; round < 3; round++) {
          await sleep(1);
          spin.openDefault().set(`${index}`, "v");
        }
      }),
    ),
  );
  apps.forEach((app, index) => {
    assert.deepStrictEqual(list(app), Array(3).fill(["set", "default", `${index}`, "v"]));
    assert.deepStrictEqual(app.openDefault().getKeys(), [`${index}`]);
  });
});

test("run gives what the code does, and ends where it throws", () => {
  const app = new RecordedApp();
  assert.strictEqual(
    app.run(() => 5),
    5,
  );
  assert.throws(() => app.run(() => JSON.parse("")), SyntaxError);
  const inner = new RecordedApp();
  app.run(() => {
    inner.run(() => spin.openDefault().exists("inner"));
    spin.openDefault().exists("outer");
  });
  assert.deepStrictEqual(
    [list(inner), list(app)],
    [[["exists", "default", "inner"]], [["exists", "default", "outer"]]],
  );
});

test("a recorded store is a store", () => {
  const app = new RecordedApp();
  const store = app.openDefault();
  assert.ok(app instanceof spinkv.App && store instanceof spinkv.Store);
  const { get } = store;
  assert.throws(() => get("k"), TypeError);
  store.close();
  assert.throws(() => store.set("k", "v"), spinkv.InvalidStoreError);
});
