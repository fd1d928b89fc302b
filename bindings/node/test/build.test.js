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
  assert.deepStrictEqual(build(SCRIPT, ["--if-needed"], { PATH: "/nowhere" }), [0, ""]);
});

test("a package without sources says so", (context) => {
  const script = path.join(newFolder(context), "bindings", "node", "scripts", "build.js");
  fs.cpSync(SCRIPT, script);
  const [status, said] = build(script, ["--if-needed"]);
  assert.strictEqual(status, 1);
  assert.match(said, /no source to build it from/);
});

/** Puts an addon where a script looks for one. */
function newAddon(script) {
  const platform = `${process.platform}-${process.arch}`;
  const addon = path.join(path.dirname(script), "..", "prebuilds", platform, "spinkv.node");
  fs.mkdirSync(path.dirname(addon), { recursive: true });
  fs.writeFileSync(addon, "");
}

test("a package in another project does not take that project's files for its sources", (context) => {
  const project = newFolder(context);
  const script = path.join(project, "node_modules", "spinkv", "scripts", "build.js");
  fs.cpSync(SCRIPT, script);
  newAddon(script);
  const later = Date.now() / 1000 + 10;
  fs.writeFileSync(path.join(project, "CMakeLists.txt"), "");
  fs.utimesSync(path.join(project, "CMakeLists.txt"), later, later);
  assert.deepStrictEqual(build(script, ["--if-needed"], { PATH: "/nowhere" }), [0, ""]);
});

/** A repository with this script and one source. */
function newRepository(context) {
  const root = newFolder(context);
  const script = path.join(root, "bindings", "node", "scripts", "build.js");
  const source = path.join(root, "core", "include", "spinkv.h");
  fs.cpSync(SCRIPT, script);
  fs.mkdirSync(path.dirname(source), { recursive: true });
  fs.writeFileSync(source, "");
  return { script, source };
}

test("a build that is older than a source is made again", (context) => {
  const { script, source } = newRepository(context);
  newAddon(script);
  assert.deepStrictEqual(build(script, ["--if-needed"], { PATH: "/nowhere" }), [0, ""]);
  const later = Date.now() / 1000 + 10;
  fs.utimesSync(source, later, later);
  const [status, said] = build(script, ["--if-needed"], { PATH: "/nowhere" });
  assert.strictEqual(status, 1);
  assert.match(said, /Missing:/);
});

test("what is missing is named", (context) => {
  const { script } = newRepository(context);
  const [status, said] = build(script, [], { PATH: "/nowhere" });
  assert.strictEqual(status, 1);
  for (const name of ["cmake", "make", "cc", "c++"]) {
    assert.ok(said.includes(`(Debian: ${{ cc: "gcc", "c++": "g++" }[name] ?? name})`), said);
  }
});
