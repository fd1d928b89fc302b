package spinkv;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/** Text on its way into the store, as UTF-8; what UTF-8 or C has no form for is refused. */
final class Utf8 {
    private Utf8() {}

    /**
     * A String, an argument called what, as UTF-8. Java itself would write half a surrogate pair as
     * a question mark.
     */
    static byte[] encode(String text, String what) {
        Objects.requireNonNull(text, what);
        for (int index = 0; index < text.length(); index++) {
            char unit = text.charAt(index);
            if (Character.isSurrogate(unit)) {
                boolean isPair = Character.isHighSurrogate(unit) && index + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(index + 1));
                if (!isPair) {
                    throw new StoreException.InvalidArgument(
                        "the " + what + " is not UTF-8: half a surrogate pair at index " + index);
                }
                index++;
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A text as C takes it, with a NUL at its end. */
    static byte[] encodeForC(String text, String what) {
        if (Objects.requireNonNull(text, what).indexOf('\0') >= 0) {
            throw new StoreException.InvalidArgument("the " + what + " holds a NUL character");
        }
        byte[] utf8 = encode(text, what);
        return Arrays.copyOf(utf8, utf8.length + 1);
    }

    /** The same, where null stays null. */
    static byte[] encodeOptionalForC(String text, String what) {
        return text == null ? null : encodeForC(text, what);
    }

    static String decode(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
