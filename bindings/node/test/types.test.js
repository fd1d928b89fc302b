"use strict";

// The declarations: compiled with `tsc --strict`, and what comes out is run.
const assert = require("node:assert");
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");

/** The file of TypeScript's compiler, or undefined where it is not installed. */
function findCompiler() {
  const folders = [
    path.join(__dirname, "..", "node_modules"),
    ...(process.env.NODE_PATH ?? "").split(path.delimiter),
  ];
  return folders
    .map((folder) => path.join(folder, "typescript", "bin", "tsc"))
    .find((file) => fs.existsSync(file));
}

const compiler = findCompiler();
const skip =
  !compiler && "TypeScript is not installed: npm install --ignore-scripts, in bindings/node";

test("the declarations are those of what runs", { skip }, () => {
  const roots = path.join(compiler, "../../../@types");
  const compiled = spawnSync(
    process.execPath,
    [compiler, "-p", path.join(__dirname, "types"), "--typeRoots", roots],
    { encoding: "utf8" },
  );
  assert.strictEqual(compiled.status, 0, compiled.stdout + compiled.stderr);
  const program = path.join(__dirname, "..", "compiled", "test", "types", "use.js");
  const run = spawnSync(process.execPath, [program], { encoding: "utf8" });
  assert.deepStrictEqual([run.stdout, run.stderr, run.status], ["done\n", "", 0]);
});

test("a compiler that does not read exports finds the declarations too", () => {
  const { exports, types, typesVersions } = require("spinkv/package.json");
  const found = { ".": { types: `./${types}`, default: exports["."].default } };
  for (const [name, [file]] of Object.entries(typesVersions["*"])) {
    found[`./${name}`] = { types: file, default: file.replace(".d.ts", ".js") };
  }
  assert.deepStrictEqual({ ...found, "./package.json": "./package.json" }, exports);
});

for (const [name, file] of [
  ["spinkv", "index"],
  ["spinkv/spin-kv", "spin-kv"],
  ["spinkv/testing", "testing"],
]) {
  test(`every export of ${name} is declared, and can be imported by its name`, async () => {
    const text = fs.readFileSync(path.join(__dirname, "..", "lib", `${file}.d.ts`), "utf8");
    const declared = [...text.matchAll(/^export (?:class|function|const) (\w+)/gm)].map(
      ([, name]) => name,
    );
    const { default: all, ...named } = await import(name);
    assert.deepStrictEqual(declared.sort(), Object.keys(all).sort());
    assert.deepStrictEqual(
      declared,
      Object.keys(named)
        .filter((name) => name in all)
        .sort(),
    );
  });
}
