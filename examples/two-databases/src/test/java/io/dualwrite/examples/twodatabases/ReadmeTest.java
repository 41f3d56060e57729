package io.dualwrite.examples.twodatabases;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the README to the code: its snippets are regions of programs that the build runs. */
class ReadmeTest {
    private static final Path ROOT = Path.of("..", "..");

    @Test
    void theFirstSnippetIsTheProgramOutsideTheBuild() throws IOException {
        assertThat(blocks("java").get(0))
                .isEqualTo(region(ROOT.resolve("examples/first-steps/src/main/java/FirstSteps.java")));
    }

    @Test
    void theSecondSnippetIsTheProgramOverTwoDatabases() throws IOException {
        assertThat(blocks("java").get(1))
                .isEqualTo(region(Path.of("src/main/java/io/dualwrite/examples/twodatabases/TwoDatabases.java")));
    }

    @Test
    void everySnippetIsOneOfThese() throws IOException {
        assertThat(blocks("java")).hasSize(2);
    }

    @Test
    void theSecondShellCommandIsTheOneThatTheBuildServerRuns() throws IOException {
        List<String> commands = blocks("sh");
        assertThat(commands.get(0).lines()).hasSize(1);
        assertThat(commands.get(1).lines()).hasSize(1);
        assertThat(Files.readString(ROOT.resolve(".ci/run"))).contains(commands.get(1));
    }

    @Test
    void theStageTableNamesEveryStageAndItsFlag() throws IOException {
        String readme = readme();
        for (Stage stage : Stage.values()) {
            String flag = stage.isWishable() ? "`" + stage.flagName() + "`" : "passed through";
            assertThat(readme).containsPattern("\\| " + stage + " \\| " + Pattern.quote(flag) + " \\|");
        }
    }

    @Test
    void everyExtensionPointIsInTheTableOfWhatCanBePluggedIn() throws IOException {
        for (Path source : sources("dualwrite-core", "dualwrite-jdbc")) {
            if (Files.readString(source).contains("<strong>SPI.</strong>")) {
                String name = source.getFileName().toString().replace(".java", "");
                assertThat(readme()).contains("`" + name + "`");
            }
        }
    }

    @Test
    void everySettingIsInTheTableOfSettings() throws IOException {
        Pattern setting = Pattern.compile("public (?:B|JdbcMigrationBuilder) (\\w+)\\(");
        for (Path source : sources("dualwrite-core", "dualwrite-jdbc")) {
            if (source.getFileName().toString().endsWith("MigrationBuilder.java")) {
                Matcher settings = setting.matcher(Files.readString(source));
                while (settings.find()) {
                    assertThat(readme()).contains("`" + settings.group(1) + "`");
                }
            }
        }
    }

    private static List<Path> sources(String... modules) throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : modules) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        assertThat(sources).isNotEmpty();
        return sources;
    }

    @Test
    void everyLinkIntoTheRepositoryLeadsSomewhere() throws IOException {
        Matcher links = Pattern.compile("\\]\\((?!http)([^)#]+)").matcher(readme());
        while (links.find()) {
            assertThat(ROOT.resolve(links.group(1))).exists();
        }
    }

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }

    private static List<String> blocks(String language) throws IOException {
        List<String> blocks = new ArrayList<>();
        Matcher fences =
                Pattern.compile("(?ms)^```" + language + "\\n(.*?)\\n```$").matcher(readme());
        while (fences.find()) {
            blocks.add(fences.group(1));
        }
        return blocks;
    }

    /** What stands between the lines {@code // README} and {@code // end}, moved to the left margin. */
    private static String region(Path source) throws IOException {
        List<String> lines = Files.readAllLines(source);
        int begin = indexOf(lines, "// README");
        int end = indexOf(lines, "// end");
        return String.join("\n", lines.subList(begin + 1, end)).stripIndent().strip();
    }

    private static int indexOf(List<String> lines, String marker) {
        for (int at = 0; at < lines.size(); at++) {
            if (lines.get(at).strip().equals(marker)) {
                return at;
            }
        }
        throw new AssertionError("No line " + marker);
    }
}
