package io.dualwrite.control.incident;

import io.dualwrite.control.incident.Runbook.Action;
import io.dualwrite.control.incident.Runbook.Question;
import io.dualwrite.event.Fault;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * Incidents from a shell, to be called from a {@code main} of the application's own, with a desk that is open: {@code list},
 * {@code runbook RULE}, {@code walk INCIDENT WHO}, {@code drill RULE WHO}, {@code report INCIDENT}. A walk asks on {@code out}
 * and reads answers, {@code y} or {@code n}, from {@code in}; a drill raises the rule on purpose, takes the incident, walks, and
 * resolves it.
 */
public final class IncidentCommand {
    private static final int DONE = 0;
    private static final int STILL_HOLDS = 1;
    private static final int USAGE = 2;
    private static final int FAILED = 3;

    private final IncidentDesk desk;
    private final BufferedReader in;
    private final PrintStream out;

    private IncidentCommand(IncidentDesk desk, BufferedReader in, PrintStream out) {
        this.desk = desk;
        this.in = in;
        this.out = out;
    }

    /**
     * Carries out one command. Blocks on the store and on answers.
     *
     * @return the exit code: 0 done, 1 walked to the end and the rule holds still, 2 bad usage, 3 failed or stopped
     */
    public static int run(IncidentDesk desk, BufferedReader in, PrintStream out, String... args) {
        IncidentCommand command = new IncidentCommand(desk, in, out);
        try {
            return command.carriedOut(List.of(args));
        } catch (IllegalArgumentException wrong) {
            out.println(wrong.getMessage());
            return USAGE;
        } catch (Exception failure) {
            out.println("failed (" + Fault.of(failure) + ")");
            return FAILED;
        }
    }

    private int carriedOut(List<String> args) throws Exception {
        String word = args.isEmpty() ? "" : args.get(0);
        int given = args.size() - 1;
        if (word.equals("list") && given == 0) {
            for (Incident each : desk.open()) {
                String owner = each.owner() == null ? "nobody" : each.owner();
                out.println(each.id() + " " + each.severity() + " " + each.rule() + ", taken by " + owner + ": "
                        + each.summary());
            }
        } else if (word.equals("runbook") && given == 1) {
            out.print(desk.runbook(args.get(1)));
        } else if (word.equals("report") && given == 1) {
            out.print(desk.report(args.get(1)));
        } else if (word.equals("walk") && given == 2) {
            return walk(args.get(1), args.get(2));
        } else if (word.equals("drill") && given == 2) {
            return drill(args.get(1), args.get(2));
        } else {
            throw new IllegalArgumentException(
                    "usage: list | runbook RULE | walk INCIDENT WHO | drill RULE WHO | report" + " INCIDENT");
        }
        return DONE;
    }

    private int drill(String rule, String who) throws Exception {
        desk.raise(rule);
        Incident drilled = desk.open().stream()
                .filter(each -> each.rule().equals(rule))
                .findFirst()
                .orElseThrow();
        desk.acknowledge(drilled.id(), who);
        int exit = walk(drilled.id(), who);
        if (exit != FAILED) {
            desk.resolve(drilled.id(), who, "it was a drill");
        }
        return exit;
    }

    private int walk(String incident, String who) throws Exception {
        Walkthrough walk = desk.begin(incident, who);
        while (walk.at() instanceof Question || walk.at() instanceof Action) {
            boolean asks = walk.at() instanceof Question;
            out.println(walk.told() + (asks ? " [y/n]" : " [enter when done]"));
            String line = line();
            if (!asks) {
                walk.did();
            } else if (line.startsWith("y") || line.startsWith("n")) {
                walk.answer(line.startsWith("y"));
            }
        }
        out.println(walk.told());
        boolean over = walk.end();
        out.println(over ? "The rule holds no longer." : "The rule holds still.");
        return over ? DONE : STILL_HOLDS;
    }

    private String line() throws IOException {
        String line = in.readLine();
        if (line == null) {
            throw new IOException("no more answers");
        }
        return line.strip().toLowerCase(Locale.ROOT);
    }
}
