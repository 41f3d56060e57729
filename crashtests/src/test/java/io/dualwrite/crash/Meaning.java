package io.dualwrite.crash;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a statement of a node is for, told from its text: enough to name the places between two of them. */
record Meaning(String what, boolean changes) {
    private static final Pattern RECORDS = Pattern.compile("\\bitem(_v2)?\\b");

    private record Known(Pattern text, String what, boolean changes) {
        static Known reading(String text, String what) {
            return new Known(Pattern.compile(text, Pattern.DOTALL), what, false);
        }

        static Known changing(String text, String what) {
            return new Known(Pattern.compile(text, Pattern.DOTALL), what, true);
        }
    }

    private static final List<Known> KNOWN = List.of(
            Known.reading("pg_advisory_xact_lock_shared", "hold the fence"),
            Known.reading("pg_advisory_xact_lock\\(\\(?cast", "close the fence"),
            Known.reading("from .?dualwrite_control.*(for share|lock in share mode)", "hold the fence"),
            Known.reading("from .?dualwrite_control.*for update", "lock the control row"),
            Known.changing("^insert into .?dualwrite_journal", "intent"),
            Known.changing("^update .?dualwrite_journal.*attempts", "postponement"),
            Known.changing("^update .?dualwrite_journal", "claim"),
            Known.changing("^delete .*dualwrite_journal", "removal of intents"),
            Known.reading("^select.*dualwrite_journal.*record_key.? in", "look for intents"),
            Known.reading("dualwrite_stripe.*for update", "lock the stripes"),
            Known.changing("^(insert|merge|replace).*dualwrite_recheck", "note to recheck"),
            Known.changing("^delete .*dualwrite_recheck", "removal from recheck"),
            Known.changing("^(insert|update|merge|replace).*dualwrite_checkpoint", "checkpoint"));

    /** Null for a statement that is nothing to stop at. */
    static @Nullable Meaning of(String sql, Map<Integer, Object> values) {
        String text = sql.strip().toLowerCase(Locale.ROOT);
        if (text.matches("(?s)^update .?dualwrite_control.*")) {
            return new Meaning("control row " + values.get(1) + "/" + values.get(2), true);
        }
        for (Known each : KNOWN) {
            if (each.text().matcher(text).find()) {
                return new Meaning(each.what(), each.changes());
            }
        }
        if (!RECORDS.matcher(text).find()) {
            return null;
        }
        if (text.startsWith("select *")) {
            return new Meaning("read records", false);
        }
        return text.startsWith("select") ? null : new Meaning("records", true);
    }
}
