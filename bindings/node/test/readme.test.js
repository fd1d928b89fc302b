"use strict";

// README.md: its examples are one program, and its first command installs what that imports.
const assert = require("node:assert");
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");
const { newFolder } = require("./tools.js");

const PACKAGE = path.join(__dirname, "..");
const README = fs.readFileSync(path.join(PACKAGE, "README.md"), "utf8");

const FILES = {
  "spin.toml": `
spin_manifest_version = 2
[application]
name = "shop"
[component.hello]
source = "hello.wasm"
key_value_stores = ["default", "shop"]
`,
  "runtime-config.toml": `
[key_value_store.shop]
type = "spin"
path = "shop.db"
`,
};

function blocks(language) {
  const found = README.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"));
  return [...found].map(([, text]) => text);
}

/** Makes a comment behind a call that says what it gives a check of that. */
function checked(program) {
  const gives = /^(\w[^;\n]*\)); +\/\/ ("[^"\n]*"|\d+)$/gm;
  return program.replace(gives, "(await import('node:assert')).deepStrictEqual($1, $2);");
}

function run(folder, command, ...given) {
  const done = spawnSync(command, given, { cwd: folder, encoding: "utf8" });
  assert.strictEqual(done.status, 0, done.error?.message ?? done.stdout + done.stderr);
  return done.stdout + done.stderr;
}

test("every example runs", (context) => {
  const folder = newFolder(context);
  const program = blocks("js").join("\n");
  const isChecked = checked(program);
  assert.strictEqual(
    isChecked.split("deepStrictEqual").length - program.split("deepStrictEqual").length,
    2,
  );
  for (const [name, text] of Object.entries({ ...FILES, "readme.mjs": isChecked })) {
    fs.writeFileSync(path.join(folder, name), text);
  }
  fs.mkdirSync(path.join(folder, "node_modules"));
  fs.symlinkSync(PACKAGE, path.join(folder, "node_modules", "spinkv"), "dir");
  assert.strictEqual(run(folder, process.execPath, "readme.mjs"), "mykey\nuser\nvisits\n");
  assert.ok(fs.existsSync(path.join(folder, "cache.db")));
});

const PROGRAM = ["-p", "require('spinkv').open('x', { path: '' }).name"];

const hasNpm = spawnSync("npm", ["--version"]).status === 0;

test("the package installs", { skip: !hasNpm && "no npm command" }, (context) => {
  const folder = newFolder(context);
  const [command] = blocks("sh")[0].split("#", 1);
  const [npm, ...given] = command.trim().split(" ");
  assert.strictEqual(given.pop(), "./bindings/node");
  fs.writeFileSync(path.join(folder, "package.json"), "{}");
  run(folder, npm, ...given, "--offline", "--no-audit", "--no-fund", PACKAGE);
  assert.strictEqual(run(folder, process.execPath, ...PROGRAM), "x\n");
});

test("the packed package has its addon", { skip: !hasNpm && "no npm command" }, (context) => {
  const folder = newFolder(context);
  const offline = ["--offline", "--no-audit", "--no-fund"];
  run(folder, "npm", "pack", "--silent", PACKAGE);
  const [packed] = fs.readdirSync(folder);
  fs.writeFileSync(path.join(folder, "package.json"), "{}");
  run(folder, "npm", "install", ...offline, path.join(folder, packed));
  assert.strictEqual(run(folder, process.execPath, ...PROGRAM), "x\n");
});
