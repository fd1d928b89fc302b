"use strict";

// Bytes, strings and numbers that JavaScript has and other languages have not.
const assert = require("node:assert");
const { test } = require("node:test");
const spinkv = require("spinkv");
const { RecordedApp } = require("spinkv/testing");
const { memory, newFolder } = require("./tools.js");

const SIZES = [0, 1, 7, 8, 9, 500, 508, 511, 512, 1023, 1024, 1025, 4096, 4097, 16384, 1 << 20];

test("values of every size come back as they went in", async () => {
  const store = memory();
  for (const size of SIZES) {
    const bytes = Buffer.from(Array.from({ length: size }, (_, index) => (index * 7) & 0xff));
    store.set("k", bytes);
    assert.deepStrictEqual(store.get("k"), bytes);
    assert.deepStrictEqual(store.find("k"), bytes);
    assert.deepStrictEqual(await store.promises.get("k"), bytes);
    const text = "aé€🔑".repeat(Math.ceil(size / 10)).slice(0, size & ~1);
    if (text.isWellFormed?.() ?? true) {
      store.set("k", text);
      assert.strictEqual(store.getString("k"), text);
      assert.strictEqual(await store.promises.getString("k"), text);
    }
  }
});

test("strings at the edge of the small buffer are whole", () => {
  const store = memory();
  for (let size = 500; size < 520; size++) {
    for (const end of ["a", "é", "€", "🔑"]) {
      const text = "x".repeat(size) + end;
      store.set(text, text);
      assert.strictEqual(store.getString(text), text);
      assert.deepStrictEqual(store.getKeys(), [text]);
      store.delete(text);
    }
  }
});

test("a value that was read is nobody else's", () => {
  const store = memory();
  const read = [];
  for (let index = 0; index < 2000; index++) {
    store.set("k", `value ${index}`);
    read.push(store.get("k"));
    read[index][0] = 0x56;
  }
  read.forEach((value, index) => assert.strictEqual(value.toString(), `Value ${index}`));
  assert.strictEqual(store.getString("k"), "value 1999");
});

test("a transferred value spoils no other", () => {
  const store = memory();
  store.set("k", "value");
  const kept = store.get("k");
  // Depending on its version, Node.js ignores this, refuses it, or does it.
  const ways = [
    () => structuredClone(kept.buffer, { transfer: [kept.buffer] }),
    () => kept.buffer.transfer?.(),
  ];
  for (const transfer of ways) {
    try {
      transfer();
    } catch (error) {
      assert.match(error.name, /^(DataCloneError|TypeError)$/);
    }
  }
  for (let index = 0; index < 3; index++) {
    assert.strictEqual(store.get("k").toString(), "value");
  }
});

test("half a surrogate pair is refused and not replaced", async () => {
  const store = memory();
  for (const odd of [
    "\ud800",
    "a\udc00b",
    "\ud800\ud800\udc00",
    "x".repeat(600) + "\ud800",
    "\ufffd\ud800",
  ]) {
    assert.throws(() => store.set(odd, "v"), spinkv.InvalidArgumentError);
    assert.throws(() => store.set("k", odd), spinkv.InvalidArgumentError);
    await assert.rejects(store.promises.set("k", odd), spinkv.InvalidArgumentError);
    assert.throws(() => spinkv.open(odd), spinkv.InvalidArgumentError);
  }
  store.set("\ufffd🔑", "\ufffd");
  assert.deepStrictEqual(store.getKeys(), ["\ufffd🔑"]);
  assert.strictEqual(store.getString("\ufffd🔑"), "\ufffd");
  assert.strictEqual(store.count(), 1);
});

test("bytes are those of a view, of shared memory too", async () => {
  const store = memory();
  const whole = new Uint8Array(new SharedArrayBuffer(8)).fill(0x61);
  const views = [
    whole.subarray(2, 5),
    new Uint8Array(whole).subarray(2, 5),
    new Uint8ClampedArray(3).fill(0x61),
  ];
  for (const view of views) {
    store.set(view, view);
    assert.strictEqual(store.getString("aaa"), "aaa");
    await store.promises.set(view, view);
    store.getInto("aaa", view);
    store.delete("aaa");
  }
});

test("what is neither a string nor bytes is a TypeError", async () => {
  const store = memory();
  for (const odd of [
    undefined,
    null,
    5,
    5n,
    {},
    [],
    true,
    new Float64Array(1),
    new ArrayBuffer(1),
    new DataView(new ArrayBuffer(1)),
  ]) {
    assert.throws(() => store.set("k", odd), TypeError);
    assert.throws(() => store.get(odd), TypeError);
    assert.throws(() => store.getInto("k", odd), TypeError);
    assert.throws(() => store.setMany([["k", odd]]), TypeError);
    await assert.rejects(store.promises.set("k", odd), TypeError);
    await assert.rejects(store.promises.getMany([odd]), TypeError);
  }
  store.set("k", "v");
  // What has no items must not pass for an empty list of them.
  for (const odd of [undefined, null, 5, "keys", true, {}, new Date(), Promise.resolve(["k"])]) {
    assert.throws(() => store.getMany(odd), TypeError);
    assert.throws(() => store.deleteMany(odd), TypeError);
    await assert.rejects(store.promises.deleteMany(odd), TypeError);
  }
  for (const odd of [undefined, null, 5, "items", true, () => 1, new Date(), Promise.resolve({})]) {
    assert.throws(() => store.setMany(odd), TypeError);
    await assert.rejects(store.promises.setMany(odd), TypeError);
  }
  assert.deepStrictEqual(store.getKeys(), ["k"]);
});

test("what a promise was given may change at once", async () => {
  const store = memory();
  const value = Buffer.alloc(100_000, "a");
  const key = Buffer.from("k");
  const done = store.promises.set(key, value);
  value.fill("b");
  key.fill("x");
  await done;
  assert.strictEqual(store.getString("k"), "a".repeat(100_000));
});

test("a counter is exact as a BigInt", async () => {
  const store = memory();
  assert.strictEqual(store.increment("n", 2n ** 53n), 2n ** 53n);
  assert.strictEqual(store.increment("n", 1n), 2n ** 53n + 1n);
  assert.strictEqual(store.increment("n", 0), 2 ** 53);
  assert.strictEqual(await store.promises.increment("n", 2n ** 62n), 2n ** 62n + 2n ** 53n + 1n);
  for (const odd of [0.5, NaN, Infinity, 2 ** 53, 2n ** 63n, -(2n ** 63n) - 1n]) {
    assert.throws(() => store.increment("n", odd), spinkv.InvalidArgumentError);
  }
  assert.throws(() => store.increment("n", "1"), TypeError);
});

test("JSON that would not come back is refused", async () => {
  const store = memory();
  const circle = {};
  circle.self = circle;
  for (const odd of [
    NaN,
    [Infinity],
    { a: -Infinity, b: null },
    new Number(NaN),
    { a: [new Number(Infinity)] },
    undefined,
    () => 1,
    Symbol("s"),
    circle,
    5n,
  ]) {
    assert.throws(() => store.setJson("k", odd), spinkv.InvalidJsonError);
    await assert.rejects(store.promises.setJson("k", odd), spinkv.InvalidJsonError);
  }
  const throwing = {
    toJSON() {
      throw "not today";
    },
  };
  assert.throws(() => store.setJson("k", throwing), { message: /is not JSON: not today$/ });
  assert.strictEqual(store.count(), 0);
  for (const fine of [
    null,
    { n: null, d: new Date(NaN) },
    [null, new Number(1)],
    "null",
    [1.5, -0.25, 1e300],
  ]) {
    store.setJson("k", fine);
    assert.deepStrictEqual(store.getJson("k"), JSON.parse(JSON.stringify(fine)));
  }
  store.setJson("k", null);
  assert.deepStrictEqual([store.findJson("k"), store.findJson("missing")], [null, undefined]);
});

test("JSON text keeps every digit, numbers do not", () => {
  const store = memory();
  store.setJsonText("k", "[9007199254740993, 1.50]");
  assert.strictEqual(store.getJsonText("k"), "[9007199254740993,1.50]");
  assert.deepStrictEqual(store.getJson("k"), [2 ** 53, 1.5]);
});

test("keys, pairs and options come in JavaScript's forms", () => {
  const store = memory();
  store.setMany(new Map([["a", "1"]]));
  store.setMany({ b: "2", __proto__: null });
  store.setMany(
    (function* () {
      yield ["c", "3"];
    })(),
  );
  assert.deepStrictEqual(
    store.getMany(new Set(["c", "x", "a"])).map((value) => value?.toString()),
    ["3", undefined, "1"],
  );
  assert.throws(() => store.setMany([["d"]]), TypeError);
  assert.throws(() => spinkv.open("x", { maxEntriez: 1 }), /max_entries/);
  assert.throws(() => spinkv.open("x", { path: "a\0b" }), spinkv.InvalidArgumentError);
  assert.strictEqual(
    spinkv.open("x", { path: ":memory:", max_entries: 5, durability: undefined }).count(),
    0,
  );
});

test("getInto leaves what does not fit", () => {
  const store = memory();
  store.set("k", "value");
  const buffer = Buffer.alloc(4, "-");
  assert.strictEqual(store.getInto("k", buffer), 5);
  assert.strictEqual(buffer.toString(), "----");
  assert.strictEqual(store.getInto("k", Buffer.alloc(0)), 5);
});

test("what has no names is not taken for options that were left out", () => {
  const store = memory();
  store.set("other", "v");
  for (const odd of [
    null,
    5,
    "spin.toml",
    true,
    () => 1,
    [],
    new Map([["path", "x"]]),
    Promise.resolve({}),
  ]) {
    assert.throws(() => new spinkv.App(odd), TypeError);
    assert.throws(() => new RecordedApp(odd), TypeError);
    assert.throws(() => spinkv.open("default", odd), TypeError);
    assert.throws(() => store.listKeys(odd), TypeError);
    assert.throws(() => new spinkv.App({ stores: { cache: odd } }), TypeError);
    if (odd !== null) {
      assert.throws(() => new spinkv.App({ stores: odd }), TypeError);
    }
  }
  assert.throws(() => new spinkv.App({ manifst: "spin.toml" }), {
    code: "invalid-argument",
    message: /"manifst", did you mean "manifest"\? There are manifest, component,/,
  });
  const bare = Object.assign(Object.create(null), { path: ":memory:" });
  assert.strictEqual(spinkv.open("bare", bare).count(), 0);
});

test("a name of an option that is unknown or there twice is an error, TOML's spelling is not", async (context) => {
  const store = memory();
  store.set("k", "v");
  const code = "invalid-argument";
  for (const [odd, meant] of [
    [{ lmit: 2 }, "limit"],
    [{ prefx: "a" }, "prefix"],
  ]) {
    const refused = {
      code,
      message: new RegExp(`did you mean "${meant}"\\? There are prefix, after`),
    };
    assert.throws(() => store.listKeys(odd), refused);
    await assert.rejects(store.promises.listKeys(odd), refused);
  }
  for (const odd of ["a", null]) {
    assert.throws(() => store.listKeys(odd), { name: "TypeError", message: /\{ prefix: "a" \}$/ });
  }
  for (const [name, meant] of Object.entries({
    state_dri: "stateDir",
    runtimeconfig: "runtimeConfig",
  })) {
    const message = new RegExp(`"${name}", did you mean "${meant}"\\?`);
    assert.throws(() => new spinkv.App({ [name]: "" }), { code, message });
  }
  assert.throws(() => new spinkv.App({ wings: 2 }), {
    code,
    message: /"wings"; there are manifest/,
  });
  const folder = newFolder(context);
  for (const App of [spinkv.App, RecordedApp]) {
    const app = new App({ state_dir: folder, stateDir: undefined });
    assert.ok(app.stores().get("default").includes(folder));
    assert.throws(() => new App({ state_dir: folder, stateDir: "" }), {
      code,
      message: /"stateDir"/,
    });
  }
});

test("options of a store that an App has already are refused", async () => {
  for (const app of [new spinkv.App({ stateDir: "" }), new RecordedApp()]) {
    const refused = { name: "TypeError", message: /addStore\(label, options\)/ };
    assert.throws(() => app.open("default", {}), refused);
    assert.throws(() => app.openDefault({ maxEntries: 5 }), refused);
    await assert.rejects(app.promises.open("default", { maxEntries: 5 }), refused);
    await assert.rejects(app.promises.openDefault({}), refused);
    assert.strictEqual(app.open("default", undefined).count(), 0);
  }
});

test("an option in both its spellings, and a URL as text, are errors", () => {
  const twice = { max_entries: 1, maxEntries: 2 };
  const code = "invalid-argument";
  assert.throws(() => spinkv.open("t", twice), { code, message: /"max_entries" is given in both/ });
  assert.strictEqual(spinkv.open("t", { max_entries: 1, maxEntries: undefined }).count(), 0);
  const refused = { name: "TypeError", message: /URL object/ };
  assert.throws(() => spinkv.open("t", { path: "file:///tmp/t.db" }), refused);
  assert.throws(() => new spinkv.App({ stateDir: "file:///tmp" }), refused);
  assert.throws(() => spinkv.open("t", { url: new URL("file:///tmp") }), { name: "TypeError" });
});

test("a number of open stores that is out of range is named", () => {
  for (const odd of [-1, 0, 65536, 2 ** 40, -(2n ** 63n)]) {
    const message = `max_open_stores is ${odd}; 1 to 65535 is allowed`;
    assert.throws(() => new spinkv.App({ maxOpenStores: odd }), {
      code: "invalid-argument",
      message,
    });
  }
});

test("what is no pair is refused, a string too", async () => {
  const store = memory();
  for (const [odd, met] of [
    ["jk", '"jk"'],
    [{ j: "k" }, "object"],
    [null, "object"],
    [5, "number"],
  ]) {
    const refused = {
      name: "TypeError",
      message: `the items must be pairs of a key and a value, not ${met}`,
    };
    assert.throws(() => store.setMany([odd]), refused);
    await assert.rejects(store.promises.setMany([odd]), refused);
    assert.throws(() => new spinkv.App({ stateDir: "" }).seed([odd]), refused);
    assert.throws(() => new RecordedApp().openDefault().setMany([odd]), refused);
  }
  assert.strictEqual(store.count(), 0);
});

test("options that name nothing make a store of its own, in memory", async () => {
  spinkv.open("t", {}).set("k", "v");
  assert.strictEqual(spinkv.open("t", {}).count(), 0);
  assert.strictEqual((await spinkv.promises.open("t", {})).count(), 0);
  assert.throws(() => spinkv.open("t", undefined), spinkv.NoSuchStoreError);
});

test("an option of a wrong type is named, on one line", () => {
  for (const odd of [{}, [], () => 1, Symbol("s"), new Map()]) {
    assert.throws(() => spinkv.open("x", { maxEntries: odd }), {
      name: "TypeError",
      message: 'the option "maxEntries" must be a string, bytes, a number or a boolean',
    });
  }
  for (const odd of [{}, 0.5, 1, "v"]) {
    assert.throws(() => spinkv.open("x", { "a\nb": odd }), { message: /^[^\n]+$/ });
  }
});

test("a key's memory may go while the keys after it are read", () => {
  const store = memory();
  const key = new Uint8Array(100_000).fill(0x61);
  store.setMany([
    [key, "of the long key"],
    ["", "of the empty key"],
  ]);
  const keys = [key, "missing"];
  Object.defineProperty(keys, 1, {
    get() {
      structuredClone(key.buffer, { transfer: [key.buffer] });
      return "missing";
    },
  });
  assert.deepStrictEqual(store.getMany(keys).map(String), ["of the empty key", "undefined"]);
});
