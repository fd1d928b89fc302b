package spinkv;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Many items in one array, as they go to C and come back: how many they are, then for each its size
 * (-1: there is none) and its bytes. {@code swig/lang/java.i} is the other end.
 */
final class Block {
    private static final int FIRST_CAPACITY = 512;
    private static final int LARGEST_CAPACITY = Integer.MAX_VALUE - 8;

    private Block() {}

    /** Puts items together. */
    static final class Writer {
        private ByteBuffer block = ByteBuffer.allocate(FIRST_CAPACITY)
            .order(ByteOrder.nativeOrder()).putInt(0);
        private int count;

        Writer add(byte[] item) {
            reserve((long) Integer.BYTES + item.length);
            block.putInt(item.length).put(item);
            count++;
            return this;
        }

        byte[] finish() {
            block.putInt(0, count);
            return Arrays.copyOf(block.array(), block.position());
        }

        private void reserve(long size) {
            if (size > block.remaining()) {
                long needed = block.position() + size;
                if (needed > LARGEST_CAPACITY) {
                    throw new OutOfMemoryError("more than an array can hold goes into the store");
                }
                long wanted = Math.max(needed, 2L * block.capacity());
                int capacity = (int) Math.min(LARGEST_CAPACITY, wanted);
                block = ByteBuffer.allocate(capacity).order(ByteOrder.nativeOrder())
                    .put(block.flip());
            }
        }
    }

    /** Takes items apart. */
    static final class Reader {
        private final ByteBuffer block;

        Reader(byte[] block) {
            this.block = ByteBuffer.wrap(block).order(ByteOrder.nativeOrder());
        }

        /** How many items follow: what a block begins with. */
        int readCount() {
            return block.getInt();
        }

        /** The next item, or null where there is none. */
        byte[] readBytes() {
            int size = block.getInt();
            if (size < 0) {
                return null;
            }
            byte[] item = new byte[size];
            block.get(item);
            return item;
        }

        String readText() {
            int size = block.getInt();
            String text = new String(block.array(), block.position(), size, StandardCharsets.UTF_8);
            block.position(block.position() + size);
            return text;
        }

        List<String> readTexts() {
            int count = readCount();
            List<String> texts = new ArrayList<>(count);
            for (int index = 0; index < count; index++) {
                texts.add(readText());
            }
            return texts;
        }
    }

    static byte[] ofKeys(Iterable<String> keys) {
        Writer writer = new Writer();
        for (String key : Objects.requireNonNull(keys, "keys")) {
            writer.add(Utf8.encode(key, "key"));
        }
        return writer.finish();
    }

    static byte[] ofPairs(Iterable<? extends Map.Entry<String, byte[]>> pairs) {
        Writer writer = new Writer();
        for (Map.Entry<String, byte[]> pair : Objects.requireNonNull(pairs, "pairs")) {
            Objects.requireNonNull(pair, "pair");
            writer.add(Utf8.encode(pair.getKey(), "key"));
            writer.add(Objects.requireNonNull(pair.getValue(), "value"));
        }
        return writer.finish();
    }

    static byte[] ofTexts(Map<String, String> pairs) {
        Writer writer = new Writer();
        Objects.requireNonNull(pairs, "pairs").forEach((key, value) ->
            writer.add(Utf8.encode(key, "key")).add(Utf8.encode(value, "value")));
        return writer.finish();
    }

    static List<String> textsOf(byte[] block) {
        return new Reader(block).readTexts();
    }
}
