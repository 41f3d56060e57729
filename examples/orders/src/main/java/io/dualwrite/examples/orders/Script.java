package io.dualwrite.examples.orders;

import io.dualwrite.examples.orders.console.Teller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The steps of a run, done in order and told one by one. A step that has ended is noted in a file and is not done again
 * when the run is continued; one that was killed in the middle is begun anew, so that beginning it twice must do no harm.
 */
final class Script {
    private final Teller teller;
    private final Path notes;
    private final List<Step> steps = new ArrayList<>();

    /** What a step does; it returns what came of it. */
    @FunctionalInterface
    interface Deed {
        String perform() throws Exception;
    }

    private record Step(String name, String meaning, boolean always, Deed deed) {}

    Script(Teller teller, Path notes) {
        this.teller = teller;
        this.notes = notes;
    }

    /** A step done once in a run. */
    void once(String name, String meaning, Deed deed) {
        steps.add(new Step(name, meaning, false, deed));
    }

    /** A step that every process of the run does. */
    void always(String name, String meaning, Deed deed) {
        steps.add(new Step(name, meaning, true, deed));
    }

    void run() throws Exception {
        Set<String> ended = Files.exists(notes) ? new HashSet<>(Files.readAllLines(notes)) : Set.of();
        for (int number = 1; number <= steps.size(); number++) {
            Step step = steps.get(number - 1);
            teller.step(number, steps.size(), step.name, step.meaning);
            if (ended.contains(step.name) && !step.always) {
                teller.outcome("done before");
                continue;
            }
            teller.outcome(perform(step));
            note(step);
        }
    }

    private static String perform(Step step) throws Exception {
        try {
            return step.deed.perform();
        } catch (Exception e) {
            throw new StepException(step.name, e);
        }
    }

    private void note(Step step) throws IOException {
        Files.writeString(notes, step.name + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
