package spinkv;

import java.lang.reflect.Type;

/**
 * Turns objects into JSON text and back, by a JSON library of the program's choice:
 * {@link spinkv.json.JacksonCodec}, {@link spinkv.json.GsonCodec}, or one of your own.
 */
public interface JsonCodec {
    /**
     * Writes an object as JSON.
     *
     * @param value the object; may be null
     * @return JSON text
     * @throws Exception what the library throws for an object that it has no JSON for
     */
    String encode(Object value) throws Exception;

    /**
     * Reads an object from JSON.
     *
     * @param <T> the type to read
     * @param text JSON text
     * @param type the type to read
     * @return the object; null for JSON's null
     * @throws Exception what the library throws for text that it cannot read as that type
     */
    <T> T decode(String text, Type type) throws Exception;
}
