package io.dualwrite.control.ramp;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A store that cannot be reached while the outage is 1, and that takes no change while it is 2. */
record FailingStore(RampStore behind, AtomicInteger outage) implements RampStore {
    private static final int NOTHING = 1;
    static final int NO_CHANGE = 2;

    private RampStore reached() throws SQLException {
        if (outage.get() == NOTHING) {
            throw new SQLException("no route", "08001");
        }
        return behind;
    }

    @Override
    public RampState read(String migration) throws Exception {
        return reached().read(migration);
    }

    @Override
    public boolean change(String migration, RampState from, RampState to, RampEntry entry) throws Exception {
        if (outage.get() == NO_CHANGE) {
            throw new SQLException("read only", "25006");
        }
        return reached().change(migration, from, to, entry);
    }

    @Override
    public void report(String migration, NodeReport report) throws Exception {
        reached().report(migration, report);
    }

    @Override
    public List<NodeReport> reports(String migration, long epoch) throws Exception {
        return reached().reports(migration, epoch);
    }

    @Override
    public List<RampEntry> audit(String migration) throws Exception {
        return reached().audit(migration);
    }
}
