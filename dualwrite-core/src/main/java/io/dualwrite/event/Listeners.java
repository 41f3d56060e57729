package io.dualwrite.event;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells several listeners, one after the other, and lets nothing they do reach the thread they are called on: whatever they
 * throw is caught and logged once per kind, and the thread's interrupt flag stays set when it was. Thread-safe.
 */
public final class Listeners implements MigrationListener {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);
    private static final int KINDS_REMEMBERED = 100;

    private final List<MigrationListener> listeners;
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    public Listeners(List<MigrationListener> listeners) {
        this.listeners = new CopyOnWriteArrayList<>(listeners);
    }

    /** Tells this one too, after those that were there before, until the subscription is closed. */
    public Subscription add(MigrationListener more) {
        // Of its own, so that ending one subscription of a listener leaves its others.
        Added added = new Added(more);
        listeners.add(added);
        return () -> listeners.removeIf(each -> each == added);
    }

    @Override
    public void on(MigrationEvent event) {
        for (MigrationListener listener : listeners) {
            boolean interrupted = Thread.currentThread().isInterrupted();
            try {
                listener.on(event);
            } catch (Throwable thrown) {
                interrupted |= thrown instanceof InterruptedException;
                report(listener, thrown);
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private record Added(MigrationListener listener) implements MigrationListener {
        @Override
        public void on(MigrationEvent event) {
            listener.on(event);
        }
    }

    private void report(MigrationListener told, Throwable thrown) {
        MigrationListener listener = told instanceof Added added ? added.listener : told;
        String who = listener.getClass().getName();
        if (logged.size() < KINDS_REMEMBERED
                && logged.add(who + thrown.getClass().getName())) {
            // Without its message, which may quote what the event is about.
            LOG.warn(
                    "Listener {} threw {}; the migration goes on, and this kind is not logged again",
                    who,
                    Fault.of(thrown));
        }
    }
}
