package spinkv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class StoreTest {
    @Test
    void opens() {
        try (Store store = Store.open("x", new StoreOptions().path(""))) {
            store.set("k", "v");
            assertEquals("v", store.getString("k"));
        }
    }
}
