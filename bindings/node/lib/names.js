"use strict";

// The names of options: which there are, as TOML spells them too, and which one was probably meant.
const { InvalidArgumentError } = require("./errors.js");
const { shorten } = require("./values.js");

// Names that differ in more letters, or in more than a third of them, are not alike.
const FAR = 3;
const LONGEST = 40;

/** How many letters must be put in, left out or changed to make one name of the other. */
function distance(from, to) {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 0; column < to.length; column++) {
      const changed = row[column] + (letter === to[column] ? 0 : 1);
      next.push(Math.min(changed, row[column + 1] + 1, next[column] + 1));
    }
    row = next;
  }
  return row[to.length];
}

/** The name that was probably meant, or undefined. */
function nearest(written, names) {
  if (written.length > LONGEST) {
    return undefined;
  }
  const lower = written.toLowerCase();
  const near = names
    .map((name) => ({ name, far: distance(lower, name.toLowerCase()) }))
    .filter(({ name, far }) => far <= Math.min(FAR, Math.max(name.length, lower.length) / 3))
    .sort((one, other) => one.far - other.far);
  return near[0]?.name;
}

/** A name as JavaScript spells it: max_entries is maxEntries. */
function toCamel(name) {
  const isSnake = /^[a-z]+(?:_[a-z]+)+$/.test(name);
  return isSnake ? name.replace(/_[a-z]/g, (pair) => pair[1].toUpperCase()) : name;
}

function refuseUnknown(name, names, owner) {
  const meant = nearest(toCamel(name), names);
  const hint = meant === undefined ? "; there" : `, did you mean "${meant}"? There`;
  throw new InvalidArgumentError(
    `${owner} no option ${shorten(name)}${hint} are ${names.join(", ")}`,
  );
}

function refuseTwice(name) {
  throw new InvalidArgumentError(`the option "${toCamel(name)}" is given in both its spellings`);
}

/** Options by their names; one that is unknown, or there in both spellings, is an error. */
function named(options, names, owner) {
  const found = {};
  for (const [written, value] of Object.entries(options)) {
    const name = toCamel(written);
    if (!names.includes(name)) {
      refuseUnknown(written, names, owner);
    }
    if (value !== undefined) {
      if (Object.hasOwn(found, name)) {
        refuseTwice(name);
      }
      found[name] = value;
    }
  }
  return found;
}

module.exports = { named };
