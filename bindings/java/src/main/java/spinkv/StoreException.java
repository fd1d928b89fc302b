package spinkv;

import java.nio.charset.StandardCharsets;

/**
 * What every error of a store is: a class inside this one for each status of the library. The
 * direct subclasses are the six errors of Spin's key-value interface; what refines its {@code io}
 * is below {@link Io}. The message is one line that names what was met.
 */
public class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The status's name. */
    private final String code;

    /** SQLite's extended result code, or 0. */
    private final int engineCode;

    StoreException(String code, String message, int engineCode) {
        super(message);
        this.code = code;
        this.engineCode = engineCode;
    }

    /**
     * The status's name, as Spin spells such names.
     *
     * @return such as {@code "no-such-key"}
     */
    public final String code() {
        return code;
    }

    /**
     * The name of the error of Spin's interface that this one belongs to.
     *
     * @return the code, or {@code "io"} for what refines that
     */
    public String spinName() {
        return code;
    }

    /**
     * What the system below said.
     *
     * @return SQLite's extended result code, or 0
     */
    public final int engineCode() {
        return engineCode;
    }

    /** The exception of a status. Called from C. */
    static StoreException of(int status, int engineCode, byte[] utf8) {
        String message = new String(utf8, StandardCharsets.UTF_8);
        switch (status) {
            case 1:
                return new StoreTableFull(message, engineCode);
            case 2:
                return new NoSuchStore(message, engineCode);
            case 3:
                return new AccessDenied(message, engineCode);
            case 4:
                return new InvalidStore(message, engineCode);
            case 5:
                return new NoSuchKey(message, engineCode);
            case 7:
                return new InvalidArgument(message, engineCode);
            case 8:
                return new KeyTooLarge(message, engineCode);
            case 9:
                return new ValueTooLarge(message, engineCode);
            case 10:
                return new StoreFull(message, engineCode);
            case 11:
                return new InvalidJson(message, engineCode);
            case 12:
                return new NotACounter(message, engineCode);
            case 13:
                return new InvalidConfig(message, engineCode);
            case 14:
                return new Busy(message, engineCode);
            case 15:
                return new ReadOnly(message, engineCode);
            case 16:
                return new Corrupt(message, engineCode);
            case 17:
                return new NoMemory(message, engineCode);
            case 18:
                return new Unsupported(message, engineCode);
            default:
                return new Io(message, engineCode);
        }
    }

    /** Too many stores are open: 256 in one app unless it was told otherwise. */
    public static final class StoreTableFull extends StoreException {
        private static final long serialVersionUID = 1L;

        StoreTableFull(String message, int engineCode) {
            super("store-table-full", message, engineCode);
        }
    }

    /** No store with that label is configured. */
    public static final class NoSuchStore extends StoreException {
        private static final long serialVersionUID = 1L;

        NoSuchStore(String message, int engineCode) {
            super("no-such-store", message, engineCode);
        }
    }

    /** The store is not granted to the app's component. */
    public static final class AccessDenied extends StoreException {
        private static final long serialVersionUID = 1L;

        AccessDenied(String message, int engineCode) {
            super("access-denied", message, engineCode);
        }
    }

    /** The store is not open: it has been closed. */
    public static final class InvalidStore extends StoreException {
        private static final long serialVersionUID = 1L;

        InvalidStore(String message, int engineCode) {
            super("invalid-store", message, engineCode);
        }
    }

    /** The store holds no such key. */
    public static final class NoSuchKey extends StoreException {
        private static final long serialVersionUID = 1L;

        NoSuchKey(String message, int engineCode) {
            super("no-such-key", message, engineCode);
        }
    }

    /** Input or output failed: the disk is full, the file cannot be opened, and what is below. */
    public static class Io extends StoreException {
        private static final long serialVersionUID = 1L;

        Io(String message, int engineCode) {
            super("io", message, engineCode);
        }

        Io(String code, String message, int engineCode) {
            super(code, message, engineCode);
        }

        @Override
        public final String spinName() {
            return "io";
        }
    }

    /** An argument is not allowed: half a surrogate pair, an option out of its range. */
    public static final class InvalidArgument extends Io {
        private static final long serialVersionUID = 1L;

        InvalidArgument(String message, int engineCode) {
            super("invalid-argument", message, engineCode);
        }

        InvalidArgument(String message) {
            this(message, 0);
        }
    }

    /** The key is larger than {@code max_key_bytes}. */
    public static final class KeyTooLarge extends Io {
        private static final long serialVersionUID = 1L;

        KeyTooLarge(String message, int engineCode) {
            super("key-too-large", message, engineCode);
        }
    }

    /** The value is larger than {@code max_value_bytes}. */
    public static final class ValueTooLarge extends Io {
        private static final long serialVersionUID = 1L;

        ValueTooLarge(String message, int engineCode) {
            super("value-too-large", message, engineCode);
        }
    }

    /** The store holds {@code max_entries} tuples and the key is new. */
    public static final class StoreFull extends Io {
        private static final long serialVersionUID = 1L;

        StoreFull(String message, int engineCode) {
            super("store-full", message, engineCode);
        }
    }

    /** The value is not JSON, or not JSON of the class that is asked for. */
    public static final class InvalidJson extends Io {
        private static final long serialVersionUID = 1L;

        InvalidJson(String message, int engineCode) {
            super("invalid-json", message, engineCode);
        }

        InvalidJson(String message, Throwable cause) {
            this(message, 0);
            initCause(cause);
        }
    }

    /** The value is not a counter of 8 bytes, or would leave the range of a long. */
    public static final class NotACounter extends Io {
        private static final long serialVersionUID = 1L;

        NotACounter(String message, int engineCode) {
            super("not-a-counter", message, engineCode);
        }
    }

    /** The configuration of a store is not valid. */
    public static final class InvalidConfig extends Io {
        private static final long serialVersionUID = 1L;

        InvalidConfig(String message, int engineCode) {
            super("invalid-config", message, engineCode);
        }
    }

    /** Another writer held the file for longer than {@code busy_timeout_ms}. */
    public static final class Busy extends Io {
        private static final long serialVersionUID = 1L;

        Busy(String message, int engineCode) {
            super("busy", message, engineCode);
        }
    }

    /** The store was opened with {@code read_only}, or its file cannot be written. */
    public static final class ReadOnly extends Io {
        private static final long serialVersionUID = 1L;

        ReadOnly(String message, int engineCode) {
            super("read-only", message, engineCode);
        }
    }

    /** The file is not a database, is damaged, or its table is not that of a store. */
    public static final class Corrupt extends Io {
        private static final long serialVersionUID = 1L;

        Corrupt(String message, int engineCode) {
            super("corrupt", message, engineCode);
        }
    }

    /** An allocation failed in the library. */
    public static final class NoMemory extends Io {
        private static final long serialVersionUID = 1L;

        NoMemory(String message, int engineCode) {
            super("no-memory", message, engineCode);
        }
    }

    /** What is asked cannot be done by this build, or by this kind of store. */
    public static final class Unsupported extends Io {
        private static final long serialVersionUID = 1L;

        Unsupported(String message, int engineCode) {
            super("unsupported", message, engineCode);
        }
    }
}
