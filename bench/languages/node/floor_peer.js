"use strict";

// What a value costs that is handed out: a Buffer of its own with the bytes of another.
const VALUE = Buffer.alloc(100, 1);

module.exports = class FloorPeer {
  static version = "";
  static full = "";
  static normal = "";

  get(keys) {
    for (let index = 0; index < keys.length; index++) this.last = Buffer.from(VALUE);
  }

  close() {}
};
