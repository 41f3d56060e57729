package io.dualwrite.control.incident;

import static io.dualwrite.control.incident.Runbook.asks;
import static io.dualwrite.control.incident.Runbook.asksPerson;
import static io.dualwrite.control.incident.Runbook.does;

import io.dualwrite.control.ramp.RampPhase;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.AuthorityForced;
import io.dualwrite.event.MigrationEvent.FlagFailed;
import io.dualwrite.event.MigrationEvent.HandoverStuck;
import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.event.MigrationEvent.ServerChanged;
import io.dualwrite.event.MigrationEvent.TransferFailed;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * The rules of a migration, each with its runbook. Components: {@value #DATA}, {@value #COPY}, {@value #JOURNAL}, {@value
 * #HANDOVER}, {@value #RAMP}, {@value #VERIFICATION}, {@value #FLAG}, {@value #REVIEW}.
 */
public final class MigrationRules {
    /** Component: what the two sides hold. */
    public static final String DATA = "data";
    /** Component: the side that follows, and the way to it. */
    public static final String COPY = "copy";
    /** Component: the journal and the relay that works it off. */
    public static final String JOURNAL = "journal";
    /** Component: flips and rollbacks. */
    public static final String HANDOVER = "handover";
    /** Component: the read ramp. */
    public static final String RAMP = "ramp";
    /** Component: continuous verification. */
    public static final String VERIFICATION = "verification";
    /** Component: the stage flag. */
    public static final String FLAG = "flag";

    /** Component: what is learnt from incidents. */
    public static final String REVIEW = "review";

    /** No event tells that the journal cannot be written: whoever sees writes fail for it raises this one. */
    public static final String JOURNAL_UNWRITABLE = "journal-unwritable";

    private static final Duration LATELY = Duration.ofMinutes(10);
    private static final String STATUS = "status";
    private static final String VERIFY = "verify";
    private static final String PREFLIGHT = "preflight";

    private MigrationRules() {}

    /** Every component of these rules. */
    public static List<String> components() {
        return List.of(DATA, COPY, JOURNAL, HANDOVER, RAMP, VERIFICATION, FLAG, REVIEW);
    }

    /** All rules, held against these objectives. */
    public static List<IncidentRule> all(Objectives objectives) {
        Predicate<Facts> beyondFlip = facts -> facts.stage().isBeyondFlip();
        Predicate<Facts> mismatch = lately(MismatchConfirmed.class);
        return List.of(
                rule(
                        "divergence-after-cutover",
                        Severity.CRITICAL,
                        DATA,
                        "After the switch a record was found to differ, with no change on its way",
                        mismatch.and(beyondFlip),
                        divergence(),
                        false),
                rule(
                        "authority-forced",
                        Severity.CRITICAL,
                        DATA,
                        "The authority was taken by force from a side that could not be reached",
                        lately(AuthorityForced.class),
                        forced(),
                        false),
                rule(
                        "handover-stuck",
                        Severity.CRITICAL,
                        HANDOVER,
                        "A switch was decided, its heir cannot be opened, and no side accepts writes",
                        facts -> facts.stage() == Stage.FROZEN
                                && facts.lastSeen().containsKey(HandoverStuck.class),
                        stuck(),
                        true),
                rule(
                        JOURNAL_UNWRITABLE,
                        Severity.CRITICAL,
                        JOURNAL,
                        "Writes fail because their intents cannot be written",
                        facts -> false,
                        unwritable(),
                        false),
                rule(
                        "ramp-rolled-back",
                        Severity.CRITICAL,
                        RAMP,
                        "The read ramp has gone back by itself; all reads are answered by the source",
                        facts -> facts.ramp() == RampPhase.ROLLED_BACK,
                        rolledBack(),
                        false),
                rule(
                        "breaker-open",
                        Severity.HIGH,
                        COPY,
                        "The breaker around the copy has been open for longer than it should",
                        facts -> facts.breakerOpenFor().compareTo(objectives.breakerOpen()) > 0,
                        breakerOpen(),
                        true),
                rule(
                        "backlog-old",
                        Severity.HIGH,
                        JOURNAL,
                        "The copy is further behind than it should be",
                        facts -> facts.oldestIntent().compareTo(objectives.oldestIntent()) > 0,
                        backlogOld(),
                        true),
                rule(
                        "mismatch-confirmed",
                        Severity.HIGH,
                        DATA,
                        "Before the switch a record was found to differ, with no change on its way",
                        mismatch.and(beyondFlip.negate()),
                        mismatch(),
                        false),
                rule(
                        "server-changed",
                        Severity.HIGH,
                        COPY,
                        "Connections lead to another server than the one that is known; transfers rest",
                        lately(ServerChanged.class),
                        serverChanged(),
                        false),
                rule(
                        "quarantined",
                        Severity.MEDIUM,
                        DATA,
                        "The copy rejects records, which the relay leaves alone",
                        facts -> facts.quarantined() > 0,
                        quarantined(),
                        true),
                rule(
                        "verification-behind",
                        Severity.MEDIUM,
                        VERIFICATION,
                        "No round of continuous verification has ended for longer than it should",
                        facts -> facts.verificationLag().compareTo(objectives.verificationLag()) > 0,
                        verificationBehind(),
                        true),
                rule(
                        "ramp-held",
                        Severity.MEDIUM,
                        RAMP,
                        "The read ramp waits for a person",
                        facts -> facts.ramp() == RampPhase.HELD,
                        rampHeld(),
                        true),
                rule(
                        "flag-failing",
                        Severity.LOW,
                        FLAG,
                        "The stage flag fails; the last good stage stays",
                        lately(FlagFailed.class),
                        flagFailing(),
                        true),
                rule(
                        "review-overdue",
                        Severity.LOW,
                        REVIEW,
                        "A report or an action item of an earlier incident is overdue",
                        facts -> facts.overdue() > 0,
                        reviewOverdue(),
                        true));
    }

    private static IncidentRule rule(
            String name,
            Severity severity,
            String component,
            String summary,
            Predicate<Facts> holds,
            Runbook runbook,
            boolean resolvesItself) {
        return new IncidentRule(name, severity, component, summary, holds, runbook, resolvesItself);
    }

    private static Predicate<Facts> lately(Class<? extends MigrationEvent> kind) {
        return facts -> facts.seenWithin(kind, LATELY);
    }

    private static Predicate<Facts> breakerIsOpen() {
        return facts -> !facts.breakerOpenFor().isZero();
    }

    private static Runbook divergence() {
        return new Runbook(
                "Records differ after the switch",
                List.of(STATUS, VERIFY),
                asks(
                        "Is the authority's journal being worked off?",
                        facts -> facts.oldestIntent().compareTo(Duration.ofMinutes(1)) < 0,
                        asksPerson(
                                "Do the differing records name a program that writes past the library?",
                                does(
                                        "a verification is clean",
                                        "Stop that program, or bring it under the library.",
                                        "Run `repair`, then `verify`."),
                                asksPerson(
                                        "Do users see wrong data?",
                                        does(
                                                "the origin has the authority again and a verification is clean",
                                                "Run `rollback`: the origin has every write since the switch.",
                                                "Find out with `verify` which fields differ."),
                                        does(
                                                "a verification is clean",
                                                "Run `verify` and look at which fields differ: a mapping that is not one"
                                                        + " to one shows there.",
                                                "Run `repair`, then `verify`."))),
                        does(
                                "the journal is empty and a verification is clean",
                                "Bring the copy back first: a rollback needs an empty journal.",
                                "Run `repair`, then `verify`.")));
    }

    private static Runbook forced() {
        return new Runbook(
                "The authority was forced",
                List.of(STATUS),
                asksPerson(
                        "Can the lost side be reached again?",
                        does(
                                "the reconciliation list is empty and the side was readopted",
                                "Work off `unreconciled(n)`: `takeFromLost` or `dropFromLost` for each record.",
                                "Call `readopt()`, then fill and verify it anew."),
                        does(
                                "it is known what was lost, and who was told",
                                "Cut the lost side off from every node, so that none goes on writing there.",
                                "Read `possibleLoss()` and tell whoever answers for the data.")));
    }

    private static Runbook stuck() {
        return new Runbook(
                "A switch is stuck between the sides",
                List.of(STATUS),
                asksPerson(
                        "Can the heir's database be brought back?",
                        does(
                                "the stage is no longer FROZEN; any node goes on by itself",
                                "Bring that database back: network, disk, locks, in this order."),
                        does(
                                "the origin accepts writes",
                                "If the heir is the target: read `possibleLoss()`, cut the target off from every node,"
                                        + " and call `forceRollback(who)`.",
                                "If the heir is the origin: restore it; nothing else may have the authority.")));
    }

    private static Runbook unwritable() {
        return new Runbook(
                "Intents cannot be written",
                List.of(STATUS, PREFLIGHT),
                asksPerson(
                        "Is the authority's database read-only or out of space?",
                        does("writes succeed", "Give it space, or make its primary writable."),
                        does(
                                "writes succeed",
                                "Run `preflight`: it names missing tables and rights.",
                                "Look for a lock on the journal's table.")));
    }

    private static Runbook rolledBack() {
        return new Runbook(
                "The read ramp has gone back",
                List.of(STATUS),
                asks(
                        "Is the breaker around the copy open?",
                        breakerIsOpen(),
                        does(
                                "the breaker is closed",
                                "See the runbook of breaker-open: the copy does not answer.",
                                "Read `audit()`, then `resume(who)` after the cool-down."),
                        asks(
                                "Was a record found to differ lately?",
                                lately(MismatchConfirmed.class),
                                does(
                                        "a verification is clean",
                                        "Run `verify` and look at which fields differ.",
                                        "Mend the mapping or the program, run `repair`, then `verify`.",
                                        "`resume(who)` after the cool-down."),
                                does(
                                        "the gate that failed would pass",
                                        "Read `audit()`: its last entry names the gate and the evidence.",
                                        "Mend what it names; `resume(who)` after the cool-down."))));
    }

    private static Runbook breakerOpen() {
        return new Runbook(
                "The copy does not answer",
                List.of(STATUS, PREFLIGHT),
                asks(
                        "Have transfers failed lately?",
                        lately(TransferFailed.class),
                        asksPerson(
                                "Is the copy's database up, and can this application log in?",
                                does(
                                        "the breaker is closed and the backlog falls",
                                        "Look for locks, full disks and a pool of connections that is used up.",
                                        "Nothing is lost meanwhile: intents are kept beside the authority."),
                                does(
                                        "the breaker is closed and the backlog falls",
                                        "Bring it back. Writes go on meanwhile; their intents are kept.")),
                        does(
                                "the breaker is closed",
                                "Only reads fail there: look at the copy's timeouts and at the read ramp.")));
    }

    private static Runbook backlogOld() {
        return new Runbook(
                "The copy is too far behind",
                List.of(STATUS),
                asks(
                        "Is the breaker around the copy open?",
                        breakerIsOpen(),
                        does("the oldest intent is young", "See the runbook of breaker-open."),
                        asks(
                                "Are records quarantined?",
                                facts -> facts.quarantined() > 0,
                                does("the oldest intent is young", "See the runbook of quarantined."),
                                asksPerson(
                                        "Is a node with a relay running?",
                                        does(
                                                "the oldest intent is young",
                                                "Pause the backfill.",
                                                "Give the relay more threads, or the copy more capacity."),
                                        does("the oldest intent is young", "Start one.")))));
    }

    private static Runbook mismatch() {
        return new Runbook(
                "Records differ before the switch",
                List.of(VERIFY),
                asksPerson(
                        "Does a program write past the library?",
                        does(
                                "a verification is clean",
                                "Stop it, or bring it under the library.",
                                "Run `repair`, then `verify`."),
                        does(
                                "a verification is clean",
                                "Look at the fields that differ: is the mapping one to one?",
                                "Run `repair`, then `verify`.")));
    }

    private static Runbook serverChanged() {
        return new Runbook(
                "Another server answers",
                List.of(STATUS),
                asksPerson(
                        "Is it the right one, after a failover or a restore?",
                        does(
                                "transfers go on and a verification is clean",
                                "Find out whether it lost acknowledged writes.",
                                "`adoptServer(side, who)`, then `verify`."),
                        does(
                                "connections lead to the known server",
                                "Mend the address, the name or the proxy. Transfers rest meanwhile.")));
    }

    private static Runbook quarantined() {
        return new Runbook(
                "The copy rejects records",
                List.of(STATUS),
                asksPerson(
                        "Does the fault name a constraint or a type?",
                        does(
                                "nothing is quarantined",
                                "Mend the constraint, the column or the mapping.",
                                "`release(record)` each."),
                        does(
                                "nothing is quarantined",
                                "Look at the event `Quarantined` in the log for the fault.",
                                "`release(record)` each once the cause is mended.")));
    }

    private static Runbook verificationBehind() {
        return new Runbook(
                "Verification does not get to its end",
                List.of(STATUS),
                asks(
                        "Is the breaker around the copy open?",
                        breakerIsOpen(),
                        does("a round has ended", "See the runbook of breaker-open: it waits for the copy."),
                        does(
                                "a round has ended",
                                "Is a node with verifyContinuously running?",
                                "Give it a higher rate, or spread verifications over the nodes.")));
    }

    private static Runbook rampHeld() {
        return new Runbook(
                "The read ramp waits for a person",
                List.of(STATUS),
                asksPerson(
                        "Does its state say that a gate could not be asked?",
                        does("the ramp is RAMPING", "Mend what the gate asks, then `resume(who)`."),
                        does(
                                "the ramp is RAMPING",
                                "Too little evidence came: more shadow reads, a wider budget, or a longer step.",
                                "`resume(who)`, or `abort(who, why)`.")));
    }

    private static Runbook reviewOverdue() {
        return new Runbook(
                "What was to be learnt is overdue",
                List.of(STATUS),
                asksPerson(
                        "Is it an action item?",
                        does(
                                "no action item is overdue",
                                "`openActions()` lists them with their owners: have it done, or hand it on with a new date,"
                                        + " through `changeAction(item, who)`."),
                        does(
                                "every report is written",
                                "`report(id)` has the timeline: add causes and actions, then `reviewed(id, who, where)`.")));
    }

    private static Runbook flagFailing() {
        return new Runbook(
                "The stage flag fails",
                List.of(STATUS),
                does("the flag answers", "Mend the flag or its source. Nothing moves by it meanwhile."));
    }
}
