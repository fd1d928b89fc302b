"use strict";

// Code for Spin, unchanged but for its import, in an app's folder of its own.
const assert = require("node:assert");
const { test } = require("node:test");
const spinkv = require("spinkv");
const spin = require("spinkv/spin-kv");
const { RecordedApp } = require("spinkv/testing");
const { loadSpinApp } = require("./spin-app.js");

test("a Spin app runs with another import", async (context) => {
  const app = await loadSpinApp(context);
  assert.deepStrictEqual([app.sign("Ada"), app.sign("Grace")], [1, 2]);
  assert.deepStrictEqual(app.read(1), { status: 200, body: "Ada" });
  assert.deepStrictEqual(app.read(3), { status: 404 });
  app.remove(1);
  app.remove(1);
  assert.deepStrictEqual(app.list(), ["guest:2"]);
  assert.deepStrictEqual(
    app.keep("default", "o", { a: [1] }).body,
    new Uint8Array(Buffer.from('{"a":[1]}')),
  );
  assert.deepStrictEqual(
    app.keep("default", "b", new Uint8Array([0, 255])).body,
    new Uint8Array([0, 255]),
  );
  assert.deepStrictEqual(app.keep("default", "e", "").body, new Uint8Array(0));
  assert.deepStrictEqual(app.keep("other", "k", "v"), {
    status: 500,
    payload: { tag: "no-such-store" },
  });
  const { status, payload } = app.keep("default", "k".repeat(257), "v");
  assert.deepStrictEqual([status, payload.tag], [500, "other"]);
  assert.match(payload.val, /257/);
});

test("a missing key is no JSON, as in Spin", async (context) => {
  await loadSpinApp(context);
  const store = spin.openDefault();
  assert.throws(() => store.getJson("missing"), SyntaxError);
  assert.strictEqual(store.get("missing"), null);
});

test("stores that nobody closes do not run out, and go on to work", async (context) => {
  await loadSpinApp(context);
  const first = spin.openDefault();
  first.set("first", "1");
  for (let round = 0; round < 300; round++) {
    spin.openDefault().set("round", `${round}`);
  }
  assert.deepStrictEqual(first.getKeys(), ["first", "round"]);
  assert.strictEqual(spinkv.openDefault().getString("round"), "299");
});

test("stores take turns where few may be open", () => {
  const app = new RecordedApp({ maxOpenStores: 2, stores: { shop: {} } });
  app.run(() => {
    const stores = [spin.openDefault(), spin.open("shop"), spin.openDefault(), spin.open("shop")];
    stores.forEach((store, index) => store.set(`${index}`, "v"));
    assert.deepStrictEqual(
      stores.map((store) => store.getKeys().join("")),
      ["02", "13", "02", "13"],
    );
  });
  assert.strictEqual(app.calls.length, 8);
});

test("what others hold open is not closed for it", () => {
  const app = new RecordedApp({ maxOpenStores: 1 });
  const held = app.openDefault();
  const open = () => app.run(() => spin.openDefault());
  assert.throws(open, { payload: { tag: "store-table-full" } });
  held.close();
  open();
  assert.throws(() => app.openDefault(), spinkv.StoreTableFullError);
});
