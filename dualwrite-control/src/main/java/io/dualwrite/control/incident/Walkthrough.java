package io.dualwrite.control.incident;

import io.dualwrite.control.incident.Runbook.Action;
import io.dualwrite.control.incident.Runbook.Done;
import io.dualwrite.control.incident.Runbook.Question;
import io.dualwrite.control.incident.Runbook.Step;
import io.dualwrite.control.incident.TimelineEntry.Kind;

/**
 * One person's way through an incident's runbook, begun with {@link IncidentDesk#begin}. Questions that the facts answer are
 * answered when they are come to, with what the node knows at that moment; everything, each answer and each thing done, is
 * written into the incident's story. Thread-safe; blocks on the store.
 */
public final class Walkthrough {
    private final IncidentDesk desk;
    private final String incident;
    private final String rule;
    private final String who;
    private Step at;
    private boolean ended;

    Walkthrough(IncidentDesk desk, Incident incident, Runbook runbook, String who) throws Exception {
        this.desk = desk;
        this.incident = incident.id();
        this.rule = incident.rule();
        this.who = who;
        this.at = answered(runbook.first());
    }

    /** Where it stands: a question for a person, something to do, or the end. */
    public synchronized Step at() {
        return at;
    }

    /** In words, where it stands. */
    public synchronized String told() {
        return at instanceof Question question
                ? question.text()
                : at instanceof Action action ? action.text() : "Done when: " + ((Done) at).text();
    }

    /**
     * Answers the question.
     *
     * @throws IllegalStateException when there is none to be answered
     */
    public synchronized Step answer(boolean yes) throws Exception {
        if (!(at instanceof Question question)) {
            throw new IllegalStateException("There is no question to be answered, but: " + told());
        }
        note(question.text() + (yes ? " Yes." : " No."));
        at = answered(yes ? question.yes() : question.no());
        return at;
    }

    /**
     * Says that what is to be done was done.
     *
     * @throws IllegalStateException when there is nothing to be done
     */
    public synchronized Step did() throws Exception {
        if (!(at instanceof Action action)) {
            throw new IllegalStateException("There is nothing to be done, but: " + told());
        }
        note("did: " + action.text());
        at = answered(action.next());
        return at;
    }

    /**
     * Ends it: the runbook was exercised.
     *
     * @return whether its rule holds no longer, as far as this node knows
     * @throws IllegalStateException before the end of the runbook, and once it was ended
     */
    public synchronized boolean end() throws Exception {
        if (!(at instanceof Done done) || ended) {
            throw new IllegalStateException(ended ? "It was ended before" : "It is not at its end, but at: " + told());
        }
        ended = true;
        boolean over = !desk.holdsNow(rule);
        desk.note(
                incident,
                Kind.EXERCISED,
                who,
                "runbook walked to its end: " + done.text() + (over ? "" : " (the rule holds still)"));
        return over;
    }

    private Step answered(Step from) throws Exception {
        Step step = from;
        while (step instanceof Question question && question.answer() != null) {
            boolean yes = question.answer().test(desk.factsNow());
            note(question.text() + (yes ? " Yes, by itself." : " No, by itself."));
            step = yes ? question.yes() : question.no();
        }
        return step;
    }

    private void note(String text) throws Exception {
        desk.note(incident, Kind.WALKED, who, text);
    }
}
