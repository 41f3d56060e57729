package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the page of faults to the tests that inject them. */
class FaultsPageTest {
    /** A class, with a method as a rule, whose name may be cut; or another method of the class before. */
    private static final Pattern NAMED = Pattern.compile("`(?:([A-Z][a-z]\\w*))?(?:(\\.|…)(\\w+)(…?))?`");

    private static final Pattern METHOD = Pattern.compile("(?m)^ {4}void (\\w+)\\(");

    /** What some rows name in place of a test. */
    private static final List<String> NO_CLASS = List.of("simulation", "every test of `crashtests`");

    @Test
    void everyTestThatThePageNamesIsThere() throws IOException {
        Map<String, List<String>> methods = methodsOfTests();
        List<String> missing = new ArrayList<>();
        for (String line : page()) {
            String type = "";
            for (MatchResult named : NAMED.matcher(line).results().toList()) {
                type = named.group(1) == null ? type : named.group(1);
                if (!isThere(methods.get(type), named)) {
                    missing.add(type + " by " + named.group());
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void everyFaultHasATest() throws IOException {
        assertThat(page())
                .filteredOn(line -> line.startsWith("| ") && !line.startsWith("| fault"))
                .hasSizeGreaterThan(40)
                .allMatch(line -> isNamed(line.substring(line.indexOf(" | "))));
    }

    private static boolean isNamed(String tests) {
        return NO_CLASS.stream().anyMatch(tests::contains)
                || NAMED.matcher(tests).results().anyMatch(named -> named.group(1) != null);
    }

    private static boolean isThere(List<String> methods, MatchResult named) {
        if (methods == null) {
            return false;
        }
        String method = named.group(3);
        boolean isCut = "…".equals(named.group(4));
        return method == null
                || methods.stream().anyMatch(each -> isCut ? each.startsWith(method) : each.equals(method));
    }

    private static List<String> page() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("..", "docs", "faults.md"));
        return lines.subList(lines.indexOf("## Processes"), lines.size());
    }

    /** By the name of their class, those of two classes of one name together. */
    private static Map<String, List<String>> methodsOfTests() throws IOException {
        Map<String, List<String>> methods = new HashMap<>();
        for (Path file : sources()) {
            Matcher method = METHOD.matcher(read(file));
            List<String> found = methods.computeIfAbsent(
                    file.getFileName().toString().replace(".java", ""), first -> new ArrayList<>());
            method.results().forEach(each -> found.add(each.group(1)));
        }
        return methods;
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> modules = Files.walk(Path.of(".."), 5)) {
            List<Path> sources = new ArrayList<>();
            for (Path root : modules.filter(each -> each.endsWith(Path.of("src", "test", "java")))
                    .toList()) {
                try (Stream<Path> files = Files.walk(root)) {
                    files.filter(each -> each.toString().endsWith(".java")).forEach(sources::add);
                }
            }
            return sources;
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
