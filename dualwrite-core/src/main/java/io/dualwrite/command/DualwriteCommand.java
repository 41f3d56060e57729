package io.dualwrite.command;

import io.dualwrite.Migration;
import io.dualwrite.event.Fault;
import io.dualwrite.fence.ControlException;
import io.dualwrite.journal.JournalException;
import io.dualwrite.repair.BackfillException;
import io.dualwrite.repair.StageRefusedException;
import java.io.Console;
import java.io.PrintStream;
import java.util.List;

/**
 * The command line of a migration, to be called from a {@code main} of the application's own, where the migration is
 * declared as everywhere else:
 *
 * <pre>{@code
 * int exit;
 * try (JdbcMigration shop = Shop.migration(dataSources)) {
 *     exit = DualwriteCommand.run(shop, args);
 * }
 * System.exit(exit);
 * }</pre>
 *
 * <p>The commands, their options, the exit codes and the keys for programs are in {@code docs/commands.md}. A command starts
 * the migration where it needs the background work and that does not run yet, and so is one more node while it lasts;
 * closing the migration is the caller's. Says everything on one stream, and nothing of what is in records.
 */
public final class DualwriteCommand {
    private DualwriteCommand() {}

    /** Carries out one command line and says what comes of it on standard output. See {@link #run(Migration, PrintStream, String...)}. */
    public static int run(Migration migration, String... args) {
        return run(migration, System.out, args);
    }

    /**
     * Carries out one command line. Blocks until it is done; throws nothing but {@link Error}s. Interrupting the thread, or
     * telling the process to stop, ends it in a state from which the same command goes on; the interrupt flag is set then.
     *
     * @param out where everything is said
     * @return the exit code: 0 done, 1 refused or different, 2 bad usage, 3 out of reach or stopped
     */
    public static int run(Migration migration, PrintStream out, String... args) {
        Report report = new Report(out, List.of(args).contains(Option.MACHINE.word()));
        Arguments arguments;
        try {
            arguments = Arguments.of(args);
        } catch (UsageException wrong) {
            return report.end(misunderstood(report, wrong));
        }
        report.fact("migration", migration.name());
        report.fact("command", arguments.word().word());
        ProgressView.Form asked = arguments.progress();
        ProgressView.Form form =
                asked != null ? asked : isTerminal(out) ? ProgressView.Form.BAR : ProgressView.Form.LINES;
        return carriedOut(new Errand(migration, arguments, report, form));
    }

    /** Until the last line is said, a process that is told to stop waits for it. */
    private static int carriedOut(Errand errand) {
        Stopping stopping = new Stopping();
        try {
            return errand.report().end(outcome(errand));
        } finally {
            stopping.close();
        }
    }

    private static Outcome outcome(Errand errand) {
        try {
            return errand.arguments().word().work().on(errand);
        } catch (UsageException wrong) {
            return misunderstood(errand.report(), wrong);
        } catch (Exception failure) {
            return failed(errand, failure);
        }
    }

    private static Outcome misunderstood(Report report, UsageException wrong) {
        report.fact("error", String.valueOf(wrong.getMessage()));
        report.say("%s.", String.valueOf(wrong.getMessage()));
        report.say("%s", Help.text());
        return Outcome.USAGE;
    }

    private static Outcome failed(Errand errand, Exception failure) {
        boolean interrupted = Thread.currentThread().isInterrupted() || failure instanceof InterruptedException;
        if (interrupted) {
            Thread.currentThread().interrupt();
            return told(errand, Outcome.INTERRUPTED, "stopped; what is done stays done, run it again to go on");
        }
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof StageRefusedException refused) {
            return errand.refused(refused.reasons());
        }
        if (failure instanceof ControlException || failure instanceof JournalException) {
            return told(errand, Outcome.UNREACHABLE, message + ". Run it again once that is reachable");
        }
        if (failure instanceof BackfillException && failure.getCause() != null) {
            return told(errand, Outcome.UNREACHABLE, message + " (" + Fault.of(failure.getCause()) + ")");
        }
        if (failure instanceof RefusedException) {
            return errand.refused(List.of(message));
        }
        // Whose message it is nobody knows here: drivers and mappings quote what is in records.
        Outcome outcome = errand.migration().status().unreached().isEmpty() ? Outcome.FAILED : Outcome.UNREACHABLE;
        return told(errand, outcome, "failed (" + Fault.of(failure) + "); what is done stays done, run it again");
    }

    private static Outcome told(Errand errand, Outcome outcome, String what) {
        errand.report().fact("error", what);
        errand.report().say("%s", what);
        return outcome;
    }

    /** Whether somebody looks at a terminal on which what is said here appears; false for any other stream than standard output. */
    public static boolean isTerminal(PrintStream out) {
        Console console = System.console();
        if (out != System.out || console == null) {
            return false;
        }
        try {
            // Since Java 22 there may be a console that is no terminal.
            return Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
        } catch (ReflectiveOperationException before22) {
            return true;
        }
    }
}
