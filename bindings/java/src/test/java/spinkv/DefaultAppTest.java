package spinkv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The default app's configuration, which is read once in each virtual machine. */
class DefaultAppTest {
    @TempDir
    private Path folder;

    /** The program that is run. */
    static final class Program {
        private Program() {}

        /**
         * Prints the warnings, or the error.
         *
         * @param arguments none
         */
        public static void main(String[] arguments) {
            try {
                System.out.println(App.defaultWarnings());
            } catch (StoreException error) {
                System.out.println(error.code());
            }
        }
    }

    private String warningsOf(String configuration) throws IOException, InterruptedException {
        OtherMachine machine = new OtherMachine(Program.class, folder);
        Path file = folder.resolve("runtime-config.toml");
        Files.writeString(file, configuration);
        machine.environment().put("RUNTIME_CONFIG_FILE", file.toString());
        return machine.run();
    }

    @Test
    void warningsAreOfItsConfiguration() throws IOException, InterruptedException {
        String said = warningsOf("[key_value_stores.cache]\ntype = \"spin\"\n");
        assertTrue(said.startsWith("[") && said.contains("key_value_stores"), said);
        assertEquals("[]", warningsOf(""));
        assertEquals("invalid-config", warningsOf("["));
    }
}
