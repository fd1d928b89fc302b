package spinkv;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/**
 * Loads the native library: the file that the system property {@code spinkv.library} names, else
 * the one inside the jar for this platform, else what {@code java.library.path} has.
 */
final class NativeLibrary {
    private static final String PROPERTY = "spinkv.library";
    private static final String NAME = "spinkv_jni";

    private NativeLibrary() {}

    static void load() {
        String path = System.getProperty(PROPERTY);
        if (path != null) {
            System.load(Path.of(path).toAbsolutePath().toString());
            return;
        }
        String resource = "native/" + platform() + "/" + System.mapLibraryName(NAME);
        try (InputStream library = NativeLibrary.class.getResourceAsStream(resource)) {
            if (library == null) {
                System.loadLibrary(NAME);
            } else {
                loadCopy(library);
            }
        } catch (IOException error) {
            throw failure("the library in the jar cannot be copied to a file", error);
        } catch (UnsatisfiedLinkError error) {
            throw failure("no library for " + platform() + " could be loaded", error);
        }
    }

    /** A library can only be loaded from a file; once it is loaded the file need not be there. */
    private static void loadCopy(InputStream library) throws IOException {
        Path copy = Files.createTempFile("spinkv", System.mapLibraryName(NAME));
        try {
            Files.copy(library, copy, StandardCopyOption.REPLACE_EXISTING);
            System.load(copy.toString());
        } finally {
            if (!copy.toFile().delete()) {
                copy.toFile().deleteOnExit();
            }
        }
    }

    private static UnsatisfiedLinkError failure(String what, Throwable cause) {
        String advice = "; the system property " + PROPERTY + " can name its file: ";
        UnsatisfiedLinkError error = new UnsatisfiedLinkError(what + advice + cause.getMessage());
        error.initCause(cause);
        return error;
    }

    /** The platform as CMakeLists.txt names the folder: "linux-x86_64". */
    private static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        if (system.startsWith("mac")) {
            system = "darwin";
        }
        if (machine.equals("amd64")) {
            machine = "x86_64";
        }
        return system + "-" + machine;
    }
}
