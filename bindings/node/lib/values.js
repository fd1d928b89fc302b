"use strict";

// What a program passes, as the addon takes it.
const { fileURLToPath } = require("node:url");
const { isNumberObject, isUint8Array } = require("node:util/types");
const { InvalidArgumentError, InvalidJsonError } = require("./errors.js");

/** The start of a key, for a message. */
function shorten(key) {
  return JSON.stringify(String(key).slice(0, 40));
}

function refuseNumber(_name, value) {
  const number = isNumberObject(value) ? Number(value) : value;
  if (typeof number === "number" && !Number.isFinite(number)) {
    throw new RangeError(`JSON has no ${number}`);
  }
  return number;
}

/** A value as JSON text. */
function toJson(key, value) {
  let text;
  try {
    text = JSON.stringify(value);
    if (text === undefined) {
      throw new TypeError(`JSON has no ${typeof value}`);
    }
    // NaN and Infinity become null, so only a text with a null is worth another look.
    if (text.includes("null")) {
      JSON.stringify(value, refuseNumber);
    }
  } catch (cause) {
    const reason = String(cause?.message ?? cause).split("\n", 1)[0];
    throw new InvalidJsonError(`the value for key ${shorten(key)} is not JSON: ${reason}`, 0, {
      cause,
    });
  }
  return text;
}

/** JSON text as a value; undefined stays what it is. */
function fromJson(text) {
  return text === undefined ? undefined : JSON.parse(text);
}

/**
 * Keys as an array of our own: what is read from another could be a getter, which runs while the addon borrows the
 * bytes of the keys before. A string, which is iterable too, would be its characters.
 */
function toArray(keys) {
  if (typeof keys?.[Symbol.iterator] !== "function" || typeof keys === "string") {
    throw new TypeError("the keys must be an iterable of keys");
  }
  return [...keys];
}

/** Whether a value is a plain object: in a Map, a Promise or a path none would find the names it looks for. */
function isRecord(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return false;
  }
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A plain object, or an error that says what it should have been. */
function toRecord(value, what, example) {
  if (!isRecord(value)) {
    const hint = example === undefined ? "" : `, as ${example}`;
    throw new TypeError(`the ${what} must be a plain object${hint}`);
  }
  return value;
}

/** Items as an iterable of pairs. */
function toPairs(items) {
  if (items !== null && typeof items === "object" && Symbol.iterator in items) {
    return items;
  }
  if (!isRecord(items)) {
    throw new TypeError("the items must be a Map, an iterable of pairs, or a plain object");
  }
  return Object.entries(items);
}

/** A pair, or an error. A string could be taken apart too, to a key and a value of one letter each. */
function toPair(pair) {
  if (typeof pair?.[Symbol.iterator] !== "function" || typeof pair === "string") {
    const met = typeof pair === "string" ? shorten(pair) : typeof pair;
    throw new TypeError(`the items must be pairs of a key and a value, not ${met}`);
  }
  return pair;
}

/** Items as an array of keys and values in turn. */
function toFlatArray(items) {
  const flat = [];
  for (const pair of toPairs(items)) {
    const [key, value] = toPair(pair);
    flat.push(key, value);
  }
  return flat;
}

/** A path: a string, bytes, or a file: URL. */
function toPath(path) {
  if (typeof path === "string" && path.startsWith("file://")) {
    throw new TypeError("a path that is a URL must be a URL object: new URL(path)");
  }
  return path instanceof URL ? fileURLToPath(path) : path;
}

const OPTION_TYPES = ["string", "number", "bigint", "boolean"];

/** A name as TOML spells it: maxEntries is max_entries. */
function toSnake(name) {
  const isCamel = /^[a-z]+(?:[A-Z][a-z]+)+$/.test(name);
  return isCamel ? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : name;
}

/** Options of a store as names, spelled as the C library does, and values in turn. */
function toOptions(options) {
  const flat = [];
  const seen = new Set();
  for (const [written, given] of Object.entries(toRecord(options, "options of a store"))) {
    if (given === undefined || given === null) {
      continue;
    }
    const name = toSnake(written);
    if (seen.has(name)) {
      throw new InvalidArgumentError(`the option ${shorten(name)} is given in both its spellings`);
    }
    seen.add(name);
    const value = name === "path" ? toPath(given) : given;
    if (!OPTION_TYPES.includes(typeof value) && !isUint8Array(value)) {
      const kinds = "a string, bytes, a number or a boolean";
      throw new TypeError(`the option ${shorten(written)} must be ${kinds}`);
    }
    flat.push(name, value);
  }
  return flat;
}

module.exports = {
  fromJson,
  isRecord,
  shorten,
  toArray,
  toFlatArray,
  toJson,
  toOptions,
  toPair,
  toPairs,
  toPath,
  toRecord,
};
