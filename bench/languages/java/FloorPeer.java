import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The least that a get through JNI takes: a call that is given a key and makes an array of a value's size. */
final class FloorPeer implements Peer {
    static {
        System.loadLibrary("floor");
    }

    private static native byte[] copy(String key);

    @Override
    public String version() {
        return "";
    }

    @Override
    public String full() {
        return "";
    }

    @Override
    public String normal() {
        return "";
    }

    @Override
    public void open(Path path, boolean synced, boolean uncached) {}

    @Override
    public int get(List<String> keys) {
        int size = 0;
        for (String key : keys) {
            size += copy(key).length;
        }
        return size;
    }

    @Override
    public void set(List<Map.Entry<String, byte[]>> pairs) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setMany(List<Map.Entry<String, byte[]>> pairs) {
        throw new UnsupportedOperationException();
    }

    @Override
    public byte[] read(String key) {
        return copy(key);
    }

    @Override
    public void close() {}
}
