package io.dualwrite.control.ramp;

import io.dualwrite.control.evidence.Alarm;
import io.dualwrite.control.evidence.Evidence;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One process's own limit on what the copy may do: five failures in a row, or more bad answers than a budget explains. Needs
 * neither store nor other nodes, and decides on the thread of the bad answer. Thread-safe; takes a lock for bad answers only.
 */
final class Tripwire {
    static final int FAILURES_IN_A_ROW = 5;
    /** Less than what the fleet allows itself, since there are many nodes. */
    private static final double IN_VAIN = 0.001;

    private final Map<Gate.Measure, Alarm> alarms = new EnumMap<>(Gate.Measure.class);
    private final AtomicInteger failuresInARow = new AtomicInteger();
    private final boolean countsFailures;

    Tripwire(List<Gate> gates) {
        for (Gate gate : gates) {
            if (gate instanceof Gate.ReadGate reads && gate.critical()) {
                alarms.put(reads.measure(), new Alarm(reads.yardstick(), IN_VAIN));
            }
        }
        countsFailures = alarms.containsKey(Gate.Measure.ERRORS);
    }

    void answered() {
        if (failuresInARow.get() != 0) {
            failuresInARow.set(0);
        }
    }

    /** Why the copy must be asked no more after this bad answer; null when it may. */
    @Nullable String bad(Gate.Measure measure, Evidence soFar) {
        if (measure == Gate.Measure.ERRORS && countsFailures && failuresInARow.incrementAndGet() >= FAILURES_IN_A_ROW) {
            return FAILURES_IN_A_ROW + " failures in a row";
        }
        Alarm alarm = alarms.get(measure);
        if (alarm == null) {
            return null;
        }
        synchronized (alarm) {
            return alarm.rings(soFar)
                    ? measure + ": " + (long) soFar.bad() + " of " + (long) soFar.all() + " on this node"
                    : null;
        }
    }

    /** Counting has begun at zero again. */
    void restart() {
        failuresInARow.set(0);
        for (Alarm alarm : alarms.values()) {
            synchronized (alarm) {
                alarm.restart();
            }
        }
    }
}
