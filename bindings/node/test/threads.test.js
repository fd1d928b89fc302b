"use strict";

// Worker threads, the pool's threads, and the event loop that must go on.
const assert = require("node:assert");
const { spawn, spawnSync } = require("node:child_process");
const { once } = require("node:events");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");
const { setTimeout: sleep } = require("node:timers/promises");
const { Worker } = require("node:worker_threads");
const spinkv = require("spinkv");
const { newFolder } = require("./tools.js");

const WORKERS = 4;
const INCREMENTS = 500;

function options(folder) {
  return { path: path.join(folder, "store.db"), durability: "normal", busyTimeoutMs: 60_000 };
}

/** A worker that has the variables store and folder, and runs this text. */
function startWorker(folder, text) {
  const start = `
    const spinkv = require(${JSON.stringify(require.resolve("spinkv"))});
    const { parentPort, workerData: folder } = require("node:worker_threads");
    const store = spinkv.open("shared", ${JSON.stringify(options(folder))});`;
  return new Worker(`${start}\n(async () => {${text}})();`, { eval: true, workerData: folder });
}

test("workers count together, at once and with promises", async (context) => {
  const folder = newFolder(context);
  const workers = Array.from({ length: WORKERS }, () =>
    startWorker(
      folder,
      `
      for (let index = 0; index < ${INCREMENTS}; index++) {
        store.increment("n");
        await store.promises.increment("n");
      }`,
    ),
  );
  const codes = await Promise.all(workers.map(async (worker) => (await once(worker, "exit"))[0]));
  assert.deepStrictEqual(codes, Array(WORKERS).fill(0));
  const store = spinkv.open("shared", options(folder));
  assert.strictEqual(store.increment("n", 0), 2 * WORKERS * INCREMENTS);
  store.close();
});

test(
  "a worker that ends leaves nothing open",
  { skip: process.platform !== "linux" && "reads /proc" },
  async (context) => {
    const folder = newFolder(context);
    const [code] = await once(
      startWorker(folder, `store.set("k", "v"); store.promises.get("k");`),
      "exit",
    );
    assert.strictEqual(code, 0);
    const open = fs.readdirSync("/proc/self/fd").map((fd) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return "";
      }
    });
    assert.deepStrictEqual(
      open.filter((file) => file.startsWith(folder)),
      [],
    );
  },
);

test("a worker may be ended at any moment", async (context) => {
  const folder = newFolder(context);
  for (let round = 0; round < 10; round++) {
    const worker = startWorker(
      folder,
      `
      for (;;) {
        const calls = [];
        for (let index = 0; index < 50; index++) {
          calls.push(store.promises.set("k" + index, "v"), spinkv.promises.open("x", { path: ":memory:" }));
        }
        parentPort.postMessage("going");
        await Promise.allSettled(calls);
      }`,
    );
    await once(worker, "message");
    await sleep(round);
    await worker.terminate();
  }
});

test("a store cannot be used in another thread", async (context) => {
  const store = spinkv.open("shared", options(newFolder(context)));
  const worker = new Worker(
    `require("node:worker_threads").parentPort.once("message", (store) => {
    try { store.get("k"); } catch (error) { process.exit(error instanceof TypeError ? 7 : 8); }
  });`,
    { eval: true },
  );
  try {
    worker.postMessage(store);
    assert.deepStrictEqual(await once(worker, "exit"), [7]);
  } catch (error) {
    assert.strictEqual(error.name, "DataCloneError");
    await worker.terminate();
  }
  store.close();
});

test("a process may end while promises are pending", () => {
  const text = `
    const store = require("spinkv").open("x", { path: ":memory:", maxEntries: 0 });
    for (let index = 0; index < 500; index++) store.promises.set("k" + index, "v");
    process.exit(3);`;
  const run = spawnSync(process.execPath, ["-e", text], {
    cwd: path.join(__dirname, ".."),
    encoding: "utf8",
  });
  assert.deepStrictEqual([run.status, run.stderr], [3, ""]);
});

const hasShell = spawnSync("sqlite3", ["-version"]).status === 0;

test(
  "waiting for another writer does not hold up the event loop",
  { skip: !hasShell && "no sqlite3 command" },
  async (context) => {
    const folder = newFolder(context);
    const store = spinkv.open("shared", { ...options(folder), cacheBytes: 0 });
    const hasty = spinkv.open("shared", { ...options(folder), busyTimeoutMs: 50 });
    store.set("k", "before");
    const writer = spawn("sqlite3", [path.join(folder, "store.db")]);
    writer.stdin.write("BEGIN IMMEDIATE; SELECT 'locked';\n");
    await once(writer.stdout, "data");

    assert.throws(() => hasty.set("k", "hasty"), spinkv.BusyError);
    await assert.rejects(hasty.promises.set("k", "hasty"), spinkv.BusyError);
    let isDone = false;
    const waiting = store.promises.set("k", "after").then(() => (isDone = true));
    let ticks = 0;
    for (; ticks < 10; ticks++) {
      await sleep(5);
    }
    assert.deepStrictEqual([ticks, isDone, store.getString("k")], [10, false, "before"]);
    writer.stdin.end("COMMIT;\n");
    await waiting;
    assert.strictEqual(store.getString("k"), "after");
    store.close();
    hasty.close();
  },
);
