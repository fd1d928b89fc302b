package spinkv;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * An open store.
 *
 * <pre>{@code
 * try (Store store = Store.openDefault()) {
 *     store.set("greeting", "hello");
 *     for (String key : store) {
 *         System.out.println(key + "=" + store.getString(key));
 *     }
 * }
 * }</pre>
 *
 * <p>A key is a String, which the store holds as UTF-8; a value is any bytes. Threads may share a
 * store. Every method throws {@link StoreException.InvalidStore} once it is closed, and each can
 * throw {@link StoreException.Busy}, {@link StoreException.Corrupt} and {@link StoreException.Io};
 * those that write {@link StoreException.ReadOnly} too.
 *
 * <p>Iterating goes over the keys in byte order, a page at a time; others may write meanwhile.
 */
public final class Store implements AutoCloseable, Iterable<String>, JsonObjects {
    static final Cleaner CLEANER = Cleaner.create();

    private final int handle;
    private final String name;
    private final Handle closer;
    private final Cleaner.Cleanable cleanable;

    /** What is closed: by close, or when the Store is collected. */
    private static final class Handle implements Runnable {
        private final int handle;
        private volatile boolean isClosed;

        Handle(int handle) {
            this.handle = handle;
        }

        @Override
        public void run() {
            isClosed = true;
            coreJNI.Store_close(handle);
        }
    }

    /** Takes over a handle. A closed one stays invalid for good: no call harms another store. */
    Store(int handle, String name) {
        this.handle = handle;
        this.name = name;
        closer = new Handle(handle);
        cleanable = CLEANER.register(this, closer);
    }

    // ---- Opening and closing -------------------------------------------------------------------

    /**
     * The version of the library in use.
     *
     * @return such as {@code "0.1.0"}
     */
    public static String libraryVersion() {
        return coreJNI.spinkv_version();
    }

    /**
     * Opens the store {@code "default"}, in {@code .spin/sqlite_key_value.db} in the directory of
     * the process.
     *
     * @return the store, to be closed by the caller
     * @throws StoreException what {@link App#open} throws
     */
    public static Store openDefault() {
        return open("default");
    }

    /**
     * Opens a store of the default app: {@code "default"}, or one that the file configures which
     * the environment variable RUNTIME_CONFIG_FILE names.
     *
     * @param label the label
     * @return the store, to be closed by the caller
     * @throws StoreException what {@link App#open} throws
     */
    public static Store open(String label) {
        return new Store(coreJNI.new_Store(0, Utf8.encodeForC(label, "label")), label);
    }

    /**
     * Opens a store of its own.
     *
     * @param label the label
     * @param options how it behaves and where it lives
     * @return the store, to be closed by the caller
     * @throws StoreException what {@link App#addStore} and {@link App#open} throw
     */
    public static Store open(String label, StoreOptions options) {
        try (App app = App.builder().store(label, options).build()) {
            return app.open(label);
        }
    }

    /**
     * The label that the store was opened with.
     *
     * @return the label
     */
    public String name() {
        return name;
    }

    /**
     * Whether the store has been closed.
     *
     * @return true once it has
     */
    public boolean isClosed() {
        return closer.isClosed;
    }

    /**
     * Closes the store. A call that another thread is making finishes as if it came before. A store
     * that is closed already is left alone.
     */
    @Override
    public void close() {
        // Closing again is harmless; the cleaner alone would return while another thread is at it.
        closer.run();
        cleanable.clean();
    }

    // ---- Values --------------------------------------------------------------------------------

    // After each call a fence keeps this store, whose collection would close the handle.

    /**
     * Reads the value of a key.
     *
     * @param key the key
     * @return the value
     * @throws StoreException.NoSuchKey if the store holds no such key
     */
    public byte[] get(String key) {
        byte[] value = read(key);
        if (value == null) {
            value = coreJNI.Store_get(handle, key);
            Reference.reachabilityFence(this);
        }
        return value;
    }

    /**
     * Reads the value of a key as UTF-8.
     *
     * @param key the key
     * @return the value as text; what is not UTF-8 in it is replaced as Java does that
     * @throws StoreException.NoSuchKey if the store holds no such key
     */
    public String getString(String key) {
        return Utf8.decode(get(key));
    }

    /**
     * Reads the value of a key that may be missing, as UTF-8.
     *
     * @param key the key
     * @return the value as {@link #getString} gives it, or nothing
     */
    public Optional<String> findString(String key) {
        return find(key).map(Utf8::decode);
    }

    /**
     * Reads the value of a key that may be missing.
     *
     * @param key the key
     * @return the value, or nothing
     */
    public Optional<byte[]> find(String key) {
        return Optional.ofNullable(read(key));
    }

    /**
     * Reads the value of a key, or gives the one that stands in for it.
     *
     * @param key the key
     * @param missing what is given if the store holds no such key; may be null
     * @return the value, or {@code missing}
     */
    public byte[] getOrDefault(String key, byte[] missing) {
        byte[] value = read(key);
        return value == null ? missing : value;
    }

    /**
     * Reads the value of a key as UTF-8, or gives the text that stands in for it.
     *
     * @param key the key
     * @param missing what is given if the store holds no such key; may be null
     * @return the value as {@link #getString} gives it, or {@code missing}
     */
    public String getStringOrDefault(String key, String missing) {
        byte[] value = read(key);
        return value == null ? missing : Utf8.decode(value);
    }

    /**
     * Reads the value of a key into the beginning of an array, if it fits.
     *
     * @param key the key
     * @param buffer what is written to; left alone if the value is larger
     * @return the size of the value, whether it fitted or not
     * @throws StoreException.NoSuchKey if the store holds no such key
     */
    public int getInto(String key, byte[] buffer) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(buffer, "buffer");
        int size = coreJNI.Store_get_into(handle, key, buffer, 0, buffer.length);
        Reference.reachabilityFence(this);
        return size;
    }

    /**
     * Reads the value of a key into a buffer, if it fits into what remains of it; its position then
     * moves behind the value. Into a direct buffer the value is copied once; an Arena that its memory
     * is of must not be closed by another thread meanwhile.
     *
     * @param key the key
     * @param buffer what is written to; left alone if the value is larger
     * @return the size of the value, whether it fitted or not
     * @throws StoreException.NoSuchKey if the store holds no such key
     * @throws ReadOnlyBufferException if the buffer is read-only
     * @throws IllegalStateException if the Arena that its memory is of has been closed
     */
    public int getInto(String key, ByteBuffer buffer) {
        Objects.requireNonNull(key, "key");
        if (Objects.requireNonNull(buffer, "buffer").isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
        int position = buffer.position();
        int capacity = buffer.remaining();
        if (capacity > 0) {
            // C asks neither whether the memory is still there nor whether this thread may use it.
            buffer.get(position);
        }
        int size = buffer.isDirect()
            ? coreJNI.Store_get_into_memory(handle, key, buffer, position, capacity)
            : coreJNI.Store_get_into(handle, key, buffer.array(), buffer.arrayOffset() + position,
                capacity);
        Reference.reachabilityFence(this);
        if (size <= capacity) {
            buffer.position(position + size);
        }
        return size;
    }

    /**
     * Writes the value of a key, new or in place of the old one.
     *
     * @param key the key, of at most 256 bytes as UTF-8 ({@code max_key_bytes})
     * @param value the value, of at most 1,048,576 bytes ({@code max_value_bytes})
     * @throws StoreException.KeyTooLarge if the key is larger
     * @throws StoreException.ValueTooLarge if the value is larger
     * @throws StoreException.StoreFull if the key is new and there are {@code max_entries} tuples
     * @throws StoreException.InvalidArgument if the key has half a surrogate pair
     */
    public void set(String key, byte[] value) {
        coreJNI.Store_set(handle, Objects.requireNonNull(key, "key"),
            Objects.requireNonNull(value, "value"));
        Reference.reachabilityFence(this);
    }

    /**
     * Writes the value of a key as UTF-8.
     *
     * @param key the key
     * @param value the value
     * @throws StoreException what {@link #set(String, byte[])} throws
     */
    public void set(String key, String value) {
        set(key, Utf8.encode(value, "value"));
    }

    /**
     * Deletes a key with its value. A key that is not there is no error.
     *
     * @param key the key
     */
    public void delete(String key) {
        coreJNI.Store_delete(handle, Objects.requireNonNull(key, "key"));
        Reference.reachabilityFence(this);
    }

    /**
     * Tells whether a key is there, without reading its value.
     *
     * @param key the key
     * @return whether it is
     */
    public boolean exists(String key) {
        boolean exists = coreJNI.Store_exists(handle, Objects.requireNonNull(key, "key"));
        Reference.reachabilityFence(this);
        return exists;
    }

    /**
     * Adds one to the counter at a key.
     *
     * @param key the key
     * @return the new number
     * @throws StoreException what {@link #increment(String, long)} throws
     */
    public long increment(String key) {
        return increment(key, 1);
    }

    /**
     * Adds to the counter at a key. A counter is a value of 8 bytes, a signed little-endian
     * integer; a key that is not there counts as 0. No other write comes in between.
     *
     * @param key the key
     * @param delta what is added
     * @return the new number
     * @throws StoreException.NotACounter if the value has another size, or the sum does not fit
     * @throws StoreException what {@link #set(String, byte[])} throws
     */
    public long increment(String key, long delta) {
        long number = coreJNI.Store_increment(handle, Objects.requireNonNull(key, "key"), delta);
        Reference.reachabilityFence(this);
        return number;
    }

    /**
     * Writes a value only if the key holds exactly what is expected. No other write comes in
     * between.
     *
     * @param key the key
     * @param expected the value that the key must hold; null: the key must not be there
     * @param value the new value
     * @return whether it was written
     * @throws StoreException what {@link #set(String, byte[])} throws
     */
    public boolean compareAndSwap(String key, byte[] expected, byte[] value) {
        boolean swapped = coreJNI.Store_compare_and_swap(handle,
            Objects.requireNonNull(key, "key"), expected, Objects.requireNonNull(value, "value"));
        Reference.reachabilityFence(this);
        return swapped;
    }

    /**
     * The same for values that are text, as UTF-8.
     *
     * @param key the key
     * @param expected the value that the key must hold; null: the key must not be there
     * @param value the new value
     * @return whether it was written
     * @throws StoreException what {@link #set(String, byte[])} throws
     */
    public boolean compareAndSwap(String key, String expected, String value) {
        byte[] held = expected == null ? null : Utf8.encode(expected, "expected");
        return compareAndSwap(key, held, Utf8.encode(value, "value"));
    }

    // ---- Keys ----------------------------------------------------------------------------------

    /**
     * Lists all keys.
     *
     * @return the keys, in byte order
     */
    public List<String> getKeys() {
        byte[] block = coreJNI.Store_get_keys(handle);
        Reference.reachabilityFence(this);
        return Block.textsOf(block);
    }

    /**
     * Lists the keys that begin with a prefix.
     *
     * @param prefix the prefix
     * @return the keys, in byte order
     */
    public List<String> listKeys(String prefix) {
        return listKeys(prefix, null, Long.MAX_VALUE);
    }

    /**
     * Lists one page of keys. The next page starts after the last key of this one; nothing is held
     * open in between.
     *
     * @param prefix what the keys begin with; {@code ""} for all
     * @param after the key that they come strictly after; null: from the beginning
     * @param limit how many at most
     * @return the keys, in byte order
     * @throws StoreException.InvalidArgument if the limit is negative
     */
    public List<String> listKeys(String prefix, String after, long limit) {
        if (limit < 0) {
            throw new StoreException.InvalidArgument("the limit is " + limit + "; it is 0 or more");
        }
        byte[] block = coreJNI.Store_list_keys(handle, Objects.requireNonNull(prefix, "prefix"),
            after, limit);
        Reference.reachabilityFence(this);
        return Block.textsOf(block);
    }

    /**
     * The keys that begin with a prefix, to iterate over as over the store itself.
     *
     * @param prefix the prefix
     * @return the keys, in byte order
     */
    public Iterable<String> keys(String prefix) {
        Objects.requireNonNull(prefix, "prefix");
        return () -> new KeyIterator(this, prefix);
    }

    @Override
    public Iterator<String> iterator() {
        return new KeyIterator(this, "");
    }

    /**
     * Counts the tuples of the store.
     *
     * @return how many there are
     */
    public long count() {
        long count = coreJNI.Store_count(handle);
        Reference.reachabilityFence(this);
        return count;
    }

    // ---- Many at once --------------------------------------------------------------------------

    /**
     * Reads many values in one snapshot.
     *
     * @param keys the keys
     * @return an entry for every key, in the order asked; null for a key that is not there
     */
    public Map<String, byte[]> getMany(Iterable<String> keys) {
        byte[] asked = Block.ofKeys(keys);
        Block.Reader values = new Block.Reader(coreJNI.Store_get_many(handle, asked));
        Reference.reachabilityFence(this);
        Map<String, byte[]> found = new LinkedHashMap<>();
        Block.Reader names = new Block.Reader(asked);
        names.readCount();
        for (int left = values.readCount(); left > 0; left--) {
            found.put(names.readText(), values.readBytes());
        }
        return found;
    }

    /**
     * Writes many tuples, all or nothing, in one transaction.
     *
     * @param pairs keys and values
     * @throws StoreException what {@link #set(String, byte[])} throws
     */
    public void setMany(Map<String, byte[]> pairs) {
        setMany(Objects.requireNonNull(pairs, "pairs").entrySet());
    }

    /**
     * Writes many tuples whose values are text, as UTF-8, all or nothing.
     *
     * @param pairs keys and values
     * @throws StoreException what {@link #set(String, byte[])} throws
     */
    public void setStrings(Map<String, String> pairs) {
        coreJNI.Store_set_many(handle, Block.ofTexts(pairs));
        Reference.reachabilityFence(this);
    }

    /**
     * Writes many tuples, all or nothing; the last of a key that comes twice wins.
     *
     * @param pairs keys and values
     * @throws StoreException what {@link #set(String, byte[])} throws
     */
    public void setMany(Iterable<? extends Map.Entry<String, byte[]>> pairs) {
        coreJNI.Store_set_many(handle, Block.ofPairs(pairs));
        Reference.reachabilityFence(this);
    }

    /**
     * Deletes many keys, all or nothing. Keys that are not there are skipped.
     *
     * @param keys the keys
     */
    public void deleteMany(Iterable<String> keys) {
        coreJNI.Store_delete_many(handle, Block.ofKeys(keys));
        Reference.reachabilityFence(this);
    }

    // ---- JSON ----------------------------------------------------------------------------------

    /**
     * Writes JSON text in its compact form: no spaces between tokens, numbers, strings and the
     * order of members as given.
     *
     * @param key the key
     * @param json JSON text
     * @throws StoreException.InvalidJson if the text is not JSON
     * @throws StoreException what {@link #set(String, byte[])} throws
     */
    @Override
    public void setJson(String key, String json) {
        setJson(key, encodeJson(json));
    }

    /**
     * Writes JSON text that is bytes already.
     *
     * @param key the key
     * @param json JSON text, in UTF-8
     * @throws StoreException.InvalidJson if the text is not JSON, or not UTF-8
     * @throws StoreException what {@link #set(String, byte[])} throws
     */
    public void setJson(String key, byte[] json) {
        coreJNI.Store_set_json(handle, Objects.requireNonNull(key, "key"),
            Objects.requireNonNull(json, "json"));
        Reference.reachabilityFence(this);
    }

    /**
     * Reads a value that is JSON text.
     *
     * @param key the key
     * @return the text as it is stored
     * @throws StoreException.NoSuchKey if the store holds no such key
     * @throws StoreException.InvalidJson if the value is not JSON
     */
    @Override
    public String getJson(String key) {
        byte[] json = coreJNI.Store_get_json(handle, Objects.requireNonNull(key, "key"));
        Reference.reachabilityFence(this);
        return Utf8.decode(json);
    }

    /**
     * Reads a value that is JSON text and may be missing.
     *
     * @param key the key
     * @return the text as it is stored, or nothing
     * @throws StoreException.InvalidJson if the value is not JSON
     */
    @Override
    public Optional<String> findJson(String key) {
        try {
            return Optional.of(getJson(key));
        } catch (StoreException.NoSuchKey missing) {
            return Optional.empty();
        }
    }

    // ---- What the above is made of -------------------------------------------------------------

    /** The value of a key, or null. */
    private byte[] read(String key) {
        byte[] value = coreJNI.Store_find(handle, Objects.requireNonNull(key, "key"));
        Reference.reachabilityFence(this);
        return value;
    }

    private static byte[] encodeJson(String json) {
        try {
            return Utf8.encode(json, "json");
        } catch (StoreException.InvalidArgument error) {
            throw new StoreException.InvalidJson(error.getMessage(), error);
        }
    }

    @Override
    public String toString() {
        return "Store[" + name + (isClosed() ? ", closed]" : "]");
    }
}
