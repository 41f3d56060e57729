package io.dualwrite.spring.advice;

import io.dualwrite.decorate.Reads;
import io.dualwrite.fence.Pace;
import io.dualwrite.fence.StageMovedException;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.path.ReadPath.Query;
import io.dualwrite.spring.NoTransaction;
import io.dualwrite.spring.ParticipationSettings;
import io.dualwrite.spring.advice.ParticipationAdvice.Call;
import io.dualwrite.spring.capture.ReadingSide;
import io.dualwrite.stage.RecordId;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;

/** How calls from outside of any transaction take part in one migration. Thread-safe; blocks as long as its patience. */
final class Participation {
    private static final Logger LOG = LoggerFactory.getLogger(Participation.class);
    private static final Duration REST = Duration.ofMillis(10);

    private final JdbcMigration migration;
    private final ParticipationSettings settings;
    private final Supplier<PlatformTransactionManager> transactions;
    private final Pace pace = Pace.real();
    private final Map<Method, KeyArgument> keys = new ConcurrentHashMap<>();

    Participation(
            JdbcMigration migration,
            ParticipationSettings settings,
            Supplier<PlatformTransactionManager> transactions) {
        this.migration = migration;
        this.settings = settings;
        this.transactions = transactions;
    }

    /** Makes a call that is one transaction, again if the authority moves away from under it: nothing was committed then. */
    @Nullable Object again(Call call) throws Throwable {
        Pace.Deadline patience = pace.in(settings.patience());
        while (true) {
            try {
                return call.make();
            } catch (Throwable failure) {
                if (!hasMoved(failure) || patience.isOver() || !rested()) {
                    throw failure;
                }
                LOG.debug("Migration {}: the authority has moved, a transaction is run again", migration.name());
            }
        }
    }

    /** False when this thread is to end. */
    private boolean rested() {
        try {
            pace.pause(REST);
            return true;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** As {@link #again}, in a transaction that is begun here; whatever the call throws rolls it back. */
    @Nullable Object inTransaction(Method method, Call call) throws Throwable {
        if (settings.noTransaction() == NoTransaction.REFUSE) {
            throw new IllegalTransactionStateException("Refused " + method.getName() + "(…) of migration '"
                    + migration.name() + "' without a transaction; put @Transactional on it or on its caller");
        }
        return again(() -> begun(method, call));
    }

    private @Nullable Object begun(Method method, Call call) throws Throwable {
        PlatformTransactionManager manager = transactions.get();
        DefaultTransactionDefinition definition = new DefaultTransactionDefinition();
        definition.setName(method.getDeclaringClass().getName() + "." + method.getName());
        TransactionStatus transaction = manager.getTransaction(definition);
        Object result;
        try {
            result = call.make();
        } catch (Throwable failure) {
            try {
                manager.rollback(transaction);
            } catch (RuntimeException more) {
                failure.addSuppressed(more);
            }
            throw failure;
        }
        manager.commit(transaction);
        return result;
    }

    /** Makes a call that only reads, on the side that is to answer it; and later on the other one, to compare. */
    @SuppressWarnings("NullAway") // An answer may be null; a compiled type parameter does not tell.
    @Nullable Object read(Method method, @Nullable Object[] arguments, Reads reads, Call call) throws Throwable {
        RecordId key = keys.computeIfAbsent(method, one -> KeyArgument.of(one, migration.recordTypes()))
                .in(arguments);
        Query query = new Query(method.getName(), key, reads.staleAllowed(), reads.compared());
        try {
            return migration.read(query, side -> ReadingSide.on(side, () -> unwrapped(call)));
        } catch (Carried carried) {
            throw carried.failure;
        }
    }

    private static @Nullable Object unwrapped(Call call) throws Exception {
        try {
            return call.make();
        } catch (Exception | Error failure) {
            throw failure;
        } catch (Throwable other) {
            throw new Carried(other);
        }
    }

    private static boolean hasMoved(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof StageMovedException) {
                return true;
            }
        }
        return false;
    }

    /** Carries what is neither an exception nor an error. */
    private static final class Carried extends Exception {
        private static final long serialVersionUID = 1;

        private final transient Throwable failure;

        Carried(Throwable failure) {
            super(failure);
            this.failure = failure;
        }
    }
}
