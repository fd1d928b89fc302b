import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.HTreeMap;
import org.mapdb.Serializer;

/** MapDB: a hash map in a mapped file; with its log of writes and a commit a set where each is to be synced. */
final class MapdbPeer implements Peer {
    private DB db;
    private HTreeMap<String, byte[]> map;
    private boolean synced;

    @Override
    public String version() {
        return "3.1.0";
    }

    @Override
    public String full() {
        return "transactionEnable, a commit a set";
    }

    @Override
    public String normal() {
        return "less: no transactions, a file that was not closed is refused";
    }

    @Override
    public void open(Path path, boolean synced, boolean uncached) {
        DBMaker.Maker maker = DBMaker.fileDB(path.toFile()).fileMmapEnableIfSupported();
        this.synced = synced;
        db = (synced ? maker.transactionEnable() : maker).make();
        map = db.hashMap("bench", Serializer.STRING, Serializer.BYTE_ARRAY).createOrOpen();
    }

    private void commit() {
        if (synced) {
            db.commit();
        }
    }

    @Override
    public int get(List<String> keys) {
        int size = 0;
        for (String key : keys) {
            size += map.get(key).length;
        }
        return size;
    }

    @Override
    public void set(List<Map.Entry<String, byte[]>> pairs) {
        for (Map.Entry<String, byte[]> pair : pairs) {
            map.put(pair.getKey(), pair.getValue());
            commit();
        }
    }

    @Override
    public void setMany(List<Map.Entry<String, byte[]>> pairs) {
        for (Map.Entry<String, byte[]> pair : pairs) {
            map.put(pair.getKey(), pair.getValue());
        }
        commit();
    }

    @Override
    public byte[] read(String key) {
        return map.get(key);
    }

    @Override
    public void close() {
        db.close();
    }
}
