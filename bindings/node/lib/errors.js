"use strict";

// The errors of a store: one class for each status of the C library.
const native = require("./native.js");

class SpinkvError extends Error {
  constructor(message, engineCode = 0, options = undefined) {
    super(message, options);
    this.engineCode = engineCode;
  }
}

// The errors of Spin's interface, and below IoError those that refine it.
class StoreTableFullError extends SpinkvError {}
class NoSuchStoreError extends SpinkvError {}
class AccessDeniedError extends SpinkvError {}
class InvalidStoreError extends SpinkvError {}
class NoSuchKeyError extends SpinkvError {}
class IoError extends SpinkvError {}
class InvalidArgumentError extends IoError {}
class KeyTooLargeError extends IoError {}
class ValueTooLargeError extends IoError {}
class StoreFullError extends IoError {}
class InvalidJsonError extends IoError {}
class NotACounterError extends IoError {}
class InvalidConfigError extends IoError {}
class BusyError extends IoError {}
class ReadOnlyError extends IoError {}
class CorruptError extends IoError {}
class NoMemoryError extends IoError {}
class UnsupportedError extends IoError {}

const classes = {
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

for (const [name, type] of Object.entries(classes)) {
  Object.defineProperty(type.prototype, "name", {
    value: name,
    configurable: true,
    writable: true,
  });
}

const byStatus = [SpinkvError];
for (const [status, code, spinName] of native.statuses) {
  const words = code.split("-").map((word) => word[0].toUpperCase() + word.slice(1));
  const type = classes[`${words.join("")}Error`];
  type.prototype.code = code;
  type.prototype.spinName = spinName;
  byStatus[status] = type;
}

native.start(function makeError(status, message, engineCode) {
  return new byStatus[status](message, engineCode);
});

module.exports = classes;
