/// <reference types="node" />

/**
 * Spin's key-value store as a library: named stores, small, durable, no server.
 *
 * A store lives in a SQLite file laid out as Spin lays it out, or in memory.
 */

/** A key: a string, or its UTF-8. */
export type Key = string | Uint8Array;

/** A value on its way in: bytes, or a string that is stored as UTF-8. */
export type Value = string | Uint8Array;

/** Tuples to write; the last of a duplicate key wins. */
export type Items = Iterable<readonly [Key, Value]> | { readonly [key: string]: Value };

/** A path: bytes are taken as they are. */
export type Path = string | Uint8Array | URL;

/** The version of the library. */
export const version: string;

// ---- Options ---------------------------------------------------------------------------------------

/** How a store behaves and where it lives. The names of TOML (`max_entries`) are taken too. */
export interface StoreOptions {
  /** `"spin"`, the default, is SQLite; the others are checked, and cannot be opened by this version. */
  type?: "spin" | "redis" | "azure_cosmos" | "aws_dynamo";
  /**
   * The SQLite file, relative to the current directory of the moment. `""` and `":memory:"` mean in memory, and
   * so does nothing, but for the store `default`, which stays in its place.
   */
  path?: Path;
  /** What a write has survived when it returns: `"full"`, the loss of power; `"normal"`, the process's end. */
  durability?: "full" | "normal";
  /** How long a call waits for another writer: 5,000, at most a day. */
  busyTimeoutMs?: number;
  /** The largest key: 256; 0 means no limit. */
  maxKeyBytes?: number;
  /** The largest value: 1,048,576; 0 means no limit. */
  maxValueBytes?: number;
  /** The most tuples: 1,024; 0 means no limit. */
  maxEntries?: number;
  /** Memory for the file's read cache: 8,388,608; 0 switches it off. */
  cacheBytes?: number;
  /** Never write to the file. */
  readOnly?: boolean;
  /** redis. Secret. */
  url?: string;
  /** azure_cosmos. */
  account?: string;
  /** azure_cosmos. */
  database?: string;
  /** azure_cosmos. */
  container?: string;
  /** azure_cosmos. Secret. */
  key?: string;
  /** aws_dynamo. */
  region?: string;
  /** aws_dynamo. */
  table?: string;
  /** aws_dynamo. Secret. */
  accessKey?: string;
  /** aws_dynamo. Secret. */
  secretKey?: string;
  /** aws_dynamo. Secret. */
  token?: string;
  /** aws_dynamo. */
  consistentRead?: boolean;
}

/** What an App is made of. */
export interface AppOptions {
  /** The path of a `spin.toml`: only what it grants to the component may be opened. */
  manifest?: Path;
  /** The component's id. Without it the manifest must have just one; `"*"` is the union of all. */
  component?: string;
  /**
   * The path of a `runtime-config.toml`. Nothing, with a manifest, means the file that the environment variable
   * RUNTIME_CONFIG_FILE names, if it is set.
   */
  runtimeConfig?: Path;
  /** Further stores: labels and options. */
  stores?: { readonly [label: string]: StoreOptions };
  /** The folder of the default store's file, resolved now; `""` puts that store in memory. */
  stateDir?: Path;
  /** How many of the app's stores may be open at once: 256; 1 to 65,535. */
  maxOpenStores?: number;
}

/** Which keys to list. */
export interface ListOptions {
  /** Only keys that begin with this. */
  prefix?: Key | null;
  /** Only keys that come strictly after this one. */
  after?: Key | null;
  /** At most so many. */
  limit?: number | bigint | null;
}

// ---- Stores ----------------------------------------------------------------------------------------

/**
 * An open store, made by {@link open}, {@link openDefault} or an {@link App}. Iteration gives its keys, in byte
 * order. Every method throws an {@link InvalidStoreError} once it is closed, and what else is a failure as a
 * {@link SpinkvError} of its own class; a failed call leaves the store unchanged.
 */
export class Store implements Iterable<string> {
  private constructor();
  /** The label that the store was opened with. */
  readonly name: string;
  /** Whether the store has been closed. */
  readonly closed: boolean;
  /** The same operations with promises, run on a thread of Node.js's pool. */
  readonly promises: StorePromises;
  /** Closes the store. One that is closed already is ignored. */
  close(): void;
  [Symbol.dispose](): void;

  /** Reads a value; throws {@link NoSuchKeyError} for a missing key. */
  get(key: Key): Buffer;
  /** Reads a value; `undefined` for a missing key. */
  find(key: Key): Buffer | undefined;
  /** Reads a value as UTF-8; bytes that are not become U+FFFD. */
  getString(key: Key): string;
  /** Reads a value as UTF-8; `undefined` for a missing key. */
  findString(key: Key): string | undefined;
  /** Reads a value into `buffer` if it fits, and gives its size either way. */
  getInto(key: Key, buffer: Uint8Array): number;
  /** Writes a value, new or over the old one. */
  set(key: Key, value: Value): void;
  /** Deletes a key, which need not be there. */
  delete(key: Key): void;
  /** Tells whether a key is there, without reading its value. */
  exists(key: Key): boolean;
  /** Lists all keys, in byte order. */
  getKeys(): string[];
  /** Lists one page of keys, in byte order; the next comes after the last key of this one. */
  listKeys(options?: ListOptions): string[];
  /** Iterates over the keys that begin with `prefix`, a page at a time. */
  keys(prefix?: Key): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<string>;
  /** Counts the tuples. */
  count(): number;
  /** Reads many values in one snapshot, in the order asked; `undefined` for a missing key. */
  getMany(keys: Iterable<Key>): Array<Buffer | undefined>;
  /** Writes many tuples, all or nothing. */
  setMany(items: Items): void;
  /** Deletes many keys, all or nothing; missing ones are skipped. */
  deleteMany(keys: Iterable<Key>): void;
  /** Adds to a counter and gives the new number, rounded beyond 2^53. A missing key counts as 0. */
  increment(key: Key, delta?: number): number;
  /** The same, exact to 64 bits. */
  increment(key: Key, delta: bigint): bigint;
  /** Writes `value` only if the key holds exactly `expected` (nothing: is not there); tells whether it did. */
  compareAndSwap(key: Key, expected: Value | null | undefined, value: Value): boolean;
  /** Writes a value as compact JSON text. NaN and Infinity are {@link InvalidJsonError}. */
  setJson(key: Key, value: unknown): void;
  /** Reads a value that is JSON text. */
  getJson<T = any>(key: Key): T;
  /** Reads a value that is JSON text; `undefined` for a missing key. */
  findJson<T = any>(key: Key): T | undefined;
  /** Writes JSON text, compacted, every number and string as given. */
  setJsonText(key: Key, text: Value): void;
  /** Reads JSON text as it is stored. */
  getJsonText(key: Key): string;
}

/** The operations of a {@link Store}, which documents them, with promises. Arguments are copied at once. */
export interface StorePromises extends AsyncIterable<string> {
  get(key: Key): Promise<Buffer>;
  find(key: Key): Promise<Buffer | undefined>;
  getString(key: Key): Promise<string>;
  findString(key: Key): Promise<string | undefined>;
  set(key: Key, value: Value): Promise<void>;
  delete(key: Key): Promise<void>;
  exists(key: Key): Promise<boolean>;
  getKeys(): Promise<string[]>;
  listKeys(options?: ListOptions): Promise<string[]>;
  keys(prefix?: Key): AsyncIterableIterator<string>;
  count(): Promise<number>;
  getMany(keys: Iterable<Key>): Promise<Array<Buffer | undefined>>;
  setMany(items: Items): Promise<void>;
  deleteMany(keys: Iterable<Key>): Promise<void>;
  increment(key: Key, delta?: number): Promise<number>;
  increment(key: Key, delta: bigint): Promise<bigint>;
  compareAndSwap(key: Key, expected: Value | null | undefined, value: Value): Promise<boolean>;
  setJson(key: Key, value: unknown): Promise<void>;
  getJson<T = any>(key: Key): Promise<T>;
  findJson<T = any>(key: Key): Promise<T | undefined>;
  setJsonText(key: Key, text: Value): Promise<void>;
  getJsonText(key: Key): Promise<string>;
}

// ---- Opening ---------------------------------------------------------------------------------------

/**
 * Opens a store by its label: without options one of the default app, which has `default` and what the file named
 * by RUNTIME_CONFIG_FILE configures; with options, also with `{}`, one of its own, in memory without a path.
 */
export function open(label: string, options?: StoreOptions): Store;

/** Opens the store `default`, in `.spin/sqlite_key_value.db` in the current directory. */
export function openDefault(options?: StoreOptions): Store;

/** Opening with promises. */
export const promises: {
  open(label: string, options?: StoreOptions): Promise<Store>;
  openDefault(options?: StoreOptions): Promise<Store>;
};

/** The stores of one app: which there are, where they live and which may be opened. */
export class App {
  constructor(options?: AppOptions);
  /** Opening and seeding with promises. */
  readonly promises: {
    open(label: string): Promise<Store>;
    openDefault(): Promise<Store>;
    seed(items: Items): Promise<void>;
  };
  /** Opens the store with exactly this label. It stays open when the app is gone. */
  open(label: string): Store;
  /** Opens the store `default`. */
  openDefault(): Store;
  /** Adds a store, or gives `default` a place of its own. Nothing is opened or made yet. */
  addStore(label: string, options?: StoreOptions): void;
  /** Grants a store, in addition to what the manifest grants. */
  grant(label: string): void;
  /** Writes tuples to `default`, all or nothing, whether or not a component may open it. */
  seed(items: Items): void;
  /** Says where each store lives, a line for each label, without any secret. */
  stores(): Map<string, string>;
  /** What is doubtful in the runtime configuration, a line each. */
  warnings(): string[];
}

// ---- Errors ----------------------------------------------------------------------------------------

/** The names of the errors of Spin's interface. */
export type SpinName =
  "store-table-full" | "no-such-store" | "access-denied" | "invalid-store" | "no-such-key" | "io";

/** What every error of a store is. Its message is one line that names what was met. */
export class SpinkvError extends Error {
  /** The status's name: `"no-such-key"`. */
  readonly code: string;
  /** The name of the error of Spin's interface that it belongs to. */
  readonly spinName: SpinName;
  /** SQLite's extended result code, or 0. */
  readonly engineCode: number;
}
/** Too many stores are open. */
export class StoreTableFullError extends SpinkvError {
  readonly code: "store-table-full";
}
/** No store with that label is configured. */
export class NoSuchStoreError extends SpinkvError {
  readonly code: "no-such-store";
}
/** The store is not granted to the app's component. */
export class AccessDeniedError extends SpinkvError {
  readonly code: "access-denied";
}
/** The store is not open. */
export class InvalidStoreError extends SpinkvError {
  readonly code: "invalid-store";
}
/** The store holds no such key. */
export class NoSuchKeyError extends SpinkvError {
  readonly code: "no-such-key";
}
/** Input or output failed, and what is below. */
export class IoError extends SpinkvError {
  readonly code: string;
}
/** An argument is not allowed. */
export class InvalidArgumentError extends IoError {
  readonly code: "invalid-argument";
}
/** The key is larger than `maxKeyBytes`. */
export class KeyTooLargeError extends IoError {
  readonly code: "key-too-large";
}
/** The value is larger than `maxValueBytes`. */
export class ValueTooLargeError extends IoError {
  readonly code: "value-too-large";
}
/** The store holds `maxEntries` tuples and the key is new. */
export class StoreFullError extends IoError {
  readonly code: "store-full";
}
/** The value is not JSON, or cannot be written as JSON. */
export class InvalidJsonError extends IoError {
  readonly code: "invalid-json";
}
/** The value is not a counter of 8 bytes, or would leave the range of 64 bits. */
export class NotACounterError extends IoError {
  readonly code: "not-a-counter";
}
/** The configuration of a store is not valid. */
export class InvalidConfigError extends IoError {
  readonly code: "invalid-config";
}
/** Another writer held the file for longer than `busyTimeoutMs`. */
export class BusyError extends IoError {
  readonly code: "busy";
}
/** The store or its file cannot be written. */
export class ReadOnlyError extends IoError {
  readonly code: "read-only";
}
/** The file does not hold what a store holds. */
export class CorruptError extends IoError {
  readonly code: "corrupt";
}
/** Out of memory. */
export class NoMemoryError extends IoError {
  readonly code: "no-memory";
}
/** What is asked cannot be done by this build. */
export class UnsupportedError extends IoError {
  readonly code: "unsupported";
}
