package spinkv.json;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import java.lang.reflect.Type;
import java.util.Objects;
import spinkv.JsonCodec;

/** JSON by Gson. */
public final class GsonCodec implements JsonCodec {
    private final Gson gson;

    /** A codec with Gson's defaults, but that a whole number read as an Object is a Long. */
    public GsonCodec() {
        this(new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create());
    }

    /**
     * A codec with a configuration of your own.
     *
     * @param gson what reads and writes
     */
    public GsonCodec(Gson gson) {
        this.gson = Objects.requireNonNull(gson, "gson");
    }

    @Override
    public String encode(Object value) {
        return gson.toJson(value);
    }

    @Override
    public <T> T decode(String text, Type type) {
        return gson.fromJson(text, type);
    }
}
