package io.dualwrite.control.ramp;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.control.evidence.Evidence;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

class JdbcRampStoreTest extends RampStoreContract {
    private final DataSource source = database();

    static DataSource database() {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:mem:ramp" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        return source;
    }

    @Override
    RampStore store() throws SQLException {
        JdbcRampStore store = new JdbcRampStore(source);
        store.createTables();
        return store;
    }

    @Test
    void tablesThatAreThereAreLeftAlone() throws Exception {
        RampStore store = store();
        store.change(
                "shop",
                RampState.FIRST,
                RampState.FIRST.with(RampPhase.RAMPING, "so"),
                new RampEntry(1, java.time.Instant.EPOCH, "ann", RampPhase.OFF, RampPhase.RAMPING, 0, 1, "so", ""));
        assertThat(store().read("shop").version()).isEqualTo(1);
    }

    @Test
    void nodesThatAreGoneAreForgottenOnceTheirEpochIsOver() throws Exception {
        RampStore store = store();
        store.report("shop", new NodeReport("gone", 0, 1, "", Map.of("errors", new Evidence(1, 1))));
        RampState at = RampState.FIRST;
        for (int change = 0; change < 2; change++) {
            RampState to = at.at(RampPhase.RAMPING, 0, 1, "so");
            store.change(
                    "shop",
                    at,
                    to,
                    new RampEntry(
                            to.version(), java.time.Instant.EPOCH, "ann", at.phase(), to.phase(), 0, 1, "so", ""));
            at = to;
        }
        assertThat(store.reports("shop", 0)).isEmpty();
    }
}
