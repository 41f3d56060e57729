package io.dualwrite.command;

import io.dualwrite.repair.Discrepancy;
import io.dualwrite.repair.MigrationStatus;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import io.dualwrite.repair.VerifyRequest;
import io.dualwrite.repair.VerifyScope;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.store.RecordType;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The commands that compare both sides. */
final class Comparisons {
    private Comparisons() {}

    static Outcome verify(Errand errand) throws Exception {
        int stop = errand.arguments().stop();
        return pass(
                errand,
                request(
                        errand,
                        stop == 0
                                ? VerifyRequest.of(VerifyPolicy.REPORT)
                                : VerifyRequest.of(VerifyPolicy.STOP).stoppingAfter(stop)));
    }

    static Outcome repair(Errand errand) throws Exception {
        VerifyRequest request = request(errand, VerifyRequest.of(VerifyPolicy.REPAIR));
        Outcome outcome = Outcome.DIFFERENT;
        int passes = errand.arguments().passes();
        for (int pass = 1; pass <= passes && outcome == Outcome.DIFFERENT; pass++) {
            errand.report().fact("pass", pass);
            outcome = pass(errand, request);
        }
        if (outcome == Outcome.DIFFERENT) {
            errand.report().say("still different after %d passes: mend the cause, then repair again", passes);
        }
        return outcome;
    }

    /** What is to be looked at; nothing has been touched yet when it makes no sense. */
    private static VerifyRequest request(Errand errand, VerifyRequest everything) throws UsageException {
        Arguments arguments = errand.arguments();
        Report report = errand.report();
        VerifyRequest asked = everything;
        if (arguments.has(Option.IN_DATABASES)) {
            report.fact("summed", true);
            asked = everything.inTheDatabases();
        }
        String type = arguments.value(Option.TYPE);
        if (type != null) {
            RecordRange range = range(errand, type);
            report.fact("scope", "range");
            report.say("only %s%s", type, range.first() == null && range.last() == null ? "" : ", and of that a range");
            return asked.within(range);
        }
        if (arguments.sample() > 0) {
            long seed = arguments.seed();
            report.fact("scope", "sample");
            report.fact("seed", seed);
            report.say("only a sample; --seed %d picks the same again", seed);
            return everything.sample(arguments.sample(), seed);
        }
        if (arguments.recent() > 0) {
            report.fact("scope", "recent");
            report.say("only records that were transferred and not confirmed since");
            return everything.recent(arguments.recent());
        }
        report.fact("scope", "everything");
        return asked;
    }

    private static RecordRange range(Errand errand, String name) throws UsageException {
        List<RecordType<?, ?>> types = errand.migration().recordTypes();
        for (RecordType<?, ?> type : types) {
            if (type.name().equals(name)) {
                try {
                    return type.betweenTexts(
                            errand.arguments().value(Option.FROM),
                            errand.arguments().value(Option.TO));
                } catch (IllegalArgumentException noKey) {
                    throw new UsageException(String.valueOf(noKey.getMessage()));
                }
            }
        }
        throw new UsageException("There is no record type " + name + "; there are "
                + types.stream().map(RecordType::name).collect(Collectors.joining(", ")));
    }

    private static Outcome pass(Errand errand, VerifyRequest request) throws Exception {
        VerifyReport found = Started.watched(errand, Comparisons::againstVerification, migration -> {
            try {
                return migration.verify(request);
            } catch (UnsupportedOperationException notSummed) {
                throw new RefusedException(String.valueOf(notSummed.getMessage()));
            }
        });
        Report report = errand.report();
        tell(found, report);
        int most = errand.arguments().most();
        tellFields(found.fields(), most, report);
        List<Discrepancy> samples = found.samples();
        int listed = Math.min(samples.size(), most);
        report.fact("differences", listed);
        for (int at = 0; at < listed; at++) {
            tell(samples.get(at), "difference." + (at + 1), report);
        }
        return found.scope() instanceof VerifyScope.Everything ? outcome(found.isClean()) : outcome(found.isEqual());
    }

    private static Outcome outcome(boolean equal) {
        return equal ? Outcome.DONE : Outcome.DIFFERENT;
    }

    private static void tell(VerifyReport found, Report report) {
        report.fact("origin.records", found.rows().origin());
        report.fact("target.records", found.rows().target());
        report.fact("complete", found.complete());
        report.fact("overtaken", found.overtaken());
        report.fact("candidates", found.candidates());
        report.fact("confirmed", found.confirmed());
        found.kinds().forEach((kind, count) -> report.fact(kind.name().toLowerCase(Locale.ROOT), count));
        report.fact("repaired", found.repaired());
        report.fact("ms", found.took().toMillis());
        report.fact("rate", Math.round(found.rowsPerSecond()));
        report.say(
                "compared %,d records of the origin with %,d of the target in %s: %,d differ, %,d repaired",
                found.rows().origin(),
                found.rows().target(),
                Report.text(found.took()),
                found.confirmed(),
                found.repaired());
        if (found.confirmed() > 0) {
            report.say("by kind: %s", counts(found.kinds(), Integer.MAX_VALUE));
        }
        RecordId stopped = found.stoppedAt();
        if (stopped != null) {
            report.fact("stopped", stopped);
            report.say("stopped at %s; nothing beyond it was looked at", stopped);
        } else if (!found.complete()) {
            report.say(
                    found.scope() instanceof VerifyScope.Recent
                            ? "there may be more of them than were asked for"
                            : "a side listed nothing although it is not empty: this proves nothing");
        }
        if (found.overtaken()) {
            report.say("a difference was confirmed elsewhere meanwhile: this proves nothing, run it again");
        }
    }

    private static void tellFields(Map<String, Long> fields, int most, Report report) {
        Iterator<Map.Entry<String, Long>> each = fields.entrySet().iterator();
        int listed = Math.min(fields.size(), most);
        report.fact("fields", listed);
        for (int at = 1; at <= listed; at++) {
            Map.Entry<String, Long> field = each.next();
            report.fact("field." + at + ".name", field.getKey());
            report.fact("field." + at + ".records", field.getValue());
        }
        if (listed > 0) {
            report.say("by field: %s%s", counts(fields, most), fields.size() > listed ? ", and others" : "");
        }
    }

    /** Those that are not zero, in their order. */
    private static String counts(Map<?, Long> counts, int most) {
        return counts.entrySet().stream()
                .filter(each -> each.getValue() > 0)
                .limit(most)
                .map(each -> String.format(Locale.ROOT, "%,d %s", each.getValue(), each.getKey()))
                .collect(Collectors.joining(", "));
    }

    private static void tell(Discrepancy difference, String key, Report report) {
        String fields = String.join(",", difference.fields());
        report.fact(key + ".record", difference.record());
        report.fact(key + ".kind", difference.kind());
        report.fact(key + ".fields", fields);
        report.say("- %s %s%s", difference.kind(), difference.record(), fields.isEmpty() ? "" : " in " + fields);
    }

    private static @Nullable String againstVerification(MigrationStatus now) {
        boolean follows = now.stage().filter(at -> at.write().followed()).isPresent();
        return follows && now.authority().isPresent()
                ? null
                : "a verification runs at DUAL_WRITE, SHADOW, LIVE or RAMP_DOWN; the stage is " + Started.stage(now);
    }
}
