package io.dualwrite.command;

import org.jspecify.annotations.Nullable;

/** What can be said after a command. */
enum Option {
    MACHINE("--machine", null, "lines of key=value for programs, in the place of text for people"),
    BY("--by", "WHO", "who answers for what the library asks an approval for"),
    DRY_RUN("--dry-run", null, "only tells what stands against it; changes nothing"),
    WAIT("--wait", "SECONDS", "tries again for so long while it is refused; 0 by default"),
    FORCE("--force", null, "takes the authority from a target that cannot be reached; needs --by"),
    PASSES("--passes", "NUMBER", "how often to go through everything until nothing differs; 5 by default"),
    STOP("--stop", "NUMBER", "ends after so many confirmed differences"),
    TYPE("--type", "TYPE", "looks only at this record type"),
    FROM("--from", "KEY", "of that type, looks only at keys from this one on"),
    TO("--to", "KEY", "of that type, looks only at keys up to this one"),
    SAMPLE("--sample", "SHARE", "looks only at a share of all pages of records, such as 0.01"),
    SEED("--seed", "NUMBER", "picks the same pages as the sample that told this seed"),
    RECENT("--recent", "NUMBER", "looks only at so many records that were transferred and not confirmed since"),
    IN_DATABASES(
            "--in-databases", null, "lets the databases sum up ranges of records, and reads only those that differ"),
    MOST("--most", "NUMBER", "how many records and fields to list at most; 20 by default"),
    PROGRESS("--progress", "HOW", "bar, lines or none; by default a bar on a terminal and lines elsewhere");

    private final String word;
    private final @Nullable String value;
    private final String help;

    Option(String word, @Nullable String value, String help) {
        this.word = word;
        this.value = value;
        this.help = help;
    }

    String word() {
        return word;
    }

    boolean hasValue() {
        return value != null;
    }

    /** As it is written on a command line. */
    String usage() {
        return value == null ? word : word + " " + value;
    }

    String help() {
        return help;
    }
}
