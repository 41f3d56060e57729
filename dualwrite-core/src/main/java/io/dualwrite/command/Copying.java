package io.dualwrite.command;

import io.dualwrite.Migration;
import io.dualwrite.repair.BackfillPlan;
import io.dualwrite.repair.BackfillReport;
import io.dualwrite.repair.MigrationStatus;
import io.dualwrite.stage.Side;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The command that brings over what was there before. */
final class Copying {
    private Copying() {}

    static Outcome backfill(Errand errand) throws Exception {
        if (errand.arguments().has(Option.DRY_RUN)) {
            return plan(errand);
        }
        BackfillReport done = Started.watched(errand, Copying::againstBackfill, Migration::backfill);
        Report report = errand.report();
        report.fact("records", done.rows());
        report.fact("ms", done.took().toMillis());
        report.say("backfill complete: %,d records, this run took %s", done.rows(), Report.text(done.took()));
        return Outcome.DONE;
    }

    private static Outcome plan(Errand errand) throws Exception {
        Started.refuse(errand, now -> null);
        BackfillPlan plan = errand.migration().planBackfill();
        Report report = errand.report();
        report.fact("types", plan.types().size());
        for (int at = 0; at < plan.types().size(); at++) {
            tell(plan.types().get(at), "type." + (at + 1), report);
        }
        report.fact("chunk.first", plan.firstChunk());
        report.fact("chunk.largest", plan.largestChunk());
        report.fact("chunk.ms", plan.chunkTime().toMillis());
        report.fact("waiting", String.join("; ", plan.waitsFor()));
        plan.waitsFor().forEach(reason -> report.say("it would wait: %s", reason));
        report.say(
                "in chunks of %,d to %,d records, of %s each",
                plan.firstChunk(), plan.largestChunk(), Report.text(plan.chunkTime()));
        if (!plan.obstacles().isEmpty()) {
            return errand.refused(plan.obstacles());
        }
        report.say("nothing stands against it");
        report.reasons(plan.obstacles());
        return Outcome.DONE;
    }

    private static void tell(BackfillPlan.OfType type, String key, Report report) {
        report.fact(key + ".name", type.type());
        report.fact(key + ".estimate", type.records());
        report.fact(key + ".estimate.target", type.onTarget());
        report.fact(key + ".done", type.done());
        report.fact(key + ".ended", type.ended());
        report.say(
                "%s: %s records, %s on the target, %,d brought over%s",
                type.type(),
                about(type.records()),
                about(type.onTarget()),
                type.done(),
                type.ended() ? ", all of them" : "");
    }

    private static String about(long estimate) {
        return estimate < 0 ? "an unknown number of" : String.format(Locale.ROOT, "about %,d", estimate);
    }

    private static @Nullable String againstBackfill(MigrationStatus now) {
        boolean follows = now.stage().filter(at -> at.write().followed()).isPresent();
        return follows && now.authority().filter(Side.ORIGIN::equals).isPresent()
                ? null
                : "a backfill runs at DUAL_WRITE or SHADOW; the stage is " + Started.stage(now);
    }
}
