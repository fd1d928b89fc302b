"use strict";

// What the package exports; index.d.ts documents it.
const native = require("./native.js");
const errors = require("./errors.js");
const { App, open, openDefault, promises } = require("./app.js");
const { Store } = require("./store.js");

// Each by its name, so that `import { open } from` finds them.
module.exports = {
  App,
  Store,
  open,
  openDefault,
  promises,
  version: native.version,
  SpinkvError: errors.SpinkvError,
  StoreTableFullError: errors.StoreTableFullError,
  NoSuchStoreError: errors.NoSuchStoreError,
  AccessDeniedError: errors.AccessDeniedError,
  InvalidStoreError: errors.InvalidStoreError,
  NoSuchKeyError: errors.NoSuchKeyError,
  IoError: errors.IoError,
  InvalidArgumentError: errors.InvalidArgumentError,
  KeyTooLargeError: errors.KeyTooLargeError,
  ValueTooLargeError: errors.ValueTooLargeError,
  StoreFullError: errors.StoreFullError,
  InvalidJsonError: errors.InvalidJsonError,
  NotACounterError: errors.NotACounterError,
  InvalidConfigError: errors.InvalidConfigError,
  BusyError: errors.BusyError,
  ReadOnlyError: errors.ReadOnlyError,
  CorruptError: errors.CorruptError,
  NoMemoryError: errors.NoMemoryError,
  UnsupportedError: errors.UnsupportedError,
};
