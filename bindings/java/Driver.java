import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringTokenizer;
import spinkv.App;
import spinkv.Store;
import spinkv.StoreException;
import spinkv.StoreOptions;

/**
 * The driver of Java: answers the requests of the conformance cases, a line each, by the protocol
 * in tests/conformance/README.md. It only translates; what is right is decided by whoever asks.
 */
public final class Driver {
    private static final Map<String, String> WITHOUT = Map.of(
        "raw-handles", "in Java a store is an object and not a number",
        "raw-text", "in Java a key or path is a String, which is UTF-8 once it is bytes");
    private static final byte UNTOUCHED = (byte) 0xa5;
    private static final HexFormat HEX = HexFormat.of();

    private static final Map<String, App> APPS = new LinkedHashMap<>();
    private static final Map<String, Store> STORES = new LinkedHashMap<>();
    private static final Map<String, Operation> OPERATIONS = operations();

    /** Answers a request with the words of the answer. */
    private interface Operation {
        String answer(Request request);
    }

    /** The same, of an open store. */
    private interface StoreOperation {
        String answer(Store store, Request request);
    }

    private Driver() {}

    private static native boolean changeFolder(byte[] path);

    private static native boolean setVariable(byte[] name, byte[] value);

    // ---- Words ---------------------------------------------------------------------------------

    private static String toWord(byte[] bytes) {
        return bytes == null ? "-" : "x" + HEX.formatHex(bytes);
    }

    private static String toWord(String text) {
        return toWord(text == null ? null : text.getBytes(StandardCharsets.UTF_8));
    }

    private static String toWords(Iterable<String> texts) {
        StringBuilder words = new StringBuilder();
        texts.forEach(text -> words.append(toWord(text)).append(' '));
        return words.toString();
    }

    /** A request on its way: hands out its words one after the other. */
    private static final class Request {
        private final StringTokenizer words;

        Request(String line) {
            words = new StringTokenizer(line, " ");
        }

        boolean hasMore() {
            return words.hasMoreTokens();
        }

        String word() {
            return words.nextToken();
        }

        String optionalWord() {
            String word = word();
            return word.equals("-") ? null : word;
        }

        byte[] optionalBytes() {
            String word = optionalWord();
            if (word != null && word.charAt(0) != 'x') {
                throw new IllegalArgumentException("not bytes: " + word);
            }
            return word == null ? null : HEX.parseHex(word, 1, word.length());
        }

        byte[] bytes() {
            return Objects.requireNonNull(optionalBytes());
        }

        String optionalText() {
            byte[] utf8 = optionalBytes();
            return utf8 == null ? null : new String(utf8, StandardCharsets.UTF_8);
        }

        String text() {
            return Objects.requireNonNull(optionalText());
        }

        /** A text as C takes it. */
        byte[] optionalTextForC() {
            byte[] utf8 = optionalBytes();
            return utf8 == null ? null : Arrays.copyOf(utf8, utf8.length + 1);
        }

        long number() {
            return Long.parseLong(word());
        }

        List<String> texts() {
            List<String> texts = new ArrayList<>();
            while (hasMore()) {
                texts.add(text());
            }
            return texts;
        }

        List<Map.Entry<String, byte[]>> pairs() {
            List<Map.Entry<String, byte[]>> pairs = new ArrayList<>();
            while (hasMore()) {
                pairs.add(Map.entry(text(), bytes()));
            }
            return pairs;
        }

        StoreOptions options() {
            StoreOptions options = new StoreOptions();
            for (long left = number(); left > 0; left--) {
                String name = text();
                String word = word();
                if (word.charAt(0) == 'x') {
                    options.set(name, new Request(word).text());
                } else if (word.equals("true") || word.equals("false")) {
                    options.set(name, word.equals("true"));
                } else {
                    options.set(name, Long.parseLong(word));
                }
            }
            return options;
        }

        App app() {
            return Objects.requireNonNull(APPS.get(word()));
        }

        Store store() {
            return Objects.requireNonNull(STORES.get(word()));
        }
    }

    // ---- Requests ------------------------------------------------------------------------------

    private static String reset(Request request) {
        STORES.values().forEach(Store::close);
        STORES.clear();
        APPS.clear();
        if (!changeFolder(request.optionalTextForC())) {
            throw new IllegalArgumentException("no such folder");
        }
        return "";
    }

    private static String newApp(Request request) {
        String name = request.word();
        App.Builder builder = App.builder().manifest(request.optionalText())
            .component(request.optionalText()).runtimeConfig(request.optionalText())
            .stateDir(request.optionalText());
        String count = request.optionalWord();
        if (count != null) {
            builder.maxOpenStores(Integer.parseInt(count));
        }
        while (request.hasMore()) {
            builder.store(request.text(), request.options());
        }
        App app = builder.build();
        APPS.put(name, app);
        return toWords(app.warnings());
    }

    private static String addStore(Request request) {
        App app = request.app();
        app.addStore(request.text(), request.options());
        return "";
    }

    private static String listStores(Request request) {
        List<String> texts = new ArrayList<>();
        request.app().stores().forEach((label, summary) -> texts.addAll(List.of(label, summary)));
        return toWords(texts);
    }

    private static String setEnvironment(Request request) {
        if (!setVariable(request.optionalTextForC(), request.optionalTextForC())) {
            throw new IllegalArgumentException("the environment cannot be changed");
        }
        return "";
    }

    private static String open(Request request) {
        String store = request.word();
        String app = request.optionalWord();
        String label = request.text();
        STORES.put(store, app == null ? Store.open(label) : APPS.get(app).open(label));
        return "";
    }

    private static String openDefault(Request request) {
        String store = request.word();
        String app = request.optionalWord();
        STORES.put(store, app == null ? Store.openDefault() : APPS.get(app).openDefault());
        return "";
    }

    private static String getInto(Store store, Request request) {
        String key = request.text();
        byte[] buffer = new byte[(int) request.number()];
        Arrays.fill(buffer, UNTOUCHED);
        int size = store.getInto(key, buffer);
        return size + " " + toWord(buffer);
    }

    private static String listKeys(Store store, Request request) {
        String prefix = Objects.requireNonNullElse(request.optionalText(), "");
        String after = request.optionalText();
        String limit = request.optionalWord();
        return toWords(store.listKeys(prefix, after,
            limit == null ? Long.MAX_VALUE : Long.parseLong(limit)));
    }

    private static String getMany(Store store, Request request) {
        List<String> keys = request.texts();
        Map<String, byte[]> found = store.getMany(keys);
        StringBuilder words = new StringBuilder();
        keys.forEach(key -> words.append(toWord(found.get(key))).append(' '));
        return words.toString();
    }

    private static String increment(Store store, Request request) {
        String key = request.text();
        String delta = request.optionalWord();
        return "" + (delta == null ? store.increment(key)
            : store.increment(key, Long.parseLong(delta)));
    }

    private static String repeat(Store store, Request request) {
        for (long left = request.number(); left > 0; left--) {
            store.set("key", "v".repeat(1000));
            store.get("key");
            try {
                store.get("missing");
            } catch (StoreException.NoSuchKey missing) {
                continue;
            }
        }
        System.gc();
        return "";
    }

    /** An operation of a store that gives nothing. */
    private interface StoreAction {
        void run(Store store, Request request);
    }

    private static void put(Map<String, Operation> all, String name, StoreOperation operation) {
        all.put(name, request -> operation.answer(request.store(), request));
    }

    private static void putAction(Map<String, Operation> all, String name, StoreAction action) {
        put(all, name, (store, request) -> {
            action.run(store, request);
            return "";
        });
    }

    private static Map<String, Operation> operations() {
        Map<String, Operation> all = new LinkedHashMap<>();
        all.put("reset", Driver::reset);
        all.put("new_app", Driver::newApp);
        all.put("add_store", Driver::addStore);
        all.put("free_app", request -> {
            APPS.remove(request.word()).close();
            return "";
        });
        all.put("grant", request -> {
            request.app().grant(request.text());
            return "";
        });
        all.put("seed", request -> {
            request.app().seed(request.pairs());
            return "";
        });
        all.put("list_stores", Driver::listStores);
        all.put("set_environment", Driver::setEnvironment);
        all.put("open", Driver::open);
        all.put("open_default", Driver::openDefault);
        putAction(all, "close", (store, request) -> store.close());
        put(all, "get", (store, request) -> toWord(store.get(request.text())));
        put(all, "find", (store, request) -> toWord(store.find(request.text()).orElse(null)));
        put(all, "get_into", Driver::getInto);
        putAction(all, "set", (store, request) -> store.set(request.text(), request.bytes()));
        putAction(all, "delete", (store, request) -> store.delete(request.text()));
        put(all, "exists", (store, request) -> "" + store.exists(request.text()));
        put(all, "get_keys", (store, request) -> toWords(store.getKeys()));
        put(all, "iterate", (store, request) -> toWords(store));
        put(all, "list_keys", Driver::listKeys);
        put(all, "count", (store, request) -> "" + store.count());
        put(all, "get_many", Driver::getMany);
        putAction(all, "set_many", (store, request) -> store.setMany(request.pairs()));
        putAction(all, "delete_many", (store, request) -> store.deleteMany(request.texts()));
        put(all, "increment", Driver::increment);
        put(all, "compare_and_swap", (store, request) -> "" + store.compareAndSwap(request.text(),
            request.optionalBytes(), request.bytes()));
        for (String name : List.of("set_json", "set_json_text")) {
            putAction(all, name, (store, request) ->
                store.setJson(request.text(), request.bytes()));
        }
        for (String name : List.of("get_json", "get_json_text")) {
            put(all, name, (store, request) -> toWord(store.getJson(request.text())));
        }
        put(all, "find_json", (store, request) ->
            toWord(store.findJson(request.text()).orElse(null)));
        put(all, "repeat", Driver::repeat);
        return all;
    }

    private static String answer(String line) {
        Request request = new Request(line);
        try {
            String words = OPERATIONS.get(request.word()).answer(request).strip();
            return words.isEmpty() ? "ok" : "ok " + words;
        } catch (StoreException error) {
            return String.join(" ", "error", error.code(), error.spinName(),
                error.getClass().getSimpleName(), toWord(error.getMessage()));
        } catch (RuntimeException error) {
            return "broken " + toWord(error.toString());
        }
    }

    /**
     * The program.
     *
     * @param arguments the path of the library of driver.c
     * @throws IOException if a request cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        System.load(arguments[0]);
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
        WITHOUT.forEach((flag, reason) ->
            out.print("without " + flag + " " + toWord(reason) + "\n"));
        out.print("ready 1\n");
        out.flush();
        BufferedReader in = new BufferedReader(
            new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.print(answer(line) + "\n");
            out.flush();
        }
    }
}
