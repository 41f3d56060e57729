package io.dualwrite.command;

import java.util.Locale;

/** How a command ended. */
enum Outcome {
    /** What was asked for is done, and there is nothing against it. */
    DONE(0),
    /** It was not done, for the reasons given. */
    REFUSED(1),
    /** It was done, and the two sides are not known to be equal. */
    DIFFERENT(1),
    /** The command line made no sense; nothing was touched. */
    USAGE(2),
    /** A store could not be reached; to be run again. */
    UNREACHABLE(3),
    /** It was stopped; to be run again. */
    INTERRUPTED(3),
    /** Something else failed; to be looked at, and run again. */
    FAILED(3);

    private final int exit;

    Outcome(int exit) {
        this.exit = exit;
    }

    /** The exit code of the process. */
    int exit() {
        return exit;
    }

    /** The word that scripts see. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
