"use strict";

// What the package exports; index.d.ts documents it.
const native = require("./native.js");
const errors = require("./errors.js");
const { App, open, openDefault, promises } = require("./app.js");
const { Store } = require("./store.js");

module.exports = { App, Store, open, openDefault, promises, version: native.version, ...errors };
