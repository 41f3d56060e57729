package io.dualwrite.fence;

import io.dualwrite.stage.ControlRow;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where calls pass a fence that need neither lock nor intents, and are counted while they are in flight. Each thread counts
 * at a place of its own, found by the thread's number; one whose place is another living thread's does not pass. Thread-safe;
 * never blocks. Opened and shut by the fence only, under its lock.
 */
final class Gate {
    private static final VarHandle PLACES = MethodHandles.arrayElementVarHandle(Passage[].class);

    private final @Nullable Passage[] places;
    private volatile @Nullable ControlRow open;
    private volatile int version;

    /** With so many places, a power of two. */
    Gate(int places) {
        this.places = new Passage[places];
    }

    /** The row while calls may pass, else null. */
    @Nullable ControlRow open() {
        return open;
    }

    /** Counts the changes of the row. */
    int version() {
        return version;
    }

    void open(ControlRow row) {
        open = row;
    }

    void shut() {
        open = null;
    }

    /** Notes that the row has changed; while shut. */
    void changed() {
        version++;
    }

    /**
     * Counts a call of the calling thread's. The count is written without waiting until every processor sees it, which would
     * cost more than all the rest; why that is enough is said where the row is changed.
     *
     * @return null, counting nothing, when calls do not pass
     */
    @Nullable Passage pass() {
        ControlRow seen = open;
        Passage passage = mine();
        if (passage == null) {
            return null;
        }
        if (seen != null) {
            passage.begin(version);
            // Costs no processor anything, and keeps the compiler from looking before counting.
            VarHandle.acquireFence();
            if (open == seen) {
                return passage;
            }
            passage.end();
        }
        return passWithin(passage);
    }

    /** A change that waits for this thread's outer call must not keep the inner one waiting. */
    private @Nullable Passage passWithin(Passage passage) {
        int now = version;
        if (!passage.isWithin(now)) {
            return null;
        }
        passage.begin(now);
        return passage;
    }

    /** Whether the calling thread is in a call that passed here. */
    boolean isPassing() {
        Passage passage = mine();
        return passage != null && passage.isWithin(version);
    }

    /** Those in flight now. */
    List<Passage> inFlight() {
        List<Passage> inFlight = new ArrayList<>();
        for (int place = 0; place < places.length; place++) {
            Passage there = (Passage) PLACES.getVolatile(places, place);
            if (there != null && there.isInFlight()) {
                inFlight.add(there);
            }
        }
        return inFlight;
    }

    private @Nullable Passage mine() {
        Thread thread = Thread.currentThread();
        int place = (int) thread.getId() & places.length - 1;
        // Read as it comes: what refers to this thread was put there by this thread.
        Passage there = places[place];
        return there != null && there.refersTo(thread) ? there : take(place, thread);
    }

    private @Nullable Passage take(int place, Thread thread) {
        Passage there = (Passage) PLACES.getVolatile(places, place);
        if (there != null && there.isTaken()) {
            return null;
        }
        Passage mine = new Passage(thread, this);
        return PLACES.compareAndSet(places, place, there, mine) ? mine : null;
    }
}
