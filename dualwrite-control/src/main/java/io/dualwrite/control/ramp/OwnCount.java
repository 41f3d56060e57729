package io.dualwrite.control.ramp;

import io.dualwrite.control.evidence.Evidence;

/**
 * What this node has counted for one of the application's own gates since an epoch began. Asked by one thread.
 */
sealed interface OwnCount {
    /** Reads what there is now; afterwards {@link #evidence} is up to date. */
    void look(long nanos, boolean ramped) throws Exception;

    Evidence evidence();

    /** Why there is nothing to say although it was asked; empty when there is. */
    String missing();

    /** Counts from zero on. */
    void restart();

    static OwnCount of(Gate.ShareGate gate) {
        return new Share(gate);
    }

    static OwnCount of(Gate.CountGate gate) {
        return new Count(gate);
    }

    /** How much a count that only grows has grown since it was last read; after a restart of it, from zero. */
    final class Growth {
        private double last = Double.NaN;

        /** NaN when it says nothing, or was never read before. */
        double until(double now) {
            double grown = now < last ? now : now - last;
            last = now;
            return grown;
        }
    }

    /** Bad ones among all. */
    final class Share implements OwnCount {
        private final Gate.ShareGate gate;
        private final Growth bad = new Growth();
        private final Growth all = new Growth();
        private Evidence evidence = Evidence.NONE;
        private boolean silent = true;

        private Share(Gate.ShareGate gate) {
            this.gate = gate;
        }

        @Override
        public void look(long nanos, boolean ramped) throws Exception {
            // A counter that nobody has counted with does not exist yet; of bad ones that means none.
            double badNow = gate.bad().now();
            double more = bad.until(Double.isNaN(badNow) ? 0 : badNow);
            double total = all.until(gate.all().now());
            silent = Double.isNaN(total);
            if (!silent && !Double.isNaN(more)) {
                evidence = evidence.plus(new Evidence(Math.min(more, total), total));
            }
        }

        @Override
        public Evidence evidence() {
            return evidence;
        }

        @Override
        public String missing() {
            return silent ? "no data" : "";
        }

        @Override
        public void restart() {
            evidence = Evidence.NONE;
        }
    }

    /** Events beside those that were to be expected. */
    final class Count implements OwnCount {
        private static final double MINUTE = 60e9;
        private static final double FADES_BEYOND = 60 * MINUTE;

        private final Gate.CountGate gate;
        private final Growth growth = new Growth();
        private Evidence evidence = Evidence.NONE;
        private double usual;
        private double watched;
        private long lastLook;
        private boolean silent = true;

        private Count(Gate.CountGate gate) {
            this.gate = gate;
        }

        @Override
        public void look(long nanos, boolean ramped) throws Exception {
            double more = growth.until(gate.count().now());
            silent = Double.isNaN(more);
            double passed = nanos - lastLook;
            lastLook = nanos;
            if (silent) {
                return;
            }
            if (ramped) {
                if (isKnown()) {
                    evidence = evidence.plus(new Evidence(more, perNano() * passed));
                }
            } else {
                boolean fades = watched > FADES_BEYOND;
                usual = (fades ? usual / 2 : usual) + more;
                watched = (fades ? watched / 2 : watched) + passed;
            }
        }

        private boolean isKnown() {
            return !Double.isNaN(gate.perMinute()) || watched >= gate.baseline().toNanos() && usual > 0;
        }

        private double perNano() {
            return Double.isNaN(gate.perMinute()) ? usual / watched : gate.perMinute() / MINUTE;
        }

        @Override
        public Evidence evidence() {
            return evidence;
        }

        @Override
        public String missing() {
            if (silent) {
                return "no data";
            }
            return isKnown()
                    ? ""
                    : "nobody knows what is usual: watch it for " + gate.baseline() + " with no read ramped";
        }

        @Override
        public void restart() {
            evidence = Evidence.NONE;
        }
    }
}
