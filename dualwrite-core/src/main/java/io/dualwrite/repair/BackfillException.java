package io.dualwrite.repair;

import java.time.Duration;

/** A backfill gave up after its chunks had failed for too long. What is done stays done; run again to go on. */
public final class BackfillException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BackfillException(String type, long rows, Duration patience, Throwable cause) {
        super(
                "The backfill of " + type + " stopped after " + rows + " records: no chunk got through for " + patience
                        + ". Mend the cause and run it again; it goes on from its checkpoint.",
                cause);
    }
}
