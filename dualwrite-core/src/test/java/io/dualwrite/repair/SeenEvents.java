package io.dualwrite.repair;

import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers every event. Thread-safe. */
public final class SeenEvents implements MigrationListener {
    private final List<MigrationEvent> events = new CopyOnWriteArrayList<>();

    @Override
    public void on(MigrationEvent event) {
        events.add(event);
    }

    /** The events of one kind so far, in order. */
    public <E extends MigrationEvent> List<E> of(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
