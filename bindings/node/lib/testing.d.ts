/** A recorder for tests: stores in memory, and which calls the code under test made on them. */

import { App, type AppOptions } from "./index.js";

/** The operations of a store. A method that is a form of one is noted as that: `find` and `getString` as `"get"`. */
export type Operation =
  | "get"
  | "getInto"
  | "set"
  | "delete"
  | "exists"
  | "getKeys"
  | "listKeys"
  | "count"
  | "getMany"
  | "setMany"
  | "deleteMany"
  | "increment"
  | "compareAndSwap"
  | "setJson"
  | "getJson";

/** An operation that was called, whether it succeeded or not. */
export interface Call {
  operation: Operation;
  /** The label of the store. */
  store: string;
  /** What it was called with: many keys and pairs as an array, of getInto the key, and bytes as they were. */
  arguments: any[];
}

/**
 * An app whose stores note what is called, at once or with a promise. Its default store is in memory unless
 * `stateDir` says where.
 */
export class RecordedApp extends App {
  constructor(options?: AppOptions);
  /** The calls on all its stores, in the order in which they were made; a test may change the array. */
  readonly calls: Call[];
  /** Forgets the calls. What the stores hold stays. */
  reset(): void;
  /**
   * Runs code whose `spinkv/spin-kv` opens its stores from this app, also after an `await` and in what it starts,
   * and gives what that returns. Tests may run side by side.
   */
  run<T>(code: () => T): T;
}
