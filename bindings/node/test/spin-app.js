"use strict";

// A small app as it is written for Spin, unchanged but for its import.
const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { newFolder } = require("./tools.js");

const SPIN = '"@spinframework/spin-kv"';
const OURS = JSON.stringify(pathToFileURL(require.resolve("spinkv/spin-kv")).href);

/** Loads the app, as if its folder, which is new, were the one that it runs in. */
async function loadSpinApp(context) {
  const folder = newFolder(context);
  const source = fs.readFileSync(path.join(__dirname, "fixtures", "spin-app.mjs"), "utf8");
  assert.strictEqual(source.split(SPIN).length, 2);
  fs.writeFileSync(path.join(folder, "app.mjs"), source.replace(SPIN, OURS));
  const before = process.cwd();
  process.chdir(folder);
  context.after(() => process.chdir(before));
  return import(pathToFileURL(path.join(folder, "app.mjs")).href);
}

module.exports = { loadSpinApp };
