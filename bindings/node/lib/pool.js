"use strict";

// Memory for small values that are read, shared by many of them as Node.js shares it among small Buffers.
const { markAsUntransferable } = require("node:worker_threads");

const SIZE = 16384;
// The largest value that the addon writes into the pool.
const ROOM = 1024;
// Views on numbers can be laid over a value that begins at a multiple of this.
const ALIGNMENT = 8;

let pool = new ArrayBuffer(0);
let offset = 0;

/** Calls get or find of the addon; gives the value as a Buffer, or what else it gives. */
function read(get, handle, key) {
  // A pool that somebody transferred has no length left.
  if (pool.byteLength - offset < ROOM) {
    pool = new ArrayBuffer(SIZE);
    markAsUntransferable(pool);
    offset = 0;
  }
  const found = get(handle, key, pool, offset);
  if (typeof found !== "number") {
    return found;
  }
  const value = Buffer.from(pool, offset, found);
  offset += (found + ALIGNMENT - 1) & -ALIGNMENT;
  return value;
}

module.exports = { read };
