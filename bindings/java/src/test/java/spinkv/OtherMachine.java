package spinkv;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A program in a virtual machine of its own. */
final class OtherMachine {
    private final ProcessBuilder builder;
    private int status;

    /** Prepares a program, with a folder for the current directory and for temporary files. */
    OtherMachine(Class<?> program, Path folder, String... properties) {
        this(program.getName(), folder, properties);
    }

    /** The same of a program that is one file of source. */
    OtherMachine(Path program, Path folder) {
        this(program.toString(), folder);
    }

    private OtherMachine(String program, Path folder, String... properties) {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> command = new ArrayList<>(List.of(java.toString(), "-Xshare:auto",
            "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED",
            "-Djava.io.tmpdir=" + folder));
        command.addAll(List.of(properties));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program));
        builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    }

    Map<String, String> environment() {
        return builder.environment();
    }

    /** Runs it to its end; gives what it prints. */
    String run() throws IOException, InterruptedException {
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        status = process.waitFor();
        return said.strip();
    }

    int status() {
        return status;
    }
}
