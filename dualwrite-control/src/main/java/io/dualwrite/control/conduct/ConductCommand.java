package io.dualwrite.control.conduct;

import io.dualwrite.control.rollback.RollbackRun;
import io.dualwrite.event.Fault;
import io.dualwrite.stage.Stage;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * A conductor from a shell, to be called from a {@code main} of the application's own, with a conductor that is open: {@code
 * state}, {@code forecast STAGE}, {@code travel STAGE WHO}, {@code approve STAGE WHO}, {@code hold WHO WHY}, {@code resume
 * WHO}, {@code abort WHO WHY}, {@code rollback}, {@code audit}.
 */
public final class ConductCommand {
    private static final int DONE = 0;
    private static final int REFUSED = 1;
    private static final int USAGE = 2;
    private static final int FAILED = 3;
    private static final String HELP =
            "usage: state | forecast STAGE | travel STAGE WHO | approve STAGE WHO | hold WHO WHY"
                    + " | resume WHO | abort WHO WHY | rollback | audit";

    private final Conductor conductor;
    private final PrintStream out;

    private ConductCommand(Conductor conductor, PrintStream out) {
        this.conductor = conductor;
        this.out = out;
    }

    /**
     * Carries out one command. Blocks on the stores, and an abort until it is done or given up for now.
     *
     * @return the exit code: 0 done and nothing stands against it, 1 refused or something stands against it, 2 bad usage, 3
     *     failed
     */
    public static int run(Conductor conductor, PrintStream out, String... args) {
        ConductCommand command = new ConductCommand(conductor, out);
        try {
            return command.carriedOut(List.of(args));
        } catch (IllegalArgumentException wrong) {
            out.println(wrong.getMessage());
            return USAGE;
        } catch (IllegalStateException refused) {
            out.println("refused: " + refused.getMessage());
            return REFUSED;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            out.println("stopped; run it again to go on");
            return FAILED;
        } catch (Exception failure) {
            out.println("failed (" + Fault.of(failure) + ")");
            return FAILED;
        }
    }

    private int carriedOut(List<String> args) throws Exception {
        String word = args.isEmpty() ? "" : args.get(0) + "/" + (args.size() - 1);
        switch (word) {
            case "state/0":
                return state();
            case "forecast/1":
                return forecast(stage(args.get(1)));
            case "travel/2":
                return told(conductor.travel(stage(args.get(1)), args.get(2)));
            case "approve/2":
                conductor.approve(stage(args.get(1)), args.get(2));
                return DONE;
            case "hold/2":
                conductor.hold(args.get(1), args.get(2));
                return DONE;
            case "resume/1":
                conductor.resume(args.get(1));
                return DONE;
            case "abort/2":
                return abort(args.get(1), args.get(2));
            case "rollback/0":
                out.print(conductor.rollbackPage());
                return DONE;
            case "audit/0":
                conductor.audit().forEach(entry -> out.println(entry.at() + " " + entry.who() + " " + entry.what()));
                return DONE;
            default:
                throw new IllegalArgumentException(HELP);
        }
    }

    private int state() {
        Journey now = conductor.state();
        out.println(
                now.phase() + " at " + now.at() + (now.goal() == null ? "" : " to " + now.goal()) + ": " + now.why());
        out.println("watched there for " + now.soaked() + "; approved: " + now.approvals());
        return told(conductor.against());
    }

    private int forecast(Stage goal) throws Exception {
        boolean free = true;
        for (StepForecast step : conductor.forecast(goal)) {
            out.println(step.from() + " to " + step.to() + (step.isFree() ? ": free" : ": not yet"));
            step.findings().forEach(finding -> out.println("  " + finding));
            free &= step.isFree();
        }
        return free ? DONE : REFUSED;
    }

    private int abort(String who, String why) throws Exception {
        RollbackRun run = conductor.abort(who, why);
        out.print(run.markdown());
        return run.complete() ? DONE : REFUSED;
    }

    private int told(List<GateFinding> against) {
        against.forEach(finding -> out.println("waits for " + finding));
        return against.isEmpty() ? DONE : REFUSED;
    }

    private static Stage stage(String text) {
        return text.toUpperCase(Locale.ROOT).equals(Stage.JOURNAL.name()) ? Stage.JOURNAL : Stage.parse(text);
    }
}
