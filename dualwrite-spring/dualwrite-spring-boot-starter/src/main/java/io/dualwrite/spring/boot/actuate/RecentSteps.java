package io.dualwrite.spring.boot.actuate;

import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.StageHeld;
import io.dualwrite.event.MigrationEvent.StageMoved;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.spring.boot.actuate.MigrationDescription.Step;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last steps of a migration, and those that were refused, as this node noticed them. Thread-safe. */
final class RecentSteps implements MigrationListener {
    private static final int MOST = 50;

    private final Clock clock;
    private final Deque<Step> steps = new ArrayDeque<>();

    RecentSteps(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void on(MigrationEvent event) {
        if (event instanceof StageMoved moved) {
            note(moved.from().name(), moved.to().name(), List.of());
        } else if (event instanceof StageHeld held) {
            note(held.at().name(), held.wish().name(), held.reasons());
        }
    }

    private synchronized void note(String from, String to, List<String> refused) {
        steps.addFirst(new Step(clock.instant().toString(), from, to, refused));
        if (steps.size() > MOST) {
            steps.removeLast();
        }
    }

    /** The newest first. */
    synchronized List<Step> newestFirst() {
        return List.copyOf(steps);
    }
}
