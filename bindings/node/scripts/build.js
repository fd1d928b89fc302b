// Compiles the addon for this platform into prebuilds/, with CMake, from the sources of the repository that this
// package lies in. npm runs it with --if-needed when the package is installed or packed, which does nothing where
// the addon is there and no source is newer. It downloads nothing.
"use strict";

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const platform = `${process.platform}-${process.arch}`;
const here = path.resolve(__dirname, "..");
const root = path.resolve(here, "..", "..");
const SOURCES = [
  "CMakeLists.txt",
  "cmake",
  "core",
  "bindings/node/CMakeLists.txt",
  "bindings/node/src",
];
// Elsewhere what lies in folders of these names is another project's.
const hasSources = fs.existsSync(path.join(root, "core", "include", "spinkv.h"));
const target = path.join(here, "prebuilds", platform, "spinkv.node");

function run(command, ...given) {
  return spawnSync(command, given, { encoding: "utf8" });
}

function hasCommand(command) {
  return run(command, "--version").status === 0;
}

/** Whether a compiler finds a header; `language` as its -x takes it. */
function hasHeader(compiler, language, header, ...options) {
  const source = `#include <${header}>\n`;
  const given = ["-x", language, "-fsyntax-only", ...options, "-"];
  return spawnSync(compiler, given, { input: source }).status === 0;
}

/** The folder of Node.js's headers, or undefined. */
function findHeaders() {
  const prefixes = [
    process.env.npm_config_nodedir,
    path.resolve(process.execPath, "../.."),
    "/usr",
    "/usr/local",
  ];
  return prefixes
    .filter(Boolean)
    .map((prefix) => path.join(prefix, "include", "node"))
    .find((folder) => fs.existsSync(path.join(folder, "node_api.h")));
}

/** What building needs and this machine lacks, a line each. */
function missing(headers) {
  const c = process.env.CC || "cc";
  const cxx = process.env.CXX || "c++";
  const lacks = [];
  const need = (found, what, debian) => {
    if (!found) {
      lacks.push(`${what} (Debian: ${debian})`);
    }
    return Boolean(found);
  };
  need(hasCommand("cmake"), "CMake, the command cmake", "cmake");
  need(hasCommand("make") || hasCommand("ninja"), "make or ninja", "make");
  need(headers, "the headers of Node.js, node_api.h in include/node", "libnode-dev");
  if (need(hasCommand(c), `a C compiler, the command ${c}`, "gcc")) {
    need(hasHeader(c, "c", "sqlite3.h"), "the headers of SQLite, sqlite3.h", "libsqlite3-dev");
  }
  if (need(hasCommand(cxx), `a C++ compiler, the command ${cxx}`, "g++")) {
    const found = hasHeader(cxx, "c++", "toml++/toml.h", "-std=c++17");
    need(found, "the headers of toml++, toml++/toml.h", "libtomlplusplus-dev");
  }
  return lacks;
}

/** When a file, or the last one below a folder, was changed, in ms; 0 if it is not there. */
function changed(name) {
  const found = fs.statSync(name, { throwIfNoEntry: false });
  if (!found?.isDirectory()) {
    return found?.mtimeMs ?? 0;
  }
  return Math.max(0, ...fs.readdirSync(name).map((inner) => changed(path.join(name, inner))));
}

/** Whether the addon is there and was made from the sources as they are now, if there are any. */
function isBuilt() {
  const sources = hasSources ? SOURCES : [];
  const times = sources.map((name) => changed(path.join(root, name)));
  return fs.existsSync(target) && Math.max(0, ...times) <= changed(target);
}

function fail(...lines) {
  console.error(["error: spinkv is not built for this machine", ...lines].join("\n"));
  process.exit(1);
}

function build(headers) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "spinkv-node-"));
  const options = [
    "-DCMAKE_BUILD_TYPE=Release",
    "-DSPINKV_SHARED=OFF",
    "-DSPINKV_BINDINGS=node",
    `-DNODE_EXECUTABLE=${process.execPath}`,
    `-DNODE_INCLUDE_DIR=${headers}`,
  ];
  try {
    const steps = [
      ["-S", root, "-B", folder, ...options],
      ["--build", folder, "--target", "spinkv_node", "--parallel", String(os.cpus().length || 1)],
    ];
    for (const step of steps) {
      const { status, stdout, stderr } = run("cmake", ...step);
      if (status !== 0) {
        throw new Error(`cmake failed:\n${stdout}${stderr}`);
      }
    }
    const built = path.join(folder, "bindings/node/package/prebuilds", platform, "spinkv.node");
    fs.mkdirSync(path.dirname(target), { recursive: true });
    // In place of an addon that a process may have loaded, not over it.
    const made = `${target}.${process.pid}`;
    fs.copyFileSync(built, made);
    fs.renameSync(made, target);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv.includes("--if-needed") && isBuilt()) {
  process.exit(0);
}
if (!hasSources) {
  fail(`There is no build for ${platform} in this package, and no source to build it from.`);
}
const headers = findHeaders();
const lacks = missing(headers);
if (lacks.length > 0) {
  fail("Missing:", ...lacks.map((line) => `  - ${line}`));
}
try {
  build(headers);
} catch (error) {
  fail(error.message);
}
console.log(`built ${target}`);
