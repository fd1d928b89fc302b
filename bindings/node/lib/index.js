"use strict";

// What the package exports; index.d.ts documents it. Only names in short form are found by
// `import { open } from "spinkv"`.
const { version } = require("./native.js");
const {
  SpinkvError,
  StoreTableFullError,
  NoSuchStoreError,
  AccessDeniedError,
  InvalidStoreError,
  NoSuchKeyError,
  IoError,
  InvalidArgumentError,
  KeyTooLargeError,
  ValueTooLargeError,
  StoreFullError,
  InvalidJsonError,
  NotACounterError,
  InvalidConfigError,
  BusyError,
  ReadOnlyError,
  CorruptError,
  NoMemoryError,
  UnsupportedError,
} = require("./errors.js");
const { App, open, openDefault, promises } = require("./app.js");
const { Store } = require("./store.js");

module.exports = {
  App,
  Store,
  open,
  openDefault,
  promises,
  version,
  SpinkvError,
  StoreTableFullError,
  NoSuchStoreError,
  AccessDeniedError,
  InvalidStoreError,
  NoSuchKeyError,
  IoError,
  InvalidArgumentError,
  KeyTooLargeError,
  ValueTooLargeError,
  StoreFullError,
  InvalidJsonError,
  NotACounterError,
  InvalidConfigError,
  BusyError,
  ReadOnlyError,
  CorruptError,
  NoMemoryError,
  UnsupportedError,
};
