import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A store with the loops that are timed, each call written as a user would write it. */
interface Peer extends AutoCloseable {
    String version();

    /** How it keeps each durability; "" where it does not offer one. */
    String full();

    String normal();

    void open(Path path, boolean synced, boolean uncached) throws Exception;

    /** Reads each key, and adds up the sizes of the values. */
    int get(List<String> keys) throws Exception;

    void set(List<Map.Entry<String, byte[]>> pairs) throws Exception;

    /** All or none. */
    void setMany(List<Map.Entry<String, byte[]>> pairs) throws Exception;

    byte[] read(String key) throws Exception;
}
