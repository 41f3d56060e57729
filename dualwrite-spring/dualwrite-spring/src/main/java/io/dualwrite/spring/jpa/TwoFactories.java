package io.dualwrite.spring.jpa;

import io.dualwrite.stage.Side;
import jakarta.persistence.EntityManagerFactory;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Both sides' factories. The target's is made when it can be: an application starts without its copy. Thread-safe; making it
 * blocks on the target's database.
 */
final class TwoFactories implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TwoFactories.class);

    private final EntityManagerFactory origin;
    private final Supplier<EntityManagerFactory> making;
    private volatile @Nullable EntityManagerFactory target;
    private boolean closed;

    TwoFactories(EntityManagerFactory origin, Supplier<EntityManagerFactory> making) {
        this.origin = origin;
        this.making = making;
    }

    EntityManagerFactory origin() {
        return origin;
    }

    EntityManagerFactory of(Side side) {
        return side == Side.ORIGIN ? origin : target();
    }

    /** Makes the target's if its database is there; otherwise that is tried again when it is needed. */
    void tryTarget() {
        try {
            target();
        } catch (RuntimeException unreachable) {
            LOG.warn(
                    "The target's persistence unit cannot be made now ({}); it is made when it is needed",
                    unreachable.getClass().getName());
        }
    }

    boolean hasTarget() {
        return target != null;
    }

    private EntityManagerFactory target() {
        EntityManagerFactory known = target;
        return known == null ? made() : known;
    }

    private synchronized EntityManagerFactory made() {
        if (closed) {
            throw new IllegalStateException("The persistence units are closed");
        }
        EntityManagerFactory known = target;
        if (known == null) {
            known = making.get();
            target = known;
        }
        return known;
    }

    @Override
    public synchronized void close() {
        closed = true;
        EntityManagerFactory known = target;
        try {
            if (known != null) {
                known.close();
            }
        } finally {
            origin.close();
        }
    }
}
