package io.dualwrite.specification;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the page about the specification to the specification, and to the code that it says is specified. */
class SpecificationPageTest {
    private static final List<String> PACKAGES =
            List.of("io.dualwrite.fence", "io.dualwrite.jdbc", "io.dualwrite.journal", "io.dualwrite.repair");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

    /** A row of the table of actions: the names in its first two columns. */
    private record Row(List<String> actions, List<String> code) {}

    @Test
    void everyActionStandsOnThePageAndNoOtherDoes() throws IOException {
        List<String> told = new ArrayList<>();
        for (Row row : rows()) {
            told.addAll(inFull(row.actions(), '_', "…_"));
        }
        assertThat(told).doesNotHaveDuplicates().hasSameElementsAs(SpecificationTest.actions());
    }

    @Test
    void allCodeThatIsNamedForAnActionIsThere() throws IOException {
        Set<String> missing = new TreeSet<>();
        for (Row row : rows()) {
            inFull(row.code(), '.', "").stream().filter(name -> !exists(name)).forEach(missing::add);
        }
        assertThat(missing).isEmpty();
    }

    private static List<Row> rows() throws IOException {
        List<Row> rows = Files.readAllLines(Path.of("..", "docs", "specification.md")).stream()
                .dropWhile(line -> !line.startsWith("| action |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.split("\\|"))
                .map(columns -> new Row(quoted(columns[1]), quoted(columns[2])))
                .toList();
        assertThat(rows).hasSizeGreaterThan(15);
        return rows;
    }

    private static List<String> quoted(String column) {
        return QUOTED.matcher(column).results().map(name -> name.group(1)).toList();
    }

    /** The names of a column, each beginning as the one before it where it begins with {@code same}. */
    private static List<String> inFull(List<String> names, char separator, String same) {
        List<String> full = new ArrayList<>();
        String before = "";
        for (String name : names) {
            boolean continues = same.isEmpty() ? Character.isLowerCase(name.charAt(0)) : name.startsWith(same);
            String whole = continues
                    ? before.substring(0, before.lastIndexOf(separator) + 1) + name.substring(same.length())
                    : name;
            full.add(whole);
            before = whole;
        }
        return full;
    }

    /** Whether there is such a class, or such a method of a class. */
    private static boolean exists(String name) {
        String[] parts = name.split("\\.");
        return PACKAGES.stream()
                .map(each -> methods(each + '.' + parts[0]))
                .flatMap(Optional::stream)
                .anyMatch(methods -> parts.length == 1 || methods.contains(parts[1]));
    }

    /** The names of a class's own methods; empty when there is no such class. */
    private static Optional<Set<String>> methods(String className) {
        try {
            return Optional.of(Arrays.stream(Class.forName(className).getDeclaredMethods())
                    .map(Method::getName)
                    .collect(Collectors.toSet()));
        } catch (ClassNotFoundException elsewhere) {
            return Optional.empty();
        }
    }
}
