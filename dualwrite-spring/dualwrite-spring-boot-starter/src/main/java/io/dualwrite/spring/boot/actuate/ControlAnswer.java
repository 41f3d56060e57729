package io.dualwrite.spring.boot.actuate;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is said of what operates a migration, for people and scripts. Times are ISO 8601. Nothing of what is in records, nothing
 * about how stores are reached; what people have written is told as they wrote it.
 */
public sealed interface ControlAnswer {
    /** The status over HTTP, as an answer to an order: 202 where it goes on. */
    default int orderStatus() {
        return 200;
    }

    /** What a gate has against a step; no reasons when it holds. */
    record Gate(String gate, List<String> reasons) {}

    /** One line of an audit. */
    record Line(String at, String who, String what) {}

    /**
     * Where a way through the stages stands.
     *
     * @param phase RESTING, TRAVELLING, HELD or ABORTING
     * @param at the stage that was last seen; null before anybody has looked
     * @param goal where it is to come; null while it is at rest
     * @param step the stage to which a node is stepping now; null while none is
     * @param soaked for how long the stage was watched with nothing wrong
     * @param approvals who answers for going to which stage
     * @param why what led here
     * @param against what the next step waits for, as this node saw it last
     * @param fleet why the fleet is not known to be complete and of one opinion
     */
    record Journey(
            String phase,
            @Nullable String at,
            @Nullable String goal,
            @Nullable String step,
            String soaked,
            Map<String, String> approvals,
            String why,
            List<Gate> against,
            List<String> fleet)
            implements ControlAnswer {}

    /** A dry run: each step, and what each gate says now. */
    record Forecast(List<Step> steps) implements ControlAnswer {
        /** One step. */
        public record Step(String from, String to, boolean free, List<Gate> gates) {}
    }

    /** The way back from here: its steps, and all of it as Markdown with how long each took before. */
    record WayBack(List<String> steps, String page) implements ControlAnswer {}

    /**
     * What came of going back.
     *
     * @param complete whether it is over; otherwise every node goes on trying
     * @param against what is in the way
     */
    record Returned(boolean complete, List<Made> steps, List<String> against) implements ControlAnswer {
        /** One step that was begun. */
        public record Made(String step, String took) {}

        @Override
        public int orderStatus() {
            return complete ? 200 : 202;
        }
    }

    /** Who did what, when and why, the oldest first. */
    record Audit(List<Line> lines) implements ControlAnswer {}

    /**
     * Where a read ramp stands.
     *
     * @param phase OFF, RAMPING, PAUSED, HELD, FULL or ROLLED_BACK
     * @param percent the share of the target
     * @param step which step of the plan, from 0; -1 while it is at none
     * @param rollbacks how often it went back by itself
     * @param why what led here
     * @param verdicts what the gates said at this node's last look
     * @param needs what the next step still needs
     */
    record Ramp(
            String phase, int percent, int step, int rollbacks, String why, List<String> verdicts, List<String> needs)
            implements ControlAnswer {}

    /**
     * A rehearsal on this node.
     *
     * @param state NEVER, RUNNING, DONE or FAILED
     * @param since when the last one was begun here; null before the first
     * @param failure what kind of failure ended it; null otherwise
     * @param checks what was looked at so far
     * @param ready whether it was found ready; null before its end
     * @param against why not
     * @param report all of it as Markdown; null before its end
     */
    record Rehearsed(
            String state,
            @Nullable String since,
            @Nullable String failure,
            List<Check> checks,
            @Nullable Boolean ready,
            List<String> against,
            @Nullable String report)
            implements ControlAnswer {
        /** One thing that was looked at. */
        public record Check(String name, boolean holds, String told) {}

        @Override
        public int orderStatus() {
            return state.equals("RUNNING") ? 202 : 200;
        }
    }

    /** Incidents that are open, the latest that were resolved, and what is to be done because of any. */
    record Incidents(List<Incident> open, List<Incident> resolved, List<Action> actions) implements ControlAnswer {}

    /**
     * One incident.
     *
     * @param owner who has taken it; null while nobody has
     * @param escalates when it escalates next; null when nothing is due
     * @param updates when its status is told next; null when nothing is due
     */
    record Incident(
            String id,
            String rule,
            String component,
            String severity,
            String summary,
            String opened,
            @Nullable String owner,
            @Nullable String mitigated,
            @Nullable String resolved,
            int escalations,
            @Nullable String escalates,
            @Nullable String updates,
            Status status)
            implements ControlAnswer {
        /** What was said of it last. */
        public record Status(String state, String actions, String next, String estimate) {}
    }

    /** An incident with its report, as Markdown, and where the walk through its runbook stands on this node; null without one. */
    record Story(Incident incident, @Nullable Place walk, String report) implements ControlAnswer {}

    /**
     * Something to be done so that an incident does not come back.
     *
     * @param done when it was done; null while it is not
     */
    record Action(
            String id,
            String incident,
            String what,
            String owner,
            String due,
            @Nullable String done) implements ControlAnswer {}

    /**
     * Where somebody's way through a runbook stands.
     *
     * @param kind QUESTION, ACTION or DONE
     * @param over whether the rule holds no longer, once the walk was ended; null before
     */
    record Place(
            String incident,
            String kind,
            String text,
            @Nullable Boolean over) implements ControlAnswer {}

    /** All runbooks, one for each rule. */
    record Runbooks(List<Entry> runbooks) implements ControlAnswer {
        /** One of them. */
        public record Entry(String rule, String severity, String component, String summary, String title) {}
    }

    /**
     * One runbook.
     *
     * @param leads how far the facts lead now, and what a person does next
     * @param page all of it as Markdown, with when it was last exercised
     */
    record Runbook(String rule, String leads, String page) implements ControlAnswer {}
}
