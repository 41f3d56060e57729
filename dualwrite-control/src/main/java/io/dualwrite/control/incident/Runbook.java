package io.dualwrite.control.incident;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What to do about one kind of incident, as a decision tree. Questions that the facts answer are answered before anybody is
 * paged. Immutable.
 *
 * @param title what it is about
 * @param looks commands that show more, to be copied
 * @param first where it begins
 */
public record Runbook(String title, List<String> looks, Step first) {
    public Runbook {
        looks = List.copyOf(looks);
        if (title.isBlank()) {
            throw new IllegalArgumentException("A runbook has a title");
        }
    }

    /** A place in the tree. */
    public sealed interface Step permits Question, Action, Done {}

    /**
     * Something to find out.
     *
     * @param answer how the facts answer it; null where a person has to
     */
    public record Question(String text, @Nullable Predicate<Facts> answer, Step yes, Step no) implements Step {}

    /** Something to do, and what comes then. */
    public record Action(String text, Step next) implements Step {}

    /** The end of a branch: how to tell that it is over. */
    public record Done(String text) implements Step {}

    /** A question that the facts answer. */
    public static Question asks(String text, Predicate<Facts> answer, Step yes, Step no) {
        return new Question(text, answer, yes, no);
    }

    /** A question for a person. */
    public static Question asksPerson(String text, Step yes, Step no) {
        return new Question(text, null, yes, no);
    }

    /** These actions one after the other, and how to tell that it is over. */
    public static Step does(String done, String... actions) {
        Step step = new Done(done);
        for (int at = actions.length - 1; at >= 0; at--) {
            step = new Action(actions[at], step);
        }
        return step;
    }

    /**
     * How far the facts lead.
     *
     * @param answered each question answered, with its answer
     * @param of how many questions there are on the way so far, the one that is left included
     * @param next where a person goes on
     */
    public record Walk(List<String> answered, int of, Step next) {
        /** In one line, for a page: {@code 3 of 4 answered; next: …}. */
        public String told() {
            String to = next instanceof Question question
                    ? question.text()
                    : next instanceof Action action ? action.text() : ((Done) next).text();
            return answered.size() + " of " + of + " answered; next: " + to;
        }
    }

    /** Answers what the facts answer, from the beginning to where a person is needed. */
    public Walk walk(Facts facts) {
        List<String> answered = new ArrayList<>();
        Step at = first;
        while (at instanceof Question question && question.answer() != null) {
            boolean yes = question.answer().test(facts);
            answered.add(question.text() + " " + (yes ? "Yes." : "No."));
            at = yes ? question.yes() : question.no();
        }
        return new Walk(List.copyOf(answered), answered.size() + (at instanceof Question ? 1 : 0), at);
    }

    /** As Markdown, for a wiki or a printer. */
    public String markdown() {
        StringBuilder page = new StringBuilder("# " + title + "\n");
        if (!looks.isEmpty()) {
            page.append("\nLook at:\n");
            looks.forEach(look -> page.append("- `").append(look).append("`\n"));
        }
        page.append('\n');
        write(page, first, "");
        return page.toString();
    }

    private static void write(StringBuilder page, Step step, String indent) {
        if (step instanceof Question question) {
            page.append(indent)
                    .append("- **")
                    .append(question.text())
                    .append("**")
                    .append(question.answer() == null ? "" : " (answered by itself)")
                    .append('\n');
            page.append(indent).append("  - Yes:\n");
            write(page, question.yes(), indent + "    ");
            page.append(indent).append("  - No:\n");
            write(page, question.no(), indent + "    ");
        } else if (step instanceof Action action) {
            page.append(indent).append("- ").append(action.text()).append('\n');
            write(page, action.next(), indent);
        } else if (step instanceof Done done) {
            page.append(indent).append("- Done when: ").append(done.text()).append('\n');
        }
    }
}
