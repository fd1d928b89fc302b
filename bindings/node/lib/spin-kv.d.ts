/** The shape of Spin's own package for key-value stores: only the import of code written for it changes. */

/** What an error of a store carries as `payload`. */
export type ErrorPayload =
  | { tag: "store-table-full" }
  | { tag: "no-such-store" }
  | { tag: "access-denied" }
  | { tag: "other"; val: string };

/** An open store. */
export interface Store {
  /** Reads a value; `null` for a missing key. */
  get: (key: string) => Uint8Array | null;
  /** Writes bytes as they are, a string as UTF-8, and any other object as JSON. */
  set: (key: string, value: Uint8Array | string | object) => void;
  /** Deletes a key, which need not be there. */
  delete: (key: string) => void;
  /** Tells whether a key is there. */
  exists: (key: string) => boolean;
  /** Lists all keys. */
  getKeys: () => string[];
  /** Reads a value that is JSON; a SyntaxError if it is not, or the key is missing. */
  getJson: (key: string) => any;
  /** Writes a value as JSON. */
  setJson: (key: string, value: any) => void;
}

/** Opens the store with this label. */
export function open(label: string): Store;

/** Opens the store `default`. */
export function openDefault(): Store;
