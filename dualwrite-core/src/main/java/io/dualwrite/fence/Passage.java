package io.dualwrite.fence;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One thread's calls in flight through one gate, counted without a lock: that thread alone writes the count, whoever wants
 * to change the row reads it. Begun and ended by that thread; a call begun within another one is counted too.
 */
public final class Passage extends PaddedThread {
    private static final VarHandle DEPTH;

    static {
        try {
            DEPTH = MethodHandles.lookup().findVarHandle(Passage.class, "depth", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final Gate gate;
    private int depth;
    private int version;

    Passage(Thread thread, Gate gate) {
        super(thread);
        this.gate = gate;
    }

    Gate gate() {
        return gate;
    }

    /** Counts one call more, begun at this version of the row. */
    void begin(int rowVersion) {
        int before = depth;
        if (before == 0) {
            version = rowVersion;
            // A constant, here and at the end, so that no call waits for the processor to read back what the last one
            // wrote.
            DEPTH.setRelease(this, 1);
        } else {
            DEPTH.setRelease(this, before + 1);
        }
    }

    /** Ends the call that was begun last. */
    public void end() {
        int before = depth;
        if (before == 1) {
            DEPTH.setRelease(this, 0);
        } else {
            DEPTH.setRelease(this, before - 1);
        }
    }

    /** Whether the row has changed since the call began; asked before its end. */
    public boolean isOvertaken() {
        return gate.version() != version;
    }

    /** Whether its thread is in a call that began at this version of the row; asked by that thread. */
    boolean isWithin(int rowVersion) {
        return depth != 0 && version == rowVersion;
    }

    /** Whether its thread is in a call, and still there to end it; asked by any thread. */
    boolean isInFlight() {
        return (int) DEPTH.getVolatile(this) != 0 && isTaken();
    }

    /** Whether its thread may call again; asked by any thread. */
    boolean isTaken() {
        Thread thread = get();
        return thread != null && thread.isAlive();
    }
}
