"use strict";

// The program that answers the requests of languages/README.md in Node.js. What a peer answers with
// a promise is awaited as a whole.
const readline = require("node:readline");

const PEERS = {
  spinkv: "./spinkv_peer.js",
  "better-sqlite3": "./better_sqlite3_peer.js",
  keyv: "./keyv_peer.js",
  "a Buffer copied": "./floor_peer.js",
};
const KEY_COUNT = 1000;
const VALUE_SIZE = 100;
const KEYS = Array.from(
  { length: KEY_COUNT },
  (_, index) => `user:${String(2 * ((617 * index) % KEY_COUNT)).padStart(11, "0")}`,
);
const TEMPLATE = Buffer.from(Array.from({ length: VALUE_SIZE }, (_, place) => (37 * place) % 256));

class Server {
  constructor(Peer) {
    this.Peer = Peer;
    this.position = 0;
    this.number = 0;
  }

  async answer(request) {
    const [kind, ...words] = request.split(" ");
    switch (kind) {
      case "open":
        this.peer = new this.Peer(words.slice(2).join(" "), words[0], words[1] === "uncached");
        await this.peer.opened;
        return "ok";
      case "fill":
        this.position = this.number = 0;
        await this.peer.setMany(this.pairs(this.nextKeys(KEY_COUNT)));
        return "ok";
      case "batch":
        return this.batch(words[0], Number(words[1]));
      case "calls":
        return this.calls(words[0], Number(words[1]));
      case "values":
        return this.values();
      case "close":
        await this.peer.close();
        return "ok";
      default:
        throw new Error(`the request ${request} is unknown`);
    }
  }

  nextKeys(count) {
    const keys = Array.from({ length: count }, (_, i) => KEYS[(this.position + i) % KEY_COUNT]);
    this.position = (this.position + count) % KEY_COUNT;
    return keys;
  }

  pairs(keys) {
    return keys.map((key) => {
      const value = Buffer.from(TEMPLATE);
      value.writeBigUInt64LE(BigInt(this.number++));
      return [key, value];
    });
  }

  async prepare(operation, count) {
    const keys = this.nextKeys(count);
    if (operation !== "get") return this.pairs(keys);
    await this.peer.get(keys);
    return keys;
  }

  async batch(operation, count) {
    const method = operation === "set_many" ? "setMany" : operation;
    const items = await this.prepare(operation, count);
    const start = process.hrtime.bigint();
    const promise = this.peer[method](items);
    if (promise) await promise;
    return process.hrtime.bigint() - start;
  }

  async calls(operation, count) {
    const single = (await this.prepare(operation, count)).map((item) => [item]);
    const ns = [];
    for (const items of single) {
      const start = process.hrtime.bigint();
      const promise = this.peer[operation](items);
      if (promise) await promise;
      ns.push(process.hrtime.bigint() - start);
    }
    return ns.join(" ");
  }

  async values() {
    const values = [];
    for (const key of KEYS) values.push((await this.peer.read(key)).toString("hex"));
    return values.join(" ");
  }
}

async function main(name) {
  let Peer;
  try {
    Peer = require(PEERS[name]);
  } catch (error) {
    console.log(`missing\t${error.message.split("\n")[0]}`);
    return;
  }
  const facts = [`Node.js ${process.versions.node}`, Peer.version, Peer.full, Peer.normal];
  console.log(["ready", ...facts].join("\t"));
  const server = new Server(Peer);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(String(await server.answer(line)));
  }
}

main(process.argv[2]).catch((error) => {
  console.log(`failed: ${error.message}`);
  process.exit(1);
});
