package io.dualwrite.specification;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tlc2.TLC;

/**
 * Runs TLC, the model checker of TLA+, over the specification with one configuration. Each run is a process of its own, since
 * TLC keeps its state in statics. What was run and what it printed stay in {@code target/specification}, one directory a run.
 */
final class ModelChecker {
    private static final String MODULE = "Dualwrite.tla";
    /** TLC's classes as the first run left them, which saves the others most of what they take to start. */
    private static final Path CLASSES = Path.of("target", "specification", "tlc.jsa");

    private static final int HOLDS = 0;
    private static final int SAFETY_VIOLATED = 12;
    private static final int LIVENESS_VIOLATED = 13;
    private static final Pattern COUNTS =
            Pattern.compile("(?m)^(\\d+) states generated, (\\d+) distinct states found, (\\d+) states left");
    private static final Pattern DEPTH = Pattern.compile("depth of the complete state graph search is (\\d+)");
    private static final Pattern VIOLATED = Pattern.compile("Error: Invariant (\\w+) is violated");
    private static final Pattern STATE = Pattern.compile("(?m)^State \\d+: <(\\w+) ?[^>]*>");
    /** An action in the coverage report: how many new states it led to, and how many in all. */
    private static final Pattern TAKEN = Pattern.compile("(?m)^<(\\w+) line [^>]*>: \\d+:(\\d+)$");

    private final int workers;
    private final String heap;
    private final Duration atMost;

    ModelChecker(int workers, String heap, Duration atMost) {
        this.workers = workers;
        this.heap = heap;
        this.atMost = atMost;
    }

    /**
     * What came of a run.
     *
     * @param violated the property that does not hold, or null when the whole state space was searched and all of them do
     * @param trace the actions that lead to the violation, the initial state included
     * @param taken the actions that were taken anywhere in the state space, where that was asked for
     */
    record Outcome(
            String name,
            @Nullable String violated,
            List<String> trace,
            long states,
            long distinct,
            int depth,
            Set<String> taken,
            Duration took) {
        String told() {
            String what = violated == null
                    ? "holds, depth " + depth
                    : violated + " violated by a trace of " + trace.size() + " states";
            return String.format(
                    Locale.ROOT,
                    "specification: %-29s %s; %,d states, %,d distinct, %.1f s",
                    name,
                    what,
                    states,
                    distinct,
                    took.toMillis() / 1000.0);
        }
    }

    /** Checks everything that the configuration lists; {@code counting} which actions are taken takes a third longer. */
    Outcome check(String configuration, boolean counting) {
        return run(configuration, text("/specification/" + configuration + ".cfg"), "", counting);
    }

    /** Checks everything that the configuration lists, with a variation that should make no difference. */
    Outcome check(String configuration, String variation) {
        return run(variation, varied(text("/specification/" + configuration + ".cfg"), variation), "", false);
    }

    /** Checks one property only, with a variation of the protocol. */
    Outcome check(String configuration, String variation, String property) {
        String bounds = text("/specification/" + configuration + ".cfg");
        boolean temporal = bounds.contains("SPECIFICATION FairSpec");
        String without = bounds.replaceFirst("(?ms)^(INVARIANTS|PROPERTIES).*", "");
        String only = without + (temporal ? "PROPERTIES " : "INVARIANTS ") + property + "\n";
        return run(variation, varied(only, variation), property, false);
    }

    /** The text of the specification. */
    static String specification() {
        return text("/specification/" + MODULE);
    }

    private static String varied(String configuration, String variation) {
        String varied = configuration.replace("Variation = \"none\"", "Variation = \"" + variation + "\"");
        assertThat(varied).isNotEqualTo(configuration);
        return varied;
    }

    private Outcome run(String name, String configuration, String only, boolean coverage) {
        try {
            Path directory = Path.of("target", "specification", name.replace('/', '-'));
            Files.createDirectories(directory);
            Files.writeString(directory.resolve(MODULE), specification());
            Files.writeString(directory.resolve("run.cfg"), configuration);
            Path printed = directory.resolve("tlc.txt");
            long begun = System.nanoTime();
            Process process = new ProcessBuilder(command(coverage))
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(printed.toFile())
                    .start();
            try {
                assertThat(process.waitFor(atMost.toSeconds(), TimeUnit.SECONDS))
                        .as("%s ended within %s", name, atMost)
                        .isTrue();
            } finally {
                process.destroyForcibly();
            }
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            return outcome(name, only, process.exitValue(), Files.readString(printed), took);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private List<String> command(boolean coverage) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx" + heap,
                (Files.exists(CLASSES) ? "-XX:SharedArchiveFile=" : "-XX:ArchiveClassesAtExit=")
                        + CLASSES.toAbsolutePath(),
                // TLC unpacks its standard modules there.
                "-Djava.io.tmpdir=.",
                "-cp",
                tools(),
                TLC.class.getName(),
                "-nowarning",
                "-workers",
                Integer.toString(workers)));
        if (workers == 1) {
            // Most of a short run would be spent on compiling.
            command.add(1, "-XX:TieredStopAtLevel=1");
        }
        if (coverage) {
            command.addAll(List.of("-coverage", "1000"));
        }
        command.addAll(List.of("-metadir", "states", "-config", "run.cfg", MODULE));
        return command;
    }

    private static String tools() {
        try {
            return Path.of(TLC.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Only a violation that TLC itself calls one counts; a mistake in the specification fails the test. */
    private static Outcome outcome(String name, String only, int exit, String printed, Duration took) {
        String violated = switch (exit) {
            case HOLDS -> null;
            case SAFETY_VIOLATED -> firstOf(VIOLATED, printed, "a property");
            case LIVENESS_VIOLATED -> only;
            default -> throw new AssertionError(name + ": TLC ended with " + exit + "\n" + printed);
        };
        long[] states = new long[3];
        COUNTS.matcher(printed).results().forEach(each -> {
            for (int at = 0; at < states.length; at++) {
                states[at] = Long.parseLong(each.group(at + 1));
            }
        });
        if (violated == null) {
            assertThat(states[1]).as("%s: distinct states%n%s", name, printed).isPositive();
            assertThat(states[2]).as("%s: states left%n%s", name, printed).isZero();
        }
        List<String> trace = new ArrayList<>();
        STATE.matcher(printed).results().forEach(each -> trace.add(each.group(1)));
        Set<String> taken = new LinkedHashSet<>();
        TAKEN.matcher(printed)
                .results()
                .filter(each -> !each.group(2).equals("0"))
                .forEach(each -> taken.add(each.group(1)));
        int depth = Integer.parseInt(firstOf(DEPTH, printed, "0"));
        return new Outcome(name, violated, trace, states[0], states[1], depth, taken, took);
    }

    private static String firstOf(Pattern pattern, String text, String otherwise) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : otherwise;
    }

    private static String text(String resource) {
        try (InputStream in = ModelChecker.class.getResourceAsStream(resource)) {
            return new String(Objects.requireNonNull(in, resource).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
