package io.dualwrite.event;

import io.dualwrite.event.MigrationEvent.AuthorityForced;
import io.dualwrite.event.MigrationEvent.BacklogMeasured;
import io.dualwrite.event.MigrationEvent.CallMissed;
import io.dualwrite.event.MigrationEvent.FellBack;
import io.dualwrite.event.MigrationEvent.FlagFailed;
import io.dualwrite.event.MigrationEvent.HandoverStuck;
import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.event.MigrationEvent.Progress;
import io.dualwrite.event.MigrationEvent.Quarantined;
import io.dualwrite.event.MigrationEvent.ServerChanged;
import io.dualwrite.event.MigrationEvent.ShadowCompared;
import io.dualwrite.event.MigrationEvent.ShadowFailed;
import io.dualwrite.event.MigrationEvent.ShadowShed;
import io.dualwrite.event.MigrationEvent.StageHeld;
import io.dualwrite.event.MigrationEvent.TransferFailed;
import io.dualwrite.event.MigrationEvent.Transferred;
import io.dualwrite.event.MigrationEvent.VerificationMeasured;
import io.dualwrite.event.MigrationEvent.WaitedOut;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes events to SLF4J under {@code io.dualwrite.migration.<name>}. What a person should look at is WARN or ERROR, what a
 * person did or waits for is INFO, how far a long job is, every half minute, too, and the rest DEBUG. A failure that repeats itself is WARN once and DEBUG until another kind
 * or a success comes between. Keys are redacted and there are no contents. Thread-safe.
 */
public final class LoggingListener implements MigrationListener {
    private final Logger log;
    private final Map<Class<?>, String> lastFailure = new ConcurrentHashMap<>();
    private final ProgressLines lines;

    public LoggingListener(String migration) {
        this(migration, System::nanoTime);
    }

    /** With another clock than this machine's, in nanoseconds. */
    public LoggingListener(String migration, LongSupplier nanos) {
        this.lines = new ProgressLines(nanos);
        this.log = LoggerFactory.getLogger("io.dualwrite.migration." + migration);
    }

    @Override
    public void on(MigrationEvent event) {
        if (event instanceof Progress progress && lines.isDue(progress)) {
            log.info("{}", ProgressLines.line(progress));
        } else {
            log.atLevel(level(event)).log("{}", event);
        }
    }

    private Level level(MigrationEvent event) {
        boolean alarming = event instanceof Quarantined
                || event instanceof CallMissed
                || event instanceof MismatchConfirmed
                || event instanceof HandoverStuck
                || event instanceof AuthorityForced
                || event instanceof ServerChanged;
        if (alarming) {
            return Level.ERROR;
        }
        if (event instanceof Transferred) {
            lastFailure.remove(TransferFailed.class);
            return Level.DEBUG;
        }
        String failure = failure(event);
        if (failure != null) {
            return failure.equals(lastFailure.put(event.getClass(), failure)) ? Level.DEBUG : Level.WARN;
        }
        boolean routine = event instanceof BacklogMeasured
                || event instanceof ShadowCompared compared && compared.equal()
                || event instanceof VerificationMeasured
                || event instanceof Progress;
        return routine ? Level.DEBUG : Level.INFO;
    }

    /** What makes two failures of one event the same news; null for an event that is no failure. */
    private static @Nullable String failure(MigrationEvent event) {
        if (event instanceof TransferFailed failed) {
            return failed.fault().kind();
        }
        if (event instanceof ShadowFailed failed) {
            return failed.fault().kind();
        }
        if (event instanceof FellBack back) {
            return back.fault().kind();
        }
        if (event instanceof FlagFailed failed) {
            return failed.fault().kind();
        }
        if (event instanceof StageHeld held) {
            return held.at() + " " + held.wish();
        }
        if (event instanceof ShadowCompared compared && !compared.equal()) {
            return compared.operation() + compared.fields();
        }
        return event instanceof WaitedOut || event instanceof ShadowShed ? "" : null;
    }
}
