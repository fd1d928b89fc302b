package spinkv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each example of the README is compiled and run, in a folder of its own. */
class ReadmeTest {
    private static final Path README = Path.of(System.getProperty("spinkv.readme", "README.md"));
    private static final Pattern EXAMPLE = Pattern.compile("(?ms)^```java\n(.*?)^```");
    private static final String MANIFEST = """
        spin_manifest_version = 2
        [component.hello]
        key_value_stores = ["default", "shop"]
        """;
    private static final String RUNTIME_CONFIG = """
        [key_value_store.shop]
        type = "spin"
        path = "shop.db"
        """;

    @TempDir
    private Path folder;

    private static List<String> examples() throws IOException {
        return EXAMPLE.matcher(Files.readString(README)).results()
            .map((MatchResult result) -> result.group(1)).toList();
    }

    /** Runs statements with their imports, and what is declared beside them. */
    private String run(String imports, String statements, String declared)
            throws IOException, InterruptedException {
        Path program = folder.resolve("Example.java");
        Files.writeString(program, imports + """
            final class Example {
                public static void main(String[] arguments) throws Exception {
            %s
                }
            }
            %s""".formatted(statements, declared));
        Files.writeString(folder.resolve("spin.toml"), MANIFEST);
        Files.writeString(folder.resolve("runtime-config.toml"), RUNTIME_CONFIG);
        OtherMachine machine = new OtherMachine(program, folder);
        String said = machine.run();
        assertEquals(0, machine.status(), said);
        return said;
    }

    private static int endOfImports(String example) {
        return example.indexOf('\n', example.lastIndexOf("\nimport ") + 1) + 1;
    }

    private String runStatements(String example) throws IOException, InterruptedException {
        int end = endOfImports(example);
        return run(example.substring(0, end), example.substring(end), "");
    }

    @Test
    void statementsRun() throws IOException, InterruptedException {
        List<String> examples = examples();
        assertEquals(4, examples.size());
        String printed = "System.out.println(read + text + color + value.length);\n";
        String first = examples.get(0);
        int end = first.lastIndexOf('}');
        assertEquals("user\n1myvaluered7",
            runStatements(first.substring(0, end) + printed + first.substring(end)));
        assertEquals("", runStatements(examples.get(1)));
        assertEquals("Ada none", runStatements(examples.get(2).replaceFirst("\n}\n",
            "\nSystem.out.println(user.name() + ' ' + name);\n}\n")));
    }

    @Test
    void testRuns() throws IOException, InterruptedException {
        String example = examples().get(3);
        int end = endOfImports(example);
        String statements = "GreetingTest test = new GreetingTest(); test.greets(); test.close();";
        assertEquals("", run(example.substring(0, end), statements, example.substring(end)));
    }
}
