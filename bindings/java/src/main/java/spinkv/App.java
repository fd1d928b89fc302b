package spinkv;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The stores of one app: which there are, where they live and which may be opened.
 *
 * <pre>{@code
 * App app = App.builder().manifest("spin.toml").component("hello").build();
 * Store store = app.open("default");
 * }</pre>
 *
 * <p>Stores stay open and usable when the app that they came from is closed. Threads may share an
 * app. Every method throws {@link StoreException.InvalidArgument} once the app is closed.
 */
public final class App implements AutoCloseable {
    private static final Cleaner CLEANER = Store.CLEANER;

    private final Native app;
    private final Cleaner.Cleanable cleanable;

    /** What is freed when no call is using it: by close, or when the App is collected. */
    private static final class Native implements Runnable {
        private final ReadWriteLock lock = new ReentrantReadWriteLock();
        private long pointer;

        <T> T call(Function<Long, T> function) {
            lock.readLock().lock();
            try {
                if (pointer == 0) {
                    throw new StoreException.InvalidArgument("the app has been closed");
                }
                return function.apply(pointer);
            } finally {
                lock.readLock().unlock();
            }
        }

        @Override
        public void run() {
            lock.writeLock().lock();
            try {
                coreJNI.delete_App(pointer);
                pointer = 0;
            } finally {
                lock.writeLock().unlock();
            }
        }
    }

    /** What an app is made of. What is left out has its default. */
    public static final class Builder {
        private String manifest;
        private String component;
        private String runtimeConfig;
        private String stateDir;
        private int maxOpenStores = 256;
        private final Map<String, StoreOptions> stores = new LinkedHashMap<>();

        private Builder() {}

        /**
         * The manifest: only what it grants to the component may be opened.
         *
         * @param path the path of a {@code spin.toml}
         * @return this builder
         */
        public Builder manifest(String path) {
            manifest = path;
            return this;
        }

        /**
         * The manifest.
         *
         * @param path the path of a {@code spin.toml}
         * @return this builder
         */
        public Builder manifest(Path path) {
            return manifest(Objects.requireNonNull(path, "path").toString());
        }

        /**
         * The component of the manifest. Without it the manifest must have just one.
         *
         * @param id the component's id; {@code "*"} is the union of all
         * @return this builder
         */
        public Builder component(String id) {
            component = id;
            return this;
        }

        /**
         * The runtime configuration. Without it, but with a manifest, it is the file that the
         * environment variable RUNTIME_CONFIG_FILE names, if it is set.
         *
         * @param path the path of a {@code runtime-config.toml}; {@code ""} means none
         * @return this builder
         */
        public Builder runtimeConfig(String path) {
            runtimeConfig = path;
            return this;
        }

        /**
         * The runtime configuration.
         *
         * @param path the path of a {@code runtime-config.toml}
         * @return this builder
         */
        public Builder runtimeConfig(Path path) {
            return runtimeConfig(Objects.requireNonNull(path, "path").toString());
        }

        /**
         * The folder of the default store's file. Without it it is what the runtime configuration
         * says, else {@code .spin} beside the manifest, else {@code .spin} in the directory of the
         * process when the store is opened.
         *
         * @param path the folder; {@code ""} puts the default store in memory
         * @return this builder
         */
        public Builder stateDir(String path) {
            stateDir = path;
            return this;
        }

        /**
         * The folder of the default store's file.
         *
         * @param path the folder
         * @return this builder
         */
        public Builder stateDir(Path path) {
            return stateDir(Objects.requireNonNull(path, "path").toString());
        }

        /**
         * How many stores of this app may be open at once.
         *
         * @param count 1 to 65,535; 256 unless set
         * @return this builder
         */
        public Builder maxOpenStores(int count) {
            maxOpenStores = count;
            return this;
        }

        /**
         * A further store, or a place of its own for {@code "default"}.
         *
         * @param label the label
         * @param options how it behaves and where it lives
         * @return this builder
         */
        public Builder store(String label, StoreOptions options) {
            stores.put(Objects.requireNonNull(label, "label"),
                Objects.requireNonNull(options, "options"));
            return this;
        }

        /**
         * Makes the app and checks it.
         *
         * @return the app
         * @throws StoreException.InvalidConfig if a file is not TOML or says what is not allowed
         * @throws StoreException.InvalidArgument if there is no such component, or none is named
         *     where there are several
         * @throws StoreException.NoSuchStore if the manifest grants a store that nothing configures
         * @throws StoreException.Io if a file cannot be read
         */
        public App build() {
            App app = new App();
            try {
                app.load(this);
            } catch (RuntimeException error) {
                app.close();
                throw error;
            }
            return app;
        }
    }

    private App() {
        app = new Native();
        cleanable = CLEANER.register(this, app);
        app.pointer = coreJNI.new_App();
    }

    /** An app that is being called is not collected. */
    private <T> T call(Function<Long, T> function) {
        T result = app.call(function);
        Reference.reachabilityFence(this);
        return result;
    }

    private void run(Consumer<Long> action) {
        call(pointer -> {
            action.accept(pointer);
            return null;
        });
    }

    /**
     * Says what an app is made of.
     *
     * @return a builder of an app with the store {@code "default"} alone
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Lists what is doubtful in the configuration of the default app, whose stores
     * {@link Store#open(String)} opens. Nothing is opened.
     *
     * @return a line each
     * @throws StoreException.InvalidConfig if the file that RUNTIME_CONFIG_FILE names is not TOML or
     *     says what is not allowed
     * @throws StoreException.Io if it cannot be read
     */
    public static List<String> defaultWarnings() {
        return Block.textsOf(coreJNI.list_default_warnings());
    }

    private void load(Builder builder) {
        if (builder.maxOpenStores < 0) {
            throw new StoreException.InvalidArgument(
                "max_open_stores is " + builder.maxOpenStores + "; 1 to 65535 is allowed");
        }
        run(pointer -> {
            coreJNI.App_set_max_open_stores(pointer, builder.maxOpenStores);
            if (builder.manifest != null) {
                coreJNI.App_load_manifest(pointer, Utf8.encodeForC(builder.manifest, "manifest"),
                    Utf8.encodeOptionalForC(builder.component, "component"));
            } else if (builder.component != null) {
                throw new StoreException.InvalidArgument(
                    "a component is one of a manifest's: give the manifest too");
            }
            if (builder.manifest != null || builder.runtimeConfig != null) {
                coreJNI.App_load_runtime_config(pointer,
                    Utf8.encodeOptionalForC(builder.runtimeConfig, "runtimeConfig"));
            }
            builder.stores.forEach(this::addStore);
            if (builder.stateDir != null) {
                coreJNI.App_set_state_dir(pointer, Utf8.encodeForC(builder.stateDir, "stateDir"));
            }
            coreJNI.App_check(pointer);
        });
    }

    /**
     * Adds a store, or gives {@code "default"} a place of its own. Nothing is opened or made yet.
     *
     * @param label the label
     * @param options how it behaves and where it lives
     * @throws StoreException.InvalidArgument if an option is unknown or out of its range, or the
     *     label is empty or there already
     * @throws StoreException.InvalidConfig if the type is unknown
     */
    public void addStore(String label, StoreOptions options) {
        byte[] utf8 = Utf8.encodeForC(label, "label");
        byte[] block = Objects.requireNonNull(options, "options").block();
        run(pointer -> coreJNI.App_add_store(pointer, utf8, block));
    }

    /**
     * Grants a store in addition to what the manifest grants. Without a manifest every store may be
     * opened anyway.
     *
     * @param label the label
     * @throws StoreException.InvalidArgument if the label is empty
     */
    public void grant(String label) {
        byte[] utf8 = Utf8.encodeForC(label, "label");
        run(pointer -> coreJNI.App_grant(pointer, utf8));
    }

    /**
     * Writes tuples to {@code "default"}, all or nothing, whether or not a component may open it:
     * what {@code spin up --key-value key=value} does.
     *
     * @param pairs keys and values
     * @throws StoreException what {@link #open} and {@link Store#setMany(Map)} throw
     */
    public void seed(Map<String, byte[]> pairs) {
        seed(Objects.requireNonNull(pairs, "pairs").entrySet());
    }

    /**
     * Writes tuples whose values are text, as UTF-8, to {@code "default"}, all or nothing.
     *
     * @param pairs keys and values
     * @throws StoreException what {@link #open} and {@link Store#setMany(Map)} throw
     */
    public void seedStrings(Map<String, String> pairs) {
        byte[] block = Block.ofTexts(pairs);
        run(pointer -> coreJNI.App_seed(pointer, block));
    }

    /**
     * Writes tuples to {@code "default"}; the last of a key that comes twice wins.
     *
     * @param pairs keys and values
     * @throws StoreException what {@link #open} and {@link Store#setMany(Map)} throw
     */
    public void seed(Iterable<? extends Map.Entry<String, byte[]>> pairs) {
        byte[] block = Block.ofPairs(pairs);
        run(pointer -> coreJNI.App_seed(pointer, block));
    }

    /**
     * Says where each store of the app lives, granted or not, without any secret.
     *
     * @return a line for each label, in the byte order of the labels
     */
    public Map<String, String> stores() {
        Block.Reader block = new Block.Reader(call(coreJNI::App_list_stores));
        List<String> labels = block.readTexts();
        List<String> summaries = block.readTexts();
        Map<String, String> stores = new LinkedHashMap<>();
        for (int index = 0; index < labels.size(); index++) {
            stores.put(labels.get(index), summaries.get(index));
        }
        return stores;
    }

    /**
     * Lists what is doubtful in the manifest and the runtime configuration.
     *
     * @return a line each
     */
    public List<String> warnings() {
        return Block.textsOf(call(coreJNI::App_list_warnings));
    }

    /**
     * Opens a store. Its file, table and missing folders are made where they do not exist.
     *
     * @param label the label
     * @return the store, to be closed by the caller
     * @throws StoreException.AccessDenied if the component is not granted the store
     * @throws StoreException.NoSuchStore if nothing configures the label
     * @throws StoreException.StoreTableFull if too many stores are open
     * @throws StoreException.Io if the file cannot be made or read, and what is below
     */
    public Store open(String label) {
        byte[] utf8 = Utf8.encodeForC(label, "label");
        return call(pointer -> new Store(coreJNI.new_Store(pointer, utf8), label));
    }

    /**
     * Opens the store {@code "default"}.
     *
     * @return the store, to be closed by the caller
     * @throws StoreException what {@link #open} throws
     */
    public Store openDefault() {
        return open("default");
    }

    /**
     * Closes the app, as soon as no call is using it; its stores stay open. An app that is closed
     * already is left alone.
     */
    @Override
    public void close() {
        // As in Store.close.
        app.run();
        cleanable.clean();
    }
}
