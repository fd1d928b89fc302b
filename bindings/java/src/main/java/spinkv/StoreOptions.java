package spinkv;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How a store behaves and where it lives.
 *
 * <pre>{@code
 * new StoreOptions().path("cache.db").maxEntries(0).durability(StoreOptions.Durability.NORMAL)
 * }</pre>
 *
 * <p>What is not set has its default. Names and values are checked when the store is added. Options
 * may be used for several stores, and are not made for several threads.
 */
public final class StoreOptions {
    /** The texts that may be shown: of others some are secret. */
    private static final Set<String> SHOWN_TEXTS = Set.of("type", "path", "durability");

    /** Each value begins with a letter that says what it is: text, number or boolean. */
    private final Map<String, String> options = new LinkedHashMap<>();

    /** What a write has survived when it returns. */
    public enum Durability {
        /** The loss of power: the default. */
        FULL("full"),
        /** The end of the process, however abrupt. */
        NORMAL("normal");

        private final String word;

        Durability(String word) {
            this.word = word;
        }
    }

    /** The defaults: in memory, full durability, the limits that Spin documents. */
    public StoreOptions() {}

    /**
     * Sets an option to a text, by the name that it has in a runtime configuration.
     *
     * @param name such as {@code "type"}, {@code "path"}, {@code "url"}
     * @param text the text
     * @return these options
     */
    public StoreOptions set(String name, String text) {
        Objects.requireNonNull(name, "name");
        String what = SHOWN_TEXTS.contains(name) ? name : "text";
        return put(name, "t" + Objects.requireNonNull(text, what));
    }

    /**
     * Sets an option to a number, by its name.
     *
     * @param name such as {@code "max_entries"}
     * @param number the number
     * @return these options
     */
    public StoreOptions set(String name, long number) {
        return put(name, "n" + number);
    }

    /**
     * Sets an option to true or false, by its name.
     *
     * @param name such as {@code "read_only"}
     * @param flag whether it is so
     * @return these options
     */
    public StoreOptions set(String name, boolean flag) {
        return put(name, flag ? "b1" : "b0");
    }

    /**
     * The SQLite file. A relative path is resolved against the directory of the process when the
     * store is added. {@code ""} and {@code ":memory:"} mean in memory.
     *
     * @param path the path
     * @return these options
     */
    public StoreOptions path(String path) {
        return set("path", path);
    }

    /**
     * The SQLite file.
     *
     * @param path the path
     * @return these options
     */
    public StoreOptions path(Path path) {
        return path(Objects.requireNonNull(path, "path").toString());
    }

    /**
     * What a write has survived when it returns.
     *
     * @param durability {@code FULL} unless set
     * @return these options
     */
    public StoreOptions durability(Durability durability) {
        return set("durability", Objects.requireNonNull(durability, "durability").word);
    }

    /**
     * How long a call waits for another writer.
     *
     * @param timeoutMs milliseconds, 0 to 86,400,000; 5,000 unless set
     * @return these options
     */
    public StoreOptions busyTimeoutMs(long timeoutMs) {
        return set("busy_timeout_ms", timeoutMs);
    }

    /**
     * The largest key that may be written.
     *
     * @param size bytes of UTF-8, 0 for no limit; 256 unless set
     * @return these options
     */
    public StoreOptions maxKeyBytes(long size) {
        return set("max_key_bytes", size);
    }

    /**
     * The largest value that may be written.
     *
     * @param size bytes, 0 for no limit; 1,048,576 unless set
     * @return these options
     */
    public StoreOptions maxValueBytes(long size) {
        return set("max_value_bytes", size);
    }

    /**
     * The most tuples the store may hold.
     *
     * @param count tuples, 0 for no limit; 1,024 unless set
     * @return these options
     */
    public StoreOptions maxEntries(long count) {
        return set("max_entries", count);
    }

    /**
     * Memory for the read cache.
     *
     * @param size bytes, 0 to switch it off; 8,388,608 unless set
     * @return these options
     */
    public StoreOptions cacheBytes(long size) {
        return set("cache_bytes", size);
    }

    /**
     * Whether the file is never written to.
     *
     * @param readOnly false unless set
     * @return these options
     */
    public StoreOptions readOnly(boolean readOnly) {
        return set("read_only", readOnly);
    }

    private StoreOptions put(String name, String value) {
        options.put(Objects.requireNonNull(name, "name"), value);
        return this;
    }

    /** The options as C reads them: of each its name, the letter and the rest of the value. */
    byte[] block() {
        Block.Writer writer = new Block.Writer();
        options.forEach((name, value) -> {
            String what = SHOWN_TEXTS.contains(name) ? name : "option";
            writer.add(Utf8.encodeForC(name, "option's name"))
                .add(new byte[] {(byte) value.charAt(0)})
                .add(Utf8.encodeForC(value.substring(1), what));
        });
        return writer.finish();
    }

    /** What was set, by the names of the runtime configuration; "***" for what may be secret. */
    @Override
    public String toString() {
        return options.entrySet().stream()
            .map(option -> option.getKey() + "=" + show(option.getKey(), option.getValue()))
            .collect(Collectors.joining(", ", "StoreOptions[", "]"));
    }

    private static String show(String name, String value) {
        String text = value.substring(1);
        return switch (value.charAt(0)) {
            case 't' -> SHOWN_TEXTS.contains(name) ? text : "***";
            case 'b' -> text.equals("1") ? "true" : "false";
            default -> text;
        };
    }
}
