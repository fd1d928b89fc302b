import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/** sqlite-jdbc on a file of the same kind: statements prepared once, a transaction for many. */
final class SqliteJdbcPeer implements Peer {
    private static final String CREATE = "CREATE TABLE IF NOT EXISTS spin_key_value (store TEXT NOT NULL,"
            + " key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (store, key))";
    private static final String GET = "SELECT value FROM spin_key_value WHERE store = 'bench' AND key = ?";
    private static final String SET = "INSERT INTO spin_key_value (store, key, value) VALUES ('bench', ?, ?)"
            + " ON CONFLICT (store, key) DO UPDATE SET value = excluded.value";

    private final String version;
    private Connection connection;
    private PreparedStatement get;
    private PreparedStatement set;

    SqliteJdbcPeer() throws SQLException {
        try (Connection memory = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            version = memory.getMetaData().getDriverVersion();
        }
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public String full() {
        return "WAL, synchronous=FULL";
    }

    @Override
    public String normal() {
        return "WAL, synchronous=NORMAL";
    }

    @Override
    public void open(Path path, boolean synced, boolean uncached) throws SQLException {
        connection = DriverManager.getConnection("jdbc:sqlite:" + path);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode=WAL");
            statement.execute("PRAGMA synchronous=" + (synced ? "FULL" : "NORMAL"));
            statement.execute(CREATE);
        }
        get = connection.prepareStatement(GET);
        set = connection.prepareStatement(SET);
    }

    @Override
    public int get(List<String> keys) throws SQLException {
        int size = 0;
        for (String key : keys) {
            size += read(key).length;
        }
        return size;
    }

    @Override
    public void set(List<Map.Entry<String, byte[]>> pairs) throws SQLException {
        for (Map.Entry<String, byte[]> pair : pairs) {
            set.setString(1, pair.getKey());
            set.setBytes(2, pair.getValue());
            set.executeUpdate();
        }
    }

    @Override
    public void setMany(List<Map.Entry<String, byte[]>> pairs) throws SQLException {
        connection.setAutoCommit(false);
        for (Map.Entry<String, byte[]> pair : pairs) {
            set.setString(1, pair.getKey());
            set.setBytes(2, pair.getValue());
            set.addBatch();
        }
        set.executeBatch();
        connection.commit();
        connection.setAutoCommit(true);
    }

    @Override
    public byte[] read(String key) throws SQLException {
        get.setString(1, key);
        try (ResultSet rows = get.executeQuery()) {
            if (!rows.next()) {
                throw new IllegalStateException("a key is missing");
            }
            return rows.getBytes(1);
        }
    }

    @Override
    public void close() throws SQLException {
        get.close();
        set.close();
        connection.close();
    }
}
