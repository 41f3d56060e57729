package io.dualwrite.spring.boot.actuate;

import io.dualwrite.stage.Stage;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is said along with an order to what operates a migration; each order says what it needs of it.
 *
 * @param by who answers for it
 * @param stage where to
 * @param id of which incident, action item or rule
 * @param yes an answer
 * @param told texts by what they are about: why, what, state, actions, next, estimate, owner, due
 */
record ControlOrder(
        @Nullable String by,
        @Nullable Stage stage,
        @Nullable String id,
        @Nullable Boolean yes,
        Map<String, String> told) {
    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_TEXT = 500;

    /** @throws OrderRefusedException when something of it cannot be put into a log */
    ControlOrder {
        told = Map.copyOf(told);
        plain("by", by, LONGEST_NAME);
        plain("id", id, LONGEST_NAME);
        told.forEach((what, text) -> plain(what, text, what.equals("owner") ? LONGEST_NAME : LONGEST_TEXT));
    }

    /** Who answers for it. */
    String answering() {
        return needed("by", by, "say who answers for it");
    }

    /** Who gave the order, as far as is known. */
    String whoever() {
        return by == null || by.isBlank() ? "somebody" : by;
    }

    /** Which incident, action item or rule. */
    String subject() {
        return needed("id", id, "say which one");
    }

    Stage goal() {
        if (stage == null) {
            throw OrderRefusedException.wrong(
                    "say which stage: \"stage\" is one of dual-write, shadow, live, ramp-down, complete");
        }
        return stage;
    }

    boolean answer() {
        if (yes == null) {
            throw OrderRefusedException.wrong("say \"yes\": true or false");
        }
        return yes;
    }

    /** A text that the order needs. */
    String text(String what) {
        return needed(what, told.get(what), "say \"" + what + "\"");
    }

    /** A text that the order can do without. */
    String text(String what, String otherwise) {
        return told.getOrDefault(what, otherwise);
    }

    /** The end of the day that is named as due, in UTC. */
    Instant due() {
        try {
            return LocalDate.parse(text("due"))
                    .plusDays(1)
                    .atStartOfDay(ZoneOffset.UTC)
                    .toInstant();
        } catch (DateTimeParseException wrong) {
            throw OrderRefusedException.wrong("\"due\" is a day, such as 2026-12-01");
        }
    }

    private static String needed(String what, @Nullable String text, String say) {
        if (text == null || text.isBlank()) {
            throw OrderRefusedException.wrong(say + ": \"" + what + "\"");
        }
        return text;
    }

    private static void plain(String what, @Nullable String text, int longest) {
        if (text != null && (text.length() > longest || text.chars().anyMatch(Character::isISOControl))) {
            throw OrderRefusedException.wrong(
                    "\"" + what + "\" has at most " + longest + " characters and no control characters");
        }
    }
}
