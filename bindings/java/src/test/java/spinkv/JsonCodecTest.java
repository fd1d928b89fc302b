package spinkv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.reflect.TypeToken;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import spinkv.json.GsonCodec;
import spinkv.json.JacksonCodec;

/** Objects through JSON libraries. */
class JsonCodecTest {
    private static final long LARGE = (1L << 53) + 1;
    private static final List<JsonCodec> CODECS = List.of(new JacksonCodec(), new GsonCodec());

    /** What is written and read. */
    static final class User {
        /** A name that is no ASCII. */
        public String name;
        /** A number that a double does not hold. */
        public long visits;
    }

    @Test
    void objectsComeBack() {
        try (Store store = HandlesTest.inMemory()) {
            for (JsonCodec codec : CODECS) {
                User user = new User();
                user.name = "Ad\u00e4 \ud83d\udd11";
                user.visits = LARGE;
                store.setJson("user", user, codec);
                assertEquals("{\"name\":\"Ad\u00e4 \ud83d\udd11\",\"visits\":" + LARGE + "}",
                    store.getJson("user"));
                User read = store.getJson("user", User.class, codec);
                assertEquals(user.name, read.name);
                assertEquals(LARGE, read.visits);
            }
        }
    }

    @Test
    void numbersOfNoClassComeBack() {
        Type type = new TypeToken<Map<String, Object>>() {}.getType();
        try (Store store = HandlesTest.inMemory()) {
            store.setJson("map", "{\"large\": " + LARGE + ", \"half\": 0.5}");
            for (JsonCodec codec : CODECS) {
                Map<String, Object> map = store.getJson("map", type, codec);
                assertEquals(Map.of("large", LARGE, "half", 0.5), map);
            }
        }
    }

    @Test
    void missingObjectsAreNothing() {
        Type type = new TypeToken<List<Long>>() {}.getType();
        try (Store store = HandlesTest.inMemory()) {
            for (JsonCodec codec : CODECS) {
                store.setJson("list", "[" + LARGE + "]");
                assertEquals(Optional.of(List.of(LARGE)), store.findJson("list", type, codec));
                assertEquals(Optional.empty(), store.findJson("missing", User.class, codec));
                store.setJson("list", "null");
                assertEquals(Optional.empty(), store.findJson("list", User.class, codec));
            }
        }
    }

    @Test
    void nullComesBack() {
        try (Store store = HandlesTest.inMemory()) {
            for (JsonCodec codec : CODECS) {
                store.setJson("null", null, codec);
                assertEquals("null", store.getJson("null"));
                assertNull(store.getJson("null", User.class, codec));
            }
        }
    }

    @Test
    void whatCannotBeReadIsInvalidJson() {
        try (Store store = HandlesTest.inMemory()) {
            store.setJson("list", "[\"secret\"]");
            for (JsonCodec codec : CODECS) {
                StoreException error = assertThrows(StoreException.InvalidJson.class,
                    () -> store.getJson("list", User.class, codec));
                assertEquals(-1, error.getMessage().indexOf("secret"));
                assertTrue(error.getMessage().contains("key \"list\""), error.getMessage());
                assertThrows(StoreException.InvalidJson.class,
                    () -> store.findJson("list", User.class, codec));
                assertThrows(StoreException.NoSuchKey.class,
                    () -> store.getJson("missing", User.class, codec));
            }
        }
    }

    @Test
    void whatCannotBeWrittenIsInvalidJson() {
        Map<JsonCodec, Object> refused =
            Map.of(new JacksonCodec(), new Object(), new GsonCodec(), Double.NaN);
        try (Store store = HandlesTest.inMemory()) {
            refused.forEach((codec, value) -> {
                String message = assertThrows(StoreException.InvalidJson.class,
                    () -> store.setJson("k\n", value, codec)).getMessage();
                assertTrue(message.contains("key \"k?\""), message);
                assertEquals(1, message.lines().count());
            });
            assertEquals(0, store.count());
        }
    }

    @Test
    void whatHasNoEndIsInvalidJson() {
        List<Object> endless = new ArrayList<>();
        endless.add(endless);
        try (Store store = HandlesTest.inMemory()) {
            for (JsonCodec codec : CODECS) {
                String message = assertThrows(StoreException.InvalidJson.class,
                    () -> store.setJson("k", endless, codec)).getMessage();
                assertFalse(message.endsWith(": null"), message);
            }
        }
    }
}
