// Uses every declaration; compiled by `tsc --strict`, and run by test/types.test.js.
import * as assert from "node:assert";
import * as spinkv from "spinkv";
import {
  App,
  NoSuchKeyError,
  open,
  promises,
  type Items,
  type Key,
  type StoreOptions,
} from "spinkv";
import * as spin from "spinkv/spin-kv";
import { RecordedApp, type Call } from "spinkv/testing";

const options: StoreOptions = { path: ":memory:", durability: "normal", maxEntries: 0 };
const store: spinkv.Store = open("cache", options);
const key: Key = new Uint8Array([0x6b]);

store.set(key, "value");
const bytes: Buffer = store.get(key);
const found: Buffer | undefined = store.find("missing");
const text: string = store.getString("k");
const size: number = store.getInto("k", new Uint8Array(8));
assert.deepStrictEqual([bytes.toString(), found, text, size], ["value", undefined, "value", 5]);

const small: number = store.increment("n");
const exact: bigint = store.increment("n", 2n ** 60n);
assert.strictEqual(exact - BigInt(small), 2n ** 60n);

const items: Items = { a: "1", b: new Uint8Array(2) };
store.setMany(items);
store.setMany(new Map([["a", "1"]]));
const many: Array<Buffer | undefined> = store.getMany(["a", "missing"]);
assert.strictEqual(many[1], undefined);

const keys: string[] = [...store, ...store.keys("a"), ...store.listKeys({ prefix: "a", limit: 1 })];
assert.strictEqual(keys.length, 6);
const swapped: boolean = store.compareAndSwap("lock", null, "me");
assert.ok(swapped && store.exists("lock"));

interface User {
  name: string;
}
store.setJson("user", { name: "Ada" });
const user: User = store.getJson<User>("user");
const nobody: User | undefined = store.findJson<User>("nobody");
assert.deepStrictEqual([user.name, nobody], ["Ada", undefined]);

// @ts-expect-error a number is no value
assert.throws(() => store.set("k", 5), TypeError);
// @ts-expect-error stores are made by open
assert.throws(() => new spinkv.Store(), TypeError);
// @ts-expect-error there is no such option
assert.throws(() => open("x", { pth: "x" }), spinkv.InvalidArgumentError);

try {
  store.get("missing");
  assert.fail("a missing key was found");
} catch (error) {
  assert.ok(error instanceof NoSuchKeyError);
  const code: "no-such-key" = error.code;
  const spinName: spinkv.SpinName = error.spinName;
  assert.deepStrictEqual([code, spinName, error.engineCode], ["no-such-key", "no-such-key", 0]);
}

function useAndClose(): spinkv.Store {
  using used = open("used", options);
  used.set("k", "v");
  return used;
}

async function usePromises(): Promise<void> {
  const later: spinkv.Store = await promises.open("later", options);
  await later.promises.setMany([["k", "v"]]);
  const value: Buffer = await later.promises.get("k");
  const number: bigint = await later.promises.increment("n", 1n);
  const all: string[] = [];
  for await (const name of later.promises) {
    all.push(name);
  }
  assert.deepStrictEqual([value.toString(), number, all], ["v", 1n, ["k", "n"]]);
}

const app: App = new App({ stateDir: "", stores: { cache: options } });
app.seed({ greeting: "hello" });
const summaries: Map<string, string> = app.stores();
assert.ok(summaries.has("cache"));

function useSpin(opened: spin.Store): void {
  opened.set("k", { a: 1 });
  const raw: Uint8Array | null = opened.get("k");
  assert.strictEqual(raw?.length, 7);
}

const recorded: RecordedApp = new RecordedApp({ maxOpenStores: 8 });
const length: number | undefined = recorded.run(() => {
  const opened: spin.Store = spin.openDefault();
  opened.set("k", "v");
  return opened.get("k")?.length;
});
const calls: Call[] = recorded.calls;
assert.deepStrictEqual([length, calls.map((call) => call.operation)], [1, ["set", "get"]]);
recorded.reset();

assert.ok(useAndClose().closed);
usePromises().then(() => console.log("done"));
export { useSpin };
