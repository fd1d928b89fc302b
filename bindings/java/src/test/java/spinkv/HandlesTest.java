package spinkv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Stores and apps that are closed, closed twice, used after that, or collected. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HandlesTest {
    private static final int MAX_OPEN_STORES = 4;
    private static final int MANY_STORES = 10_000;
    private static final int WARM_UP_CALLS = 50_000;
    private static final long COLLECTING_NS = 2_000_000_000L;

    static Store inMemory() {
        return Store.open("test", new StoreOptions().path("").maxEntries(0));
    }

    private static App smallApp() {
        return App.builder().stateDir("").maxOpenStores(MAX_OPEN_STORES).build();
    }

    @Test
    void closesAtTheEndOfTry() {
        Store store = inMemory();
        try (store) {
            assertFalse(store.isClosed());
            store.set("k", "v");
        }
        assertTrue(store.isClosed());
        assertEquals("Store[test, closed]", store.toString());
    }

    @Test
    void closedTwiceClosesNoOther() {
        Store first = inMemory();
        first.close();
        try (Store second = inMemory()) {
            first.close();
            second.set("k", "v");
            assertEquals("v", second.getString("k"));
            assertThrows(StoreException.InvalidStore.class, () -> first.get("k"));
        }
    }

    @Test
    void everyCallAfterCloseIsInvalidStore() {
        Store store = inMemory();
        store.set("k", "v");
        Iterator<String> iterator = store.iterator();
        store.close();
        Executable[] calls = {
            () -> store.get("k"), () -> store.getString("k"), () -> store.find("k"),
            () -> store.getOrDefault("k", null), () -> store.getInto("k", new byte[1]),
            () -> store.set("k", "v"), () -> store.delete("k"), () -> store.exists("k"),
            () -> store.increment("k"), () -> store.compareAndSwap("k", null, new byte[0]),
            () -> store.getKeys(), () -> store.listKeys(""), () -> store.count(), iterator::next,
            () -> store.getMany(List.of("k")), () -> store.setMany(Map.of()),
            () -> store.deleteMany(List.of()), () -> store.setJson("k", "1"),
            () -> store.getJson("k"), () -> store.findJson("k"), () -> store.findString("k"),
            () -> store.getStringOrDefault("k", ""), () -> store.compareAndSwap("k", "", ""),
            () -> store.setStrings(Map.of()),
        };
        for (Executable call : calls) {
            StoreException error = assertThrows(StoreException.InvalidStore.class, call);
            assertEquals("invalid-store", error.code());
        }
    }

    @Test
    void storeOutlivesItsApp() {
        App app = smallApp();
        Store store = app.openDefault();
        app.close();
        app.close();
        store.set("k", "v");
        assertEquals("v", store.getString("k"));
        store.close();
    }

    @Test
    void closedAppIsNotTheDefaultApp() {
        App app = smallApp();
        app.close();
        Executable[] calls = {
            app::openDefault, () -> app.open("default"), () -> app.seed(Map.of("k", new byte[0])),
            app::stores, app::warnings, () -> app.grant("x"), () -> app.seedStrings(Map.of()),
            () -> app.addStore("x", new StoreOptions()),
        };
        for (Executable call : calls) {
            assertThrows(StoreException.InvalidArgument.class, call);
        }
    }

    /** More stores are opened than may be at once, and none is closed but by the collector. */
    @Test
    void collectedStoresAreClosed() throws InterruptedException {
        try (App app = smallApp()) {
            for (int opened = 0; opened < 5 * MAX_OPEN_STORES; ) {
                try {
                    app.openDefault().set("k" + opened, "v");
                    opened++;
                } catch (StoreException.StoreTableFull full) {
                    System.gc();
                    Thread.sleep(1);
                }
            }
            System.gc();
            try (Store store = openPatiently(app)) {
                assertEquals("v", store.getString("k0"));
            }
        }
    }

    private static Store openPatiently(App app) throws InterruptedException {
        while (true) {
            try {
                return app.openDefault();
            } catch (StoreException.StoreTableFull full) {
                System.gc();
                Thread.sleep(1);
            }
        }
    }

    /** A store of which nobody knows any more must not be closed under its last call. */
    @Test
    void isNotCollectedUnderACall() throws InterruptedException {
        // So often that set is compiled, and no longer keeps what it has used for the last time.
        try (Store store = inMemory()) {
            for (int time = 0; time < WARM_UP_CALLS; time++) {
                store.set("k", "v");
            }
        }
        Thread collector = new Thread(() -> {
            while (!Thread.interrupted()) {
                System.gc();
            }
        });
        collector.start();
        // What takes long on its way in leaves the collector time, and is then refused.
        String largeKey = "k".repeat(1 << 20);
        byte[] large = new byte[1 << 22];
        long end = System.nanoTime() + COLLECTING_NS;
        try (App app = App.builder().stateDir("").maxOpenStores(MANY_STORES).build()) {
            while (System.nanoTime() < end) {
                assertThrows(StoreException.KeyTooLarge.class,
                    () -> app.openDefault().set(largeKey, large));
            }
        } finally {
            collector.interrupt();
            collector.join();
        }
    }

    @Test
    void collectedAppsAreFreed() throws InterruptedException {
        for (int time = 0; time < 2000; time++) {
            smallApp().openDefault().close();
        }
        System.gc();
        try (App app = smallApp(); Store store = app.openDefault()) {
            assertEquals(0, store.count());
        }
    }

    @Test
    void iteratorEnds() {
        try (Store store = inMemory()) {
            Iterator<String> iterator = store.iterator();
            assertFalse(iterator.hasNext());
            assertThrows(NoSuchElementException.class, iterator::next);
            assertThrows(UnsupportedOperationException.class, iterator::remove);
        }
    }
}
