package spinkv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the native library is loaded from, each time in a virtual machine of its own. */
class NativeLibraryTest {
    @TempDir
    private Path folder;

    /** The program that is run. */
    static final class Program {
        private Program() {}

        /**
         * Prints the library's version and where it was loaded from.
         *
         * @param arguments none
         * @throws IOException if this is no Linux
         */
        public static void main(String[] arguments) throws IOException {
            String version = Store.libraryVersion();
            try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
                String map = maps.filter(line -> line.contains("spinkv_jni")).findFirst().get();
                System.out.println(version + " " + map.substring(map.indexOf('/')));
            }
        }
    }

    private String run(String... properties) throws IOException, InterruptedException {
        return new OtherMachine(Program.class, folder, properties).run();
    }

    @Test
    void isInTheJar() throws IOException, InterruptedException {
        String said = run();
        assertTrue(said.startsWith(Store.libraryVersion() + " " + folder), said);
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void propertyNamesAnother() throws IOException, InterruptedException {
        Path library = folder.resolve("my_spinkv_jni.so");
        String name = "native/linux-" + System.getProperty("os.arch").replace("amd64", "x86_64")
            + "/libspinkv_jni.so";
        try (InputStream resource = Store.class.getResourceAsStream(name)) {
            Files.copy(resource, library);
        }
        assertEquals(Store.libraryVersion() + " " + library, run("-Dspinkv.library=" + library));
    }

    @Test
    void whatIsMissingIsNamed() throws IOException, InterruptedException {
        String said = run("-Dspinkv.library=" + folder.resolve("missing.so"));
        assertTrue(said.contains("missing.so"), said);
        said = run("-Dos.arch=vax");
        assertTrue(said.contains("no library for linux-vax"), said);
        assertTrue(said.contains("spinkv.library"), said);
    }
}
