package io.dualwrite.examples.orders;

import io.dualwrite.examples.orders.tpch.Tpch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What was asked for on the command line; see {@link #HELP}. */
record Options(
        Tpch tpch,
        long seed,
        @Nullable Path directory,
        boolean resume,
        boolean naive,
        boolean postgres,
        Duration step,
        int writers,
        int readers,
        int writesPerSecond,
        int readsPerSecond,
        boolean bars) {

    static final String HELP = """
            The orders of TPC-H move from a legacy database to a new one while a shop goes on writing them.

              --scale <0.001..10>        size of the data; 0.1, the default, is 150,000 orders and 15,000 customers
              --seed <number>            what the traffic draws from; random, and printed, when left out
              --dir <path>               where databases and ledger are kept; a temporary directory, removed at the
                                         end, when left out
              --resume                   continue the run in --dir that was killed (or begin it, if it had not begun)
              --naive                    the textbook dual write instead of the library, to see what it loses
              --target <h2|postgres>     the new database; h2 when left out
              --seconds-per-step <0.2..60>  how long traffic goes on at each stage; 4 when left out
              --writers <1..32>          writing threads; 4 when left out
              --readers <1..32>          reading threads; 2 when left out
              --writes-per-second <n>    of all writers together; 160 when left out
              --reads-per-second <n>     of all readers together; 300 when left out
              --bars                     progress bars even where the output is no terminal
            """;

    private static final Map<String, String> DEFAULTS = Map.of(
            "scale", "0.1",
            "target", "h2",
            "seconds-per-step", "4",
            "writers", "4",
            "readers", "2",
            "writes-per-second", "160",
            "reads-per-second", "300");

    private static final Set<String> SWITCHES = Set.of("resume", "naive", "bars");

    /**
     * Reads a command line.
     *
     * @throws UsageException saying what is wrong with it
     */
    static Options parse(String... arguments) {
        Map<String, String> given = given(arguments);
        boolean resume = given.containsKey("resume");
        Path directory = given.containsKey("dir") ? Path.of(text(given, "dir")).toAbsolutePath() : null;
        if (resume) {
            if (directory == null) {
                throw new UsageException("--resume needs --dir, the directory of the run to be continued");
            }
            if (given.containsKey("naive")) {
                throw new UsageException("--naive cannot be resumed; start it anew");
            }
            takeOver(given, RunDirectory.kept(directory));
        }
        DEFAULTS.forEach(given::putIfAbsent);
        given.putIfAbsent("seed", Long.toString(new SplittableRandom().nextLong(1, 1_000_000)));
        return new Options(
                new Tpch(decimal(given, "scale", 0.001, 10)),
                whole(given, "seed", Long.MIN_VALUE, Long.MAX_VALUE),
                directory,
                resume,
                given.containsKey("naive"),
                isPostgres(text(given, "target")),
                Duration.ofMillis(Math.round(1000 * decimal(given, "seconds-per-step", 0.2, 60))),
                (int) whole(given, "writers", 1, 32),
                (int) whole(given, "readers", 1, 32),
                (int) whole(given, "writes-per-second", 1, 100_000),
                (int) whole(given, "reads-per-second", 1, 100_000),
                given.containsKey("bars"));
    }

    /** What {@code --resume} needs to know of this run. */
    Map<String, String> kept() {
        return new TreeMap<>(Map.of(
                "scale", Double.toString(tpch.scale()),
                "seed", Long.toString(seed),
                "target", postgres ? "postgres" : "h2",
                "writers", Integer.toString(writers)));
    }

    private static Map<String, String> given(String... arguments) {
        Map<String, String> given = new LinkedHashMap<>();
        for (int at = 0; at < arguments.length; at++) {
            String argument = arguments[at];
            int equals = argument.indexOf('=');
            String name = (equals < 0 ? argument : argument.substring(0, equals)).replaceFirst("^--", "");
            boolean known = DEFAULTS.containsKey(name) || SWITCHES.contains(name) || name.matches("seed|dir");
            if (!argument.startsWith("--") || !known) {
                throw new UsageException("Unknown option '" + argument + "'; --help lists them all");
            }
            if (SWITCHES.contains(name)) {
                given.put(name, "");
            } else if (equals >= 0) {
                given.put(name, argument.substring(equals + 1));
            } else if (at + 1 < arguments.length) {
                given.put(name, arguments[++at]);
            } else {
                throw new UsageException("--" + name + " needs a value");
            }
        }
        return given;
    }

    private static void takeOver(Map<String, String> given, Map<String, String> kept) {
        kept.forEach((name, before) -> {
            String now = given.putIfAbsent(name, before);
            if (now != null && !now.equals(before)) {
                throw new UsageException(
                        "The run to be continued has --" + name + " " + before + ", not " + now + "; leave it out");
            }
        });
    }

    private static String text(Map<String, String> given, String name) {
        String text = given.get(name);
        if (text == null || text.isBlank()) {
            throw new UsageException("--" + name + " needs a value");
        }
        return text;
    }

    private static boolean isPostgres(String target) {
        if (!target.matches("h2|postgres")) {
            throw new UsageException("--target is h2 or postgres, not '" + target + "'");
        }
        return target.equals("postgres");
    }

    private static double decimal(Map<String, String> given, String name, double least, double most) {
        String text = text(given, name);
        try {
            double value = Double.parseDouble(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new UsageException("--" + name + " is a number, not '" + text + "'", e);
        }
        throw new UsageException("--" + name + " is " + least + " to " + most + ", not " + text);
    }

    private static long whole(Map<String, String> given, String name, long least, long most) {
        String text = text(given, name);
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new UsageException("--" + name + " is a whole number, not '" + text + "'", e);
        }
        throw new UsageException("--" + name + " is " + least + " to " + most + ", not " + text);
    }
}
