package spinkv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.abort;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stores and apps in several threads, closed by one while others use them. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ThreadsTest {
    private static final int THREADS = 4;
    private static final int VIRTUAL_THREADS = 200;

    private static <T> List<T> inThreads(Callable<T> work)
            throws InterruptedException, ExecutionException {
        ExecutorService executor = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<T>> futures = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                futures.add(executor.submit(work));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void threadsShareAStore() throws Exception {
        try (Store store = HandlesTest.inMemory()) {
            inThreads(() -> {
                for (int time = 0; time < 1000; time++) {
                    store.increment("n");
                }
                return null;
            });
            assertEquals(4001, store.increment("n"));
        }
    }

    /** What makes a virtual thread for each task, which this may be compiled without. */
    private static ExecutorService virtualThreads() throws ReflectiveOperationException {
        try {
            return (ExecutorService) Executors.class
                .getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException | InvocationTargetException error) {
            return abort("virtual threads need JDK 21; this is " + Runtime.version().feature());
        }
    }

    @Test
    void virtualThreadsShareAStore() throws Exception {
        ExecutorService executor = virtualThreads();
        try (App app = App.builder().stateDir("").build(); Store store = app.openDefault()) {
            List<Future<?>> futures = new ArrayList<>();
            for (int thread = 0; thread < VIRTUAL_THREADS; thread++) {
                String key = "k" + thread;
                futures.add(executor.submit(() -> {
                    try (Store own = app.openDefault()) {
                        own.set(key, new byte[20_000]);
                        Thread.sleep(1);
                        assertEquals(20_000, store.get(key).length);
                        return store.increment("n");
                    }
                }));
            }
            for (Future<?> future : futures) {
                future.get();
            }
            assertEquals(VIRTUAL_THREADS + 1, store.increment("n"));
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void closedUnderOthersIsInvalidStore() throws Exception {
        Store store = HandlesTest.inMemory();
        store.set("k", new byte[100_000]);
        CountDownLatch started = new CountDownLatch(THREADS);
        Thread closer = new Thread(() -> {
            try {
                started.await();
            } catch (InterruptedException error) {
                throw new IllegalStateException(error);
            }
            store.close();
        });
        closer.start();
        List<String> codes = inThreads(() -> {
            started.countDown();
            StoreException error = assertThrows(StoreException.class, () -> {
                while (true) {
                    assertEquals(100_000, store.get("k").length);
                }
            });
            return error.code();
        });
        closer.join();
        for (String code : codes) {
            assertEquals("invalid-store", code);
        }
    }

    @Test
    void isClosedWhenCloseReturns() throws Exception {
        for (int time = 0; time < 200; time++) {
            Store store = HandlesTest.inMemory();
            inThreads(() -> {
                store.close();
                return assertThrows(StoreException.InvalidStore.class, store::count);
            });
        }
    }

    @Test
    void appClosedUnderOthersIsInvalidArgument() throws Exception {
        for (int time = 0; time < 50; time++) {
            App app = App.builder().stateDir("").build();
            CountDownLatch opened = new CountDownLatch(THREADS);
            inThreads(() -> {
                app.openDefault().close();
                opened.countDown();
                opened.await();
                app.close();
                return assertThrows(StoreException.InvalidArgument.class, app::openDefault);
            });
        }
    }

    @Test
    void storeIsUsedAndClosedInAnotherThread() throws Exception {
        Store store = HandlesTest.inMemory();
        Thread other = new Thread(() -> {
            store.set("k", "v");
            store.close();
        });
        other.start();
        other.join();
        assertThrows(StoreException.InvalidStore.class, () -> store.get("k"));
    }
}
