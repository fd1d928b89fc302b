"use strict";

// Which app spinkv/spin-kv opens stores from, in what RecordedApp.run calls and in what that starts.
const { AsyncLocalStorage } = require("node:async_hooks");

module.exports = { current: new AsyncLocalStorage() };
