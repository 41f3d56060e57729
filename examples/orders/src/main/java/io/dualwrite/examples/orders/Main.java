package io.dualwrite.examples.orders;

import io.dualwrite.command.DualwriteCommand;
import io.dualwrite.examples.orders.check.Result;
import io.dualwrite.examples.orders.console.Teller;
import java.io.PrintStream;
import java.util.List;

/**
 * The main job. Its last line is {@code RESULT …}; its exit code is 0 when nothing was lost, stale, resurrected or
 * refused, 1 when something was or a read failed, 2 when the command line is wrong, and 3 when the run could not be finished.
 */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        int exitCode = run(System.out, arguments);
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    /** Runs the job and returns its exit code; nothing of it is left running. */
    static int run(PrintStream out, String... arguments) {
        if (List.of(arguments).contains("--help")) {
            out.print(Options.HELP);
            return 0;
        }
        try {
            Options options = Options.parse(arguments);
            Teller teller = new Teller(out, options.bars() || DualwriteCommand.isTerminal(out));
            RunDirectory directory = RunDirectory.open(options);
            teller.say(headline(options, directory));
            return run(options, directory, teller);
        } catch (UsageException e) {
            out.println(e.getMessage());
            return 2;
        } catch (Exception e) {
            out.println("The run could not be finished.");
            e.printStackTrace(out);
            return 3;
        }
    }

    private static int run(Options options, RunDirectory directory, Teller teller) throws Exception {
        Result result;
        try (LogFile log = new LogFile(directory.log());
                Job job = new Job(options, directory, teller)) {
            result = options.naive() ? new NaiveRun(job).run() : MigrationRun.run(job);
        } catch (Exception e) {
            teller.say("Everything is left as it is in " + directory.path()
                    + (options.naive() ? "." : "; go on from there with --resume --dir " + directory.path()));
            throw e;
        }
        if (result.isGood() || options.naive()) {
            directory.removeIfTemporary();
        } else {
            teller.say("Databases, ledger and log are kept in " + directory.path());
        }
        teller.say(result.toString());
        return result.isGood() ? 0 : 1;
    }

    private static String headline(Options options, RunDirectory directory) {
        return "%s: %,d customers and %,d orders, seed %d, %s %s"
                .formatted(
                        options.naive() ? "The textbook dual write" : "Dualwrite",
                        options.tpch().customerCount(),
                        options.tpch().orderCount(),
                        options.seed(),
                        options.resume() ? "continued in" : "kept in",
                        directory.path());
    }
}
