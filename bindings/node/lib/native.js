"use strict";

// Loads the addon: prebuilds/<platform>-<architecture>/spinkv.node, which a release carries or scripts/build.js
// has compiled.
const fs = require("node:fs");
const path = require("node:path");

const platform = `${process.platform}-${process.arch}`;
const file = path.join(__dirname, "..", "prebuilds", platform, "spinkv.node");

function load() {
  if (!fs.existsSync(file)) {
    const script = path.join(__dirname, "..", "scripts", "build.js");
    throw new Error(
      `spinkv is not built for ${platform}: run node ${script}, which says what it needs`,
    );
  }
  try {
    // Not by require, whose cache may outlive this file's: who loads the package again, as some tools for tests
    // do, gets an addon that throws the errors of that package.
    const loaded = { exports: {} };
    process.dlopen(loaded, file);
    return loaded.exports;
  } catch (cause) {
    throw new Error(`spinkv cannot be loaded (libsqlite3 must be installed): ${cause.message}`, {
      cause,
    });
  }
}

module.exports = load();
