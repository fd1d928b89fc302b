package spinkv.json;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.Objects;
import spinkv.JsonCodec;

/** JSON by Jackson. An integer of any size keeps its value. */
public final class JacksonCodec implements JsonCodec {
    private final ObjectMapper mapper;

    /** A codec with Jackson's defaults. */
    public JacksonCodec() {
        this(new ObjectMapper());
    }

    /**
     * A codec with a configuration of your own.
     *
     * @param mapper what reads and writes
     */
    public JacksonCodec(ObjectMapper mapper) {
        this.mapper = Objects.requireNonNull(mapper, "mapper");
    }

    @Override
    public String encode(Object value) throws IOException {
        return mapper.writeValueAsString(value);
    }

    @Override
    public <T> T decode(String text, Type type) throws IOException {
        return mapper.readValue(text, mapper.constructType(type));
    }
}
