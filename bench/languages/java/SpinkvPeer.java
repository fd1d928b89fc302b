import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import spinkv.Store;
import spinkv.StoreOptions;
import spinkv.StoreOptions.Durability;

/** The jar itself. */
final class SpinkvPeer implements Peer {
    private Store store;

    @Override
    public String version() {
        return Store.libraryVersion();
    }

    @Override
    public String full() {
        return "WAL, durability full";
    }

    @Override
    public String normal() {
        return "WAL, durability normal";
    }

    @Override
    public void open(Path path, boolean synced, boolean uncached) {
        StoreOptions options = new StoreOptions().path(path).durability(synced ? Durability.FULL : Durability.NORMAL);
        store = Store.open("bench", uncached ? options.cacheBytes(0) : options);
    }

    @Override
    public int get(List<String> keys) {
        int size = 0;
        for (String key : keys) {
            size += store.get(key).length;
        }
        return size;
    }

    @Override
    public void set(List<Map.Entry<String, byte[]>> pairs) {
        for (Map.Entry<String, byte[]> pair : pairs) {
            store.set(pair.getKey(), pair.getValue());
        }
    }

    @Override
    public void setMany(List<Map.Entry<String, byte[]>> pairs) {
        store.setMany(pairs);
    }

    @Override
    public byte[] read(String key) {
        return store.get(key);
    }

    @Override
    public void close() {
        store.close();
    }
}
