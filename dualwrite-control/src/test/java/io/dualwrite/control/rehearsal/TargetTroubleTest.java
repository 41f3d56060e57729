package io.dualwrite.control.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.control.TwoDatabases;
import io.dualwrite.store.Store;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each trouble is really met, by databases and by stores, and is over when it is over. */
@Timeout(60)
class TargetTroubleTest {
    private final TargetTrouble trouble = new TargetTrouble();

    @FunctionalInterface
    private interface Call {
        void make() throws Exception;
    }

    private static void fails(Call call, String sqlState) {
        assertThatThrownBy(call::make)
                .isInstanceOfSatisfying(
                        SQLException.class,
                        thrown -> assertThat(thrown.getSQLState()).isEqualTo(sqlState));
    }

    private void is(TargetTrouble.Kind kind, Call call) throws Exception {
        trouble.now(new TargetTrouble.None());
        call.make();
        assertThat(trouble.met()).isZero();
        trouble.now(kind);
        if (kind instanceof TargetTrouble.Delay delay) {
            long begun = System.nanoTime();
            call.make();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(delay.longer());
        } else {
            fails(call, "08006");
        }
        assertThat(trouble.met()).isEqualTo(1);
        trouble.now(new TargetTrouble.None());
        call.make();
    }

    @Test
    void statementsOfADatabaseMeetIt() throws Exception {
        try (TwoDatabases databases = new TwoDatabases(1)) {
            DataSource shaken = trouble.on(databases.target);
            try (Connection connection = shaken.getConnection();
                    Statement statement = connection.createStatement();
                    PreparedStatement prepared = connection.prepareStatement("select 1")) {
                for (TargetTrouble.Kind kind : new TargetTrouble.Kind[] {
                    new TargetTrouble.Delay(Duration.ofMillis(20)),
                    new TargetTrouble.Errors(1),
                    new TargetTrouble.Outage()
                }) {
                    is(kind, () -> statement.executeQuery("select 1").close());
                    is(kind, () -> prepared.executeQuery().close());
                }
            }
            trouble.now(new TargetTrouble.Outage());
            fails(() -> shaken.getConnection().close(), "08001");
            assertThat(trouble.met()).isEqualTo(1);
        }
    }

    @Test
    void callsOfAStoreMeetIt() throws Exception {
        Map<Long, String> items = new ConcurrentHashMap<>();
        Store<String, Long> shaken =
                trouble.on(Store.<String, Long>of(items::get, text -> items.put(1L, text), items::remove));
        for (TargetTrouble.Kind kind : new TargetTrouble.Kind[] {
            new TargetTrouble.Delay(Duration.ofMillis(20)), new TargetTrouble.Errors(1), new TargetTrouble.Outage()
        }) {
            is(kind, () -> shaken.save("text"));
            is(kind, () -> assertThat(shaken.find(1L)).isEqualTo("text"));
            is(kind, () -> shaken.delete(1L));
        }
    }

    @Test
    void everyNthCallFailsAndNoOther() throws Exception {
        Store<String, Long> shaken = trouble.on(Store.<String, Long>of(key -> "text", text -> {}, key -> {}));
        trouble.now(new TargetTrouble.Errors(3));
        for (int round = 0; round < 3; round++) {
            shaken.find(1L);
            shaken.find(1L);
            fails(() -> shaken.find(1L), "08006");
        }
        assertThat(trouble.met()).isEqualTo(3);
    }
}
