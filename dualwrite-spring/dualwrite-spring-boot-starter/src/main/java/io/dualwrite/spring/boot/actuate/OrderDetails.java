package io.dualwrite.spring.boot.actuate;

import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Stage;
import org.jspecify.annotations.Nullable;

/**
 * What is said along with an order.
 *
 * @param stage where to go, of {@link Order#MOVE}
 * @param by who answers for it
 * @param why for the log, and for whoever looks while it is held
 * @param policy what to do about differences, of {@link Order#VERIFY}
 */
record OrderDetails(
        @Nullable Stage stage,
        @Nullable String by,
        @Nullable String why,
        @Nullable VerifyPolicy policy) {
    private static final int LONGEST = 200;

    /** @throws OrderRefusedException when names and reasons cannot be put into a log */
    OrderDetails {
        plain("by", by);
        plain("why", why);
    }

    /** @throws OrderRefusedException when nobody answers for it */
    String answering() {
        if (by == null || by.isBlank()) {
            throw OrderRefusedException.wrong("say who answers for it: \"by\"");
        }
        return by;
    }

    /** Who gave the order, as far as is known. */
    String whoever() {
        return by == null || by.isBlank() ? "somebody" : by;
    }

    private static void plain(String what, @Nullable String text) {
        if (text != null && (text.length() > LONGEST || text.chars().anyMatch(Character::isISOControl))) {
            throw OrderRefusedException.wrong(
                    "\"" + what + "\" has at most " + LONGEST + " characters and no control characters");
        }
    }
}
