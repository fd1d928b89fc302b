package spinkv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
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
        assertEquals(0, store.count());
    }

    @Test
    void nullIsRefused() {
        byte[] empty = {};
        Executable[] calls = {
            () -> store.get(null), () -> store.find(null), () -> store.exists(null),
            () -> store.set(null, empty), () -> store.set("k", (byte[]) null),
            () -> store.set("k", (String) null), () -> store.delete(null),
            () -> store.getInto(null, empty), () -> store.getInto("k", (byte[]) null),
            () -> store.getInto(null, ByteBuffer.allocateDirect(1)),
            () -> store.increment(null), () -> store.compareAndSwap(null, null, empty),
            () -> store.compareAndSwap("k", null, null), () -> store.listKeys(null),
            () -> store.keys(null), () -> store.getMany(null),
            () -> store.setMany(singleton("k", null)), () -> store.setMany(singleton(null, empty)),
            () -> store.deleteMany(Arrays.asList("a", null)),
            () -> store.setJson(null, "1"), () -> store.setJson("k", (String) null),
            () -> store.setJson("k", (byte[]) null), () -> store.getJson(null),
            () -> Store.open(null), () -> Store.open("x", null),
            () -> new StoreOptions().set("x", null),
        };
        for (Executable call : calls) {
            assertThrows(NullPointerException.class, call);
        }
        assertEquals(0, store.count());
    }

    private static Map<String, byte[]> singleton(String key, byte[] value) {
        Map<String, byte[]> map = new LinkedHashMap<>();
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
        assertThrows(StoreException.NoSuchKey.class, () -> store.getInto("missing", instead));
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
        assertThrows(StoreException.InvalidArgument.class, () -> Store.open("default\0b"));
        assertThrows(StoreException.InvalidArgument.class,
            () -> Store.open("a", new StoreOptions().path("a\0b")));
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
