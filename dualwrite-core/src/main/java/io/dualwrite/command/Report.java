package io.dualwrite.command;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What a command says: lines of text for people, or, for programs, lines of {@code key=value} that {@link
 * java.util.Properties} reads. What is meant for the ones is not said to the others. Thread-safe.
 */
final class Report {
    private final PrintStream out;
    private final boolean machine;
    private int passingWidth;

    Report(PrintStream out, boolean machine) {
        this.out = out;
        this.machine = machine;
    }

    /** A line for people. */
    synchronized void say(String format, Object... values) {
        if (!machine) {
            wipe();
            out.println(values.length == 0 ? format : String.format(Locale.ROOT, format, values));
            out.flush();
        }
    }

    /** A line for people that the next one replaces; only for terminals. */
    synchronized void passing(String line) {
        if (!machine) {
            wipe();
            out.print(line);
            out.flush();
            passingWidth = line.length();
        }
    }

    /** A line for programs. */
    synchronized void fact(String key, Object value) {
        if (machine) {
            out.println(key + "=" + escaped(String.valueOf(value)));
            out.flush();
        }
    }

    /** What stands against something, each reason on a line of its own. */
    void reasons(List<String> reasons) {
        fact("reasons", reasons.size());
        for (int at = 0; at < reasons.size(); at++) {
            fact("reason." + (at + 1), reasons.get(at));
            say("- %s", reasons.get(at));
        }
    }

    /** The last lines for programs. */
    int end(Outcome outcome) {
        fact("outcome", outcome.word());
        fact("exit", outcome.exit());
        return outcome.exit();
    }

    /** A duration for people. */
    static String text(Duration duration) {
        double seconds = duration.toMillis() / 1000.0;
        if (seconds < 120) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        return seconds < 7200
                ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
                : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
    }

    private void wipe() {
        if (passingWidth > 0) {
            out.print("\r" + " ".repeat(passingWidth) + "\r");
            passingWidth = 0;
        }
    }

    private static String escaped(String value) {
        String text = value.replace("\\", "\\\\")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t")
                .replace("\f", "\\f");
        return text.startsWith(" ") ? "\\" + text : text;
    }
}
