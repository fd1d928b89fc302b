package spinkv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import spinkv.json.GsonCodec;

/** How values of Java go in and come out. */
class ValuesTest {
    private static final String HALF = "k\ud83d";

    private Store store;

    @BeforeEach
    void open() {
        store = Store.open("test",
            new StoreOptions().path("").maxEntries(0).maxKeyBytes(0).maxValueBytes(0));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        for (int index = 0; index < size; index++) {
            bytes[index] = (byte) (index * 7 + size);
        }
        return bytes;
    }

    /** On both sides of where a key or value no longer comes through the stack. */
    @Test
    void sizesAroundTheStack() {
        for (int size : new int[] {0, 1, 4095, 4096, 4097, 16383, 16384, 16385, 1 << 20}) {
            store.set("sized", bytes(size));
            assertArrayEquals(bytes(size), store.get("sized"));
            assertArrayEquals(bytes(size), store.getMany(List.of("sized")).get("sized"));
            byte[] buffer = new byte[size];
            assertEquals(size, store.getInto("sized", buffer));
            assertArrayEquals(bytes(size), buffer);
        }
        store.delete("sized");
        for (String unit : new String[] {"k", "\u00e9", "\u20ac", "\ud83d\udd11", "\0"}) {
            for (int count : new int[] {1, 127, 128, 129, 255, 256, 257, 5000}) {
                String key = unit.repeat(count);
                store.set(key, "v");
                assertTrue(store.exists(key));
                assertEquals(List.of(key), store.getKeys());
                store.deleteMany(List.of(key));
                assertEquals(0, store.count());
            }
        }
    }

    @Test
    void halfASurrogatePairIsRefused() {
        Executable[] calls = {
            () -> store.set(HALF, "v"), () -> store.get(HALF), () -> store.find("\udd11k"),
            () -> store.exists("\udd11\ud83d"), () -> store.delete(HALF),
            () -> store.set("k", HALF),
            () -> store.listKeys(HALF), () -> store.getMany(List.of(HALF)),
            () -> store.setMany(Map.of(HALF, new byte[0])), () -> store.increment(HALF),
            () -> Store.open(HALF), () -> App.builder().manifest(HALF).build(),
        };
        for (Executable call : calls) {
            assertThrows(StoreException.InvalidArgument.class, call);
        }
        assertThrows(StoreException.InvalidJson.class, () -> store.setJson("k", '"' + HALF + '"'));
        assertEquals("the value is not UTF-8: half a surrogate pair at index 1",
            assertThrows(StoreException.class, () -> store.set("k", HALF)).getMessage());
        assertEquals(0, store.count());
    }

    /** Each message names the argument. */
    @Test
    void nullIsRefused() {
        byte[] empty = {};
        String no = null;
        JsonCodec codec = new GsonCodec();
        Map<Executable, String> calls = new LinkedHashMap<>();
        calls.put(() -> store.get(null), "key");
        calls.put(() -> store.find(null), "key");
        calls.put(() -> store.findString(null), "key");
        calls.put(() -> store.getStringOrDefault(null, ""), "key");
        calls.put(() -> store.exists(null), "key");
        calls.put(() -> store.set(null, empty), "key");
        calls.put(() -> store.set(null, ""), "key");
        calls.put(() -> store.set("k", (byte[]) null), "value");
        calls.put(() -> store.set("k", no), "value");
        calls.put(() -> store.delete(null), "key");
        calls.put(() -> store.getInto(null, empty), "key");
        calls.put(() -> store.getInto("k", (byte[]) null), "buffer");
        calls.put(() -> store.getInto("k", (ByteBuffer) null), "buffer");
        calls.put(() -> store.getInto(null, ByteBuffer.allocateDirect(1)), "key");
        calls.put(() -> store.increment(null), "key");
        calls.put(() -> store.compareAndSwap(null, null, empty), "key");
        calls.put(() -> store.compareAndSwap("k", null, (byte[]) null), "value");
        calls.put(() -> store.compareAndSwap(null, null, ""), "key");
        calls.put(() -> store.compareAndSwap("k", "", null), "value");
        calls.put(() -> store.listKeys(null), "prefix");
        calls.put(() -> store.keys(null), "prefix");
        calls.put(() -> store.getMany(null), "keys");
        calls.put(() -> store.deleteMany(null), "keys");
        calls.put(() -> store.deleteMany(Arrays.asList("a", null)), "key");
        calls.put(() -> store.setMany((Map<String, byte[]>) null), "pairs");
        calls.put(() -> store.setMany(singleton("k", null)), "value");
        calls.put(() -> store.setMany(singleton(null, empty)), "key");
        calls.put(() -> store.setMany(Arrays.asList((Map.Entry<String, byte[]>) null)), "pair");
        calls.put(() -> store.setStrings(null), "pairs");
        calls.put(() -> store.setStrings(singleton("k", no)), "value");
        calls.put(() -> store.setJson(null, "1"), "key");
        calls.put(() -> store.setJson("k", no), "json");
        calls.put(() -> store.setJson("k", (byte[]) null), "json");
        calls.put(() -> store.setJson(null, 1, codec), "key");
        calls.put(() -> store.setJson("k", 1, null), "codec");
        calls.put(() -> store.getJson(null), "key");
        calls.put(() -> store.getJson("k", (Class<?>) null, codec), "type");
        calls.put(() -> store.getJson("k", String.class, null), "codec");
        calls.put(() -> store.findJson("k", String.class, null), "codec");
        calls.put(() -> Store.open(null), "label");
        calls.put(() -> Store.open(null, new StoreOptions()), "label");
        calls.put(() -> Store.open("x", null), "options");
        calls.put(() -> App.builder().manifest((Path) null), "path");
        calls.put(() -> new StoreOptions().set("x", no), "text");
        calls.put(() -> new StoreOptions().path(no), "path");
        calls.put(() -> new StoreOptions().path((Path) null), "path");
        calls.put(() -> new StoreOptions().durability(null), "durability");
        try (App app = App.builder().stateDir("").build()) {
            calls.put(() -> app.open(null), "label");
            calls.put(() -> app.grant(null), "label");
            calls.put(() -> app.addStore("x", null), "options");
            calls.put(() -> app.seed((Map<String, byte[]>) null), "pairs");
            calls.put(() -> app.seedStrings(null), "pairs");
            calls.forEach((call, name) ->
                assertEquals(name, assertThrows(NullPointerException.class, call).getMessage()));
        }
        assertEquals(0, store.count());
    }

    private static <T> Map<String, T> singleton(String key, T value) {
        Map<String, T> map = new LinkedHashMap<>();
        map.put(key, value);
        return map;
    }

    @Test
    void missingKeys() {
        StoreException.NoSuchKey error =
            assertThrows(StoreException.NoSuchKey.class, () -> store.get("missing"));
        assertEquals("no-such-key", error.code());
        assertEquals("no-such-key", error.spinName());
        assertTrue(error.getMessage().contains("\"missing\""));
        assertFalse(store.find("missing").isPresent());
        assertFalse(store.findJson("missing").isPresent());
        byte[] instead = {1};
        assertSame(instead, store.getOrDefault("missing", instead));
        assertNull(store.getOrDefault("missing", null));
        assertNull(store.getStringOrDefault("missing", null));
        assertThrows(StoreException.NoSuchKey.class, () -> store.getInto("missing", instead));
    }

    @Test
    void textIsUtf8EverywhereAValueIs() {
        String text = "v\u00e9 \ud83d\udd11";
        assertEquals("none", store.getStringOrDefault("k", "none"));
        assertFalse(store.findString("k").isPresent());
        assertTrue(store.compareAndSwap("k", null, "1"));
        assertFalse(store.compareAndSwap("k", null, "2"));
        assertFalse(store.compareAndSwap("k", "2", "3"));
        assertTrue(store.compareAndSwap("k", "1", text));
        assertArrayEquals(text.getBytes(StandardCharsets.UTF_8), store.get("k"));
        assertEquals(text, store.getStringOrDefault("k", "none"));
        assertEquals(text, store.findString("k").get());
        store.setStrings(Map.of("a", text, "b", ""));
        assertEquals(text, store.getString("a"));
        assertEquals("", store.getString("b"));
        try (App app = App.builder().stateDir("").build(); Store seeded = app.openDefault()) {
            app.seedStrings(Map.of("a", text));
            assertEquals(text, seeded.getString("a"));
        }
    }

    @Test
    void optionsSayWhatIsSetButNoSecret() {
        StoreOptions options = new StoreOptions().path("a.db").maxEntries(5).readOnly(true)
            .durability(StoreOptions.Durability.NORMAL).set("url", "redis://:secret@h");
        assertEquals("StoreOptions[path=a.db, max_entries=5, read_only=true, durability=normal,"
            + " url=***]", options.toString());
        assertEquals("StoreOptions[]", new StoreOptions().toString());
    }

    @Test
    void refinementsAreIo() {
        StoreException error = assertThrows(StoreException.Io.class,
            () -> store.listKeys("", null, -1));
        assertEquals("invalid-argument", error.code());
        assertEquals("io", error.spinName());
    }

    @Test
    void textForCDoesNotEndAtANul() {
        Map<Executable, String> calls = Map.of(
            () -> Store.open("default\0b"), "the label",
            () -> Store.open("a", new StoreOptions().path("a\0b")), "the path",
            () -> Store.open("a", new StoreOptions().set("u\nrl", "a\0b")), "the option",
            () -> App.builder().stateDir("a\0b").build(), "the stateDir");
        calls.forEach((call, what) -> assertEquals(what + " holds a NUL character",
            assertThrows(StoreException.InvalidArgument.class, call).getMessage()));
    }

    @Test
    void messagesShowWhatWasGiven() {
        Map<Executable, String> calls = Map.of(
            () -> Store.open("a", new StoreOptions().path(HALF)),
            "the path is not UTF-8: half a surrogate pair at index 1",
            () -> App.builder().maxOpenStores(-1).build(),
            "max_open_stores is -1; 1 to 65535 is allowed");
        calls.forEach((call, message) -> assertEquals(message,
            assertThrows(StoreException.InvalidArgument.class, call).getMessage()));
    }

    @Test
    void buffers() {
        store.set("k", "value");
        for (ByteBuffer buffer : List.of(ByteBuffer.allocate(12), ByteBuffer.allocateDirect(12),
                ByteBuffer.allocate(20).position(5).slice())) {
            buffer.position(3);
            assertEquals(5, store.getInto("k", buffer));
            assertEquals(8, buffer.position());
            assertEquals(5, store.getInto("k", buffer.duplicate().limit(12).position(8)));
            assertEquals(8, buffer.position());
            byte[] read = new byte[12];
            buffer.position(0).limit(12).get(read);
            assertArrayEquals("\0\0\0value\0\0\0\0".getBytes(), read);
        }
        assertThrows(ReadOnlyBufferException.class,
            () -> store.getInto("k", ByteBuffer.allocateDirect(9).asReadOnlyBuffer()));
        store.set("empty", "");
        assertEquals(0, store.getInto("empty", new byte[0]));
        assertEquals(0, store.getInto("empty", ByteBuffer.allocateDirect(0)));
    }

    /** Through reflection, as Java 17 has no Arena. */
    @Test
    void bufferOfAClosedArenaIsRefused() throws ReflectiveOperationException {
        assumeTrue(Runtime.version().feature() >= 22, "an Arena needs JDK 22");
        Class<?> type = Class.forName("java.lang.foreign.Arena");
        AutoCloseable arena = (AutoCloseable) type.getMethod("ofConfined").invoke(null);
        Object segment = type.getMethod("allocate", long.class).invoke(arena, 100_000L);
        ByteBuffer buffer = (ByteBuffer) Class.forName("java.lang.foreign.MemorySegment")
            .getMethod("asByteBuffer").invoke(segment);
        store.set("k", "value");
        assertEquals(5, store.getInto("k", buffer));
        assertDoesNotThrow(arena::close);
        assertThrows(IllegalStateException.class, () -> store.getInto("k", buffer));
    }

    @Test
    void expectedEmptyIsNotAbsent() {
        byte[] empty = {};
        assertFalse(store.compareAndSwap("k", empty, empty));
        assertTrue(store.compareAndSwap("k", null, empty));
        assertFalse(store.compareAndSwap("k", null, empty));
        assertTrue(store.compareAndSwap("k", empty, bytes(5000)));
        assertTrue(store.compareAndSwap("k", bytes(5000), bytes(1)));
    }

    @Test
    void iterationGoesByPages() {
        Map<String, byte[]> pairs = new LinkedHashMap<>();
        for (int number = 1000; number < 1600; number++) {
            pairs.put("n" + number, new byte[0]);
        }
        store.setMany(pairs);
        store.set("other", "");
        List<String> met = new ArrayList<>();
        for (String key : store.keys("n")) {
            met.add(key);
            store.delete(key);
        }
        assertEquals(new ArrayList<>(pairs.keySet()), met);
        assertEquals(1, StreamSupport.stream(store.spliterator(), false).count());
    }

    @Test
    void lastOfADuplicateWins() {
        store.setMany(List.of(Map.entry("k", bytes(1)), Map.entry("k", bytes(2))));
        assertArrayEquals(bytes(2), store.get("k"));
        Map<String, byte[]> found = store.getMany(List.of("x", "k", "x"));
        assertEquals(List.of("x", "k"), new ArrayList<>(found.keySet()));
        assertNull(found.get("x"));
    }
}
