import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** The program that answers the requests of languages/README.md in Java. */
final class Program {
    private static final Map<String, String> PEERS = Map.of(
            "spinkv", "SpinkvPeer", "sqlite-jdbc", "SqliteJdbcPeer", "MapDB", "MapdbPeer", "bare JNI call", "FloorPeer");
    private static final int KEY_COUNT = 1000;
    private static final int VALUE_SIZE = 100;

    private final Peer peer;
    private final List<String> all = new ArrayList<>();
    private int position;
    private long number;

    private Program(Peer peer) {
        this.peer = peer;
        for (int index = 0; index < KEY_COUNT; index++) {
            all.add(String.format("user:%011d", 2 * (617 * index % KEY_COUNT)));
        }
    }

    private String answer(String request) throws Exception {
        String[] words = request.split(" ", 4);
        switch (words[0]) {
            case "open" -> peer.open(Path.of(words[3]), words[1].equals("full"), words[2].equals("uncached"));
            case "fill" -> {
                position = 0;
                number = 0;
                peer.setMany(nextPairs(KEY_COUNT));
            }
            case "batch" -> {
                return batch(words[1], Integer.parseInt(words[2]));
            }
            case "calls" -> {
                return calls(words[1], Integer.parseInt(words[2]));
            }
            case "values" -> {
                return values();
            }
            case "close" -> peer.close();
            default -> throw new IllegalArgumentException("the request " + request + " is unknown");
        }
        return "ok";
    }

    private List<String> nextKeys(int count) {
        List<String> keys = new ArrayList<>(count);
        for (int index = 0; index < count; index++) {
            keys.add(all.get((position + index) % KEY_COUNT));
        }
        position = (position + count) % KEY_COUNT;
        return keys;
    }

    private byte[] nextValue() {
        byte[] value = new byte[VALUE_SIZE];
        for (int place = 0; place < VALUE_SIZE; place++) {
            value[place] = (byte) (37 * place);
        }
        ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).putLong(number++);
        return value;
    }

    private List<Map.Entry<String, byte[]>> nextPairs(int count) {
        List<Map.Entry<String, byte[]>> pairs = new ArrayList<>(count);
        for (String key : nextKeys(count)) {
            pairs.add(Map.entry(key, nextValue()));
        }
        return pairs;
    }

    private void get(List<String> keys) throws Exception {
        if (peer.get(keys) != keys.size() * VALUE_SIZE) {
            throw new IllegalStateException("a wrong result of get");
        }
    }

    private String batch(String operation, int count) throws Exception {
        if (operation.equals("get")) {
            List<String> keys = nextKeys(count);
            get(keys);
            long start = System.nanoTime();
            get(keys);
            return Long.toString(System.nanoTime() - start);
        }
        List<Map.Entry<String, byte[]>> pairs = nextPairs(count);
        long start = System.nanoTime();
        if (operation.equals("set")) {
            peer.set(pairs);
        } else {
            peer.setMany(pairs);
        }
        return Long.toString(System.nanoTime() - start);
    }

    private String calls(String operation, int count) throws Exception {
        boolean gets = operation.equals("get");
        List<String> keys = gets ? nextKeys(count) : List.of();
        List<Map.Entry<String, byte[]>> pairs = gets ? List.of() : nextPairs(count);
        StringJoiner ns = new StringJoiner(" ");
        get(keys);
        for (int index = 0; index < count; index++) {
            List<String> key = gets ? keys.subList(index, index + 1) : keys;
            List<Map.Entry<String, byte[]>> pair = gets ? pairs : pairs.subList(index, index + 1);
            long start = System.nanoTime();
            if (gets) {
                peer.get(key);
            } else {
                peer.set(pair);
            }
            ns.add(Long.toString(System.nanoTime() - start));
        }
        return ns.toString();
    }

    private String values() throws Exception {
        StringJoiner values = new StringJoiner(" ");
        for (String key : all) {
            values.add(HexFormat.of().formatHex(peer.read(key)));
        }
        return values.toString();
    }

    private static Peer find(String name) {
        try {
            return (Peer) Class.forName(PEERS.get(name)).getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException | LinkageError error) {
            Throwable cause = error.getCause() == null ? error : error.getCause();
            System.out.println("missing\t" + cause.toString().lines().findFirst().orElse(""));
            return null;
        }
    }

    public static void main(String[] arguments) throws Exception {
        Peer peer = find(arguments[0]);
        if (peer == null) {
            return;
        }
        String runtime = System.getProperty("java.vm.name") + " " + Runtime.version();
        System.out.println(String.join("\t", "ready", runtime, peer.version(), peer.full(), peer.normal()));
        Program program = new Program(peer);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(program.answer(line));
            }
        } catch (Exception error) {
            System.out.println("failed: " + error);
            System.exit(1);
        }
    }
}
