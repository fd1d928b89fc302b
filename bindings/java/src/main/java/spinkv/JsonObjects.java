package spinkv;

import java.lang.reflect.Type;
import java.util.Objects;
import java.util.Optional;

/** What a {@link Store} does with objects: a {@link JsonCodec} makes JSON text of them and back. */
public sealed interface JsonObjects permits Store {
    /**
     * Writes JSON text.
     *
     * @param key the key
     * @param json JSON text
     * @throws StoreException what {@link Store#setJson(String, String)} throws
     */
    void setJson(String key, String json);

    /**
     * Reads JSON text.
     *
     * @param key the key
     * @return the text as it is stored
     * @throws StoreException what {@link Store#getJson(String)} throws
     */
    String getJson(String key);

    /**
     * Reads JSON text that may be missing.
     *
     * @param key the key
     * @return the text as it is stored, or nothing
     * @throws StoreException what {@link Store#findJson(String)} throws
     */
    Optional<String> findJson(String key);

    /**
     * Writes an object as compact JSON.
     *
     * @param key the key
     * @param value the object
     * @param codec what makes JSON of it
     * @throws StoreException.InvalidJson if the codec cannot
     * @throws StoreException what {@link Store#set(String, byte[])} throws
     */
    default void setJson(String key, Object value, JsonCodec codec) {
        setJson(key, encode(codec, key, value));
    }

    /**
     * Reads an object from a value that is JSON text.
     *
     * @param <T> the type to read
     * @param key the key
     * @param type the class to read
     * @param codec what reads it
     * @return the object; null for JSON's null
     * @throws StoreException.NoSuchKey if the store holds no such key
     * @throws StoreException.InvalidJson if the value is not JSON, or not of that class
     */
    default <T> T getJson(String key, Class<T> type, JsonCodec codec) {
        return getJson(key, (Type) type, codec);
    }

    /**
     * Reads an object of a generic type.
     *
     * @param <T> the type to read
     * @param key the key
     * @param type the type to read
     * @param codec what reads it
     * @return the object; null for JSON's null
     * @throws StoreException.NoSuchKey if the store holds no such key
     * @throws StoreException.InvalidJson if the value is not JSON, or not of that type
     */
    default <T> T getJson(String key, Type type, JsonCodec codec) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(codec, "codec");
        return decode(codec, key, getJson(key), type);
    }

    /**
     * Reads an object from a value that is JSON text and may be missing.
     *
     * @param <T> the type to read
     * @param key the key
     * @param type the class to read
     * @param codec what reads it
     * @return the object; nothing if the store holds no such key, or for JSON's null
     * @throws StoreException.InvalidJson if the value is not JSON, or not of that class
     */
    default <T> Optional<T> findJson(String key, Class<T> type, JsonCodec codec) {
        return findJson(key, (Type) type, codec);
    }

    /**
     * Reads an object of a generic type that may be missing.
     *
     * @param <T> the type to read
     * @param key the key
     * @param type the type to read
     * @param codec what reads it
     * @return the object; nothing if the store holds no such key, or for JSON's null
     * @throws StoreException.InvalidJson if the value is not JSON, or not of that type
     */
    default <T> Optional<T> findJson(String key, Type type, JsonCodec codec) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(codec, "codec");
        return findJson(key).map(json -> decode(codec, key, json, type));
    }

    private static String encode(JsonCodec codec, String key, Object value) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(codec, "codec");
        String json;
        try {
            json = codec.encode(value);
        } catch (Exception | StackOverflowError error) {
            throw new StoreException.InvalidJson("no JSON can be made of the value for "
                + show(key) + ": " + firstLine(error), error);
        }
        return Objects.requireNonNull(json, "what the codec makes");
    }

    private static <T> T decode(JsonCodec codec, String key, String json, Type type) {
        try {
            return codec.decode(json, type);
        } catch (Exception | StackOverflowError error) {
            throw new StoreException.InvalidJson("the value of " + show(key)
                + " cannot be read as " + type.getTypeName() + ": "
                + error.getClass().getSimpleName(), error);
        }
    }

    /** A key as messages show it: on one line, and its beginning if it is long. */
    private static String show(String key) {
        int shownUnits = 40;
        boolean isLong = key.length() > shownUnits;
        String start = isLong ? key.substring(0, shownUnits) : key;
        return "key \"" + start.replaceAll("\\p{Cntrl}", "?") + (isLong ? "\"..." : "\"");
    }

    private static String firstLine(Throwable error) {
        String said = Objects.requireNonNullElse(error.getMessage(), "");
        return said.lines().findFirst().orElse(error.getClass().getSimpleName());
    }
}
