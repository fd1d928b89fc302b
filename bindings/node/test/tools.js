"use strict";

// What the tests share.
const crypto = require("node:crypto");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { setTimeout: sleep } = require("node:timers/promises");
const spinkv = require("spinkv");

/** Every method of a store's promises that is an operation, and arguments for it. */
const CALLS = {
  get: ["k"],
  find: ["k"],
  getString: ["k"],
  findString: ["k"],
  set: ["k", "v"],
  delete: ["k"],
  exists: ["k"],
  getKeys: [],
  listKeys: [],
  count: [],
  getMany: [["k"]],
  setMany: [{ k: "v" }],
  deleteMany: [["k"]],
  increment: ["n"],
  compareAndSwap: ["k", null, "v"],
  setJson: ["k", {}],
  getJson: ["k"],
  findJson: ["k"],
  setJsonText: ["k", "{}"],
  getJsonText: ["k"],
};

/** A store in memory, without limits. */
function memory() {
  return spinkv.open("memory", {
    path: ":memory:",
    maxKeyBytes: 0,
    maxValueBytes: 0,
    maxEntries: 0,
  });
}

/** A new folder, removed when the test ends. */
function newFolder(context) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "spinkv-node-"));
  context.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Collects garbage, and lets finalizers run. */
async function collect() {
  for (let round = 0; round < 3; round++) {
    globalThis.gc();
    await sleep(5);
  }
}

/** Gives every thread of the pool something to do, so that what is asked for next has to wait. */
function fillPool() {
  for (let index = 0; index < 4; index++) {
    crypto.pbkdf2("password", "salt", 200_000, 64, "sha512", () => {});
  }
}

module.exports = { CALLS, collect, fillPool, memory, newFolder };
