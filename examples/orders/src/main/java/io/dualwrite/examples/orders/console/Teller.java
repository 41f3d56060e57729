package io.dualwrite.examples.orders.console;

import java.io.PrintStream;

/** What the job says: one line per step, and under it what came of it. Thread-safe. */
public final class Teller {
    private static final String INDENT = "      ";

    private final PrintStream out;
    private final boolean bars;
    private int passingWidth;

    /** @param bars whether the output is a terminal, where a line can be overwritten */
    public Teller(PrintStream out, boolean bars) {
        this.out = out;
        this.bars = bars;
    }

    boolean bars() {
        return bars;
    }

    /** A whole line of its own. */
    public synchronized void say(String line) {
        wipe();
        out.println(line);
        out.flush();
    }

    /** What a step does and what it means. */
    public void step(int number, int of, String name, String meaning) {
        say("[%2d/%d] %-12s %s".formatted(number, of, name, meaning));
    }

    /** What came of a step. */
    public void outcome(String text) {
        say(INDENT + "  -> " + text);
    }

    /** Something worth knowing within a step. */
    public void detail(String text) {
        say(INDENT + "   . " + text);
    }

    /** A long step about to be measured. */
    public Progress measure(String what, long total) {
        return new Progress(this, what, total);
    }

    /** A line that the next one replaces on a terminal. */
    synchronized void passing(String text) {
        if (!bars) {
            detail(text);
            return;
        }
        wipe();
        out.print(INDENT + "   " + text);
        out.flush();
        passingWidth = INDENT.length() + 3 + text.length();
    }

    private void wipe() {
        if (passingWidth > 0) {
            out.print("\r" + " ".repeat(passingWidth) + "\r");
            passingWidth = 0;
        }
    }
}
