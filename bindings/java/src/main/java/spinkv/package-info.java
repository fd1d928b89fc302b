/**
 * Spin's key-value store as a library.
 *
 * <pre>{@code
 * try (Store store = Store.openDefault()) {
 *     store.set("mykey", "myvalue");
 *     byte[] value = store.get("mykey");
 * }
 * }</pre>
 *
 * <p>{@link spinkv.Store} is an open store, {@link spinkv.App} says which stores there are, and
 * {@link spinkv.StoreException} has a class for each error. Keys are Strings, which the store holds
 * as UTF-8, and values are bytes.
 */
package spinkv;
