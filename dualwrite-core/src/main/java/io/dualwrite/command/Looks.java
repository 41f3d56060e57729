package io.dualwrite.command;

import io.dualwrite.Migration;
import io.dualwrite.journal.Backlog;
import io.dualwrite.repair.MigrationStatus;
import io.dualwrite.repair.MigrationStatus.OneSide;
import io.dualwrite.repair.Reconcilable;
import io.dualwrite.repair.Survey;
import io.dualwrite.repair.Unreconciled;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** The commands that only look, and start no background work. */
final class Looks {
    private static final int MOST_LOOKS = 100;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    private Looks() {}

    static Outcome help(Errand errand) {
        errand.report().say("%s", Help.text());
        return Outcome.DONE;
    }

    static Outcome preflight(Errand errand) {
        Migration migration = errand.migration();
        String by = errand.arguments().by();
        if (by != null) {
            migration.approve(Stage.JOURNAL, by);
            migration.approve(Stage.LIVE, by);
        }
        List<String> reasons = migration.preflight();
        if (!reasons.isEmpty()) {
            return errand.refused(reasons);
        }
        errand.report().say("nothing stands against it");
        errand.report().reasons(reasons);
        return Outcome.DONE;
    }

    static Outcome status(Errand errand) {
        Report report = errand.report();
        MigrationStatus status = errand.migration().status();
        String stage = status.stage().map(Stage::name).orElse("UNKNOWN");
        String authority = status.authority().map(Side::name).orElse("NONE");
        report.fact("stage", stage);
        report.fact("authority", authority);
        report.fact("generation", status.generation());
        report.fact("backfill", status.backfilled().name().toLowerCase(Locale.ROOT));
        report.fact("verification", status.verified().name().toLowerCase(Locale.ROOT));
        report.say(
                "%s: %s, authority %s, generation %d",
                errand.migration().name(), stage, authority, status.generation());
        for (Side side : Side.values()) {
            tell(status.sides().of(side), status.isLost(side), report);
        }
        report.say(
                "backfill complete: %s; verification clean: %s",
                status.backfilled().name().toLowerCase(Locale.ROOT),
                status.verified().name().toLowerCase(Locale.ROOT));
        return status.unreached().isEmpty() ? Outcome.DONE : Outcome.UNREACHABLE;
    }

    private static void tell(OneSide side, boolean lost, Report report) {
        String name = side.side().name();
        String key = name.toLowerCase(Locale.ROOT) + ".";
        StringJoiner line = new StringJoiner("; ", name + ": ", "");
        report.fact(key + "reached", side.isReached());
        ControlRow row = side.row();
        if (row != null) {
            report.fact(key + "role", row.role());
            report.fact(key + "handover", row.handover());
            report.fact(key + "lost", lost);
            line.add(row.role() + " at handover " + row.handover() + (lost ? ", lost" : ""));
        }
        Backlog backlog = side.backlog();
        if (backlog != null) {
            report.fact(key + "open", backlog.open());
            report.fact(key + "quarantined", backlog.quarantined());
            report.fact(key + "ranges", backlog.ranges());
            report.fact(key + "oldest.ms", backlog.oldest().toMillis());
            line.add(text(backlog));
        }
        if (side.unconfirmed() >= 0) {
            report.fact(key + "recheck", side.unconfirmed());
            line.add(String.format(
                    Locale.ROOT,
                    "%,d%s to recheck",
                    side.unconfirmed(),
                    side.unconfirmed() == Survey.MOST_COUNTED ? " or more" : ""));
        }
        String trouble = side.trouble();
        if (trouble != null) {
            report.fact(key + "trouble", trouble);
            line.add(trouble);
        }
        report.say("%s", line);
    }

    private static String text(Backlog backlog) {
        return backlog.isEmpty()
                ? "no open intents"
                : String.format(
                        Locale.ROOT,
                        "%,d open intents, %,d quarantined, the oldest for %s",
                        backlog.open(),
                        backlog.quarantined(),
                        Report.text(backlog.oldest()));
    }

    static Outcome unreconciled(Errand errand) throws Exception {
        Migration migration = errand.migration();
        closeWhatWasLost(migration);
        if (!(migration instanceof Reconcilable reconcilable)) {
            return errand.refused(List.of("the stores of " + migration.name()
                    + " cannot tell what a lost target has accepted; verify once it follows again"));
        }
        List<Unreconciled> lost;
        try {
            lost = reconcilable.unreconciled(errand.arguments().most());
        } catch (IllegalStateException notLost) {
            throw new RefusedException(notLost);
        }
        Report report = errand.report();
        report.fact("unreconciled", lost.size());
        for (int at = 0; at < lost.size(); at++) {
            Unreconciled each = lost.get(at);
            report.fact("unreconciled." + (at + 1) + ".record", each.record());
            report.fact("unreconciled." + (at + 1) + ".age.ms", each.age().toMillis());
            report.say("- %s, changed there %s ago", each.record(), Report.text(each.age()));
        }
        report.say(
                lost.isEmpty()
                        ? "nothing is left to reconcile; readopt the target"
                        : "take each over or drop it, with takeFromLost or dropFromLost, then readopt the target");
        return lost.isEmpty() ? Outcome.DONE : Outcome.DIFFERENT;
    }

    /** A target that has come back is closed before anything is read there; another thread may be at it already. */
    private static void closeWhatWasLost(Migration migration) throws InterruptedException {
        for (int look = 0; look < MOST_LOOKS; look++) {
            migration.refresh();
            OneSide target = migration.status().sides().target();
            ControlRow row = target.row();
            if (row == null || row.role() == Role.CLOSED || !migration.status().isLost(Side.TARGET)) {
                return;
            }
            Thread.sleep(BETWEEN_LOOKS.toMillis());
        }
    }
}
