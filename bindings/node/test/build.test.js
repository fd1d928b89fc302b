"use strict";

// What `npm install` says where the addon is there, cannot be built, or could be if more were installed.
const assert = require("node:assert");
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");
const { newFolder } = require("./tools.js");

const SCRIPT = path.join(__dirname, "..", "scripts", "build.js");

function build(script, options, environment = {}) {
  const run = spawnSync(process.execPath, [script, ...options], {
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
  return [run.status, run.stdout + run.stderr];
}

test("nothing is built where there is a build", () => {
  assert.deepStrictEqual(build(SCRIPT, ["--if-missing"], { PATH: "/nowhere" }), [0, ""]);
});

test("a package without sources says so", (context) => {
  const script = path.join(newFolder(context), "bindings", "node", "scripts", "build.js");
  fs.cpSync(SCRIPT, script);
  const [status, said] = build(script, ["--if-missing"]);
  assert.strictEqual(status, 1);
  assert.match(said, /no source to build it from/);
});

test("what is missing is named", (context) => {
  const root = newFolder(context);
  const script = path.join(root, "bindings", "node", "scripts", "build.js");
  fs.cpSync(SCRIPT, script);
  fs.mkdirSync(path.join(root, "core", "include"), { recursive: true });
  fs.writeFileSync(path.join(root, "core", "include", "spinkv.h"), "");
  const [status, said] = build(script, [], { PATH: "/nowhere" });
  assert.strictEqual(status, 1);
  for (const name of ["cmake", "make", "cc", "c++"]) {
    assert.ok(said.includes(`(Debian: ${{ cc: "gcc", "c++": "g++" }[name] ?? name})`), said);
  }
});
