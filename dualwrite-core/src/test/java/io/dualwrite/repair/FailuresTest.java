package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailuresTest {
    @ParameterizedTest
    @CsvSource({
        "40001, CONTENTION",
        "40P01, CONTENTION",
        "55P03, CONTENTION",
        "HYT00, CONTENTION",
        "08006, OUTAGE",
        "42P01, OUTAGE",
        "42S02, OUTAGE",
        "53300, OUTAGE",
        "57P01, OUTAGE",
        "58030, OUTAGE",
        "90067, OUTAGE",
        "90121, OUTAGE",
        "90001, UNKNOWN",
        "01000, REJECTED",
        "21S01, REJECTED",
        "22001, REJECTED",
        "23505, REJECTED",
        "44000, REJECTED",
        "HY000, UNKNOWN",
        "P0001, UNKNOWN",
        "2, UNKNOWN"
    })
    void anSqlStateTellsWhoseFaultItIs(String state, Failures expected) {
        assertThat(Failures.of(new SQLException("text", state))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"1020", "1205", "1213"})
    void mariaDbsGeneralErrorsAreContentionByTheirNumber(int code) {
        assertThat(Failures.of(new SQLTransientConnectionException("waited", "HY000", code)))
                .isEqualTo(Failures.CONTENTION);
    }

    @ParameterizedTest
    @CsvSource({"1021", "1114", "1290", "1836"})
    void aFullOrReadOnlyMariaDbIsAnOutage(int code) {
        assertThat(Failures.of(new SQLException("read-only", "HY000", code))).isEqualTo(Failures.OUTAGE);
    }

    @Test
    void aRecordThatIsTooLargeConcernsNoOther() {
        final class MaxAllowedPacketException extends IOException {
            private static final long serialVersionUID = 1;
        }
        assertThat(Failures.of(new SQLException("row size too large", "42000", 1118)))
                .isEqualTo(Failures.REJECTED);
        assertThat(Failures.of(new SQLException("packet too large", "08S01", 1153)))
                .isEqualTo(Failures.REJECTED);
        assertThat(Failures.of(new SQLException("packet too big", "08000", new MaxAllowedPacketException())))
                .isEqualTo(Failures.REJECTED);
    }

    @Test
    void aGeneralErrorIsNoOutageWhateverClassTheDriverGivesIt() {
        assertThat(Failures.of(new SQLTransientConnectionException("no default value", "HY000", 1364)))
                .isEqualTo(Failures.UNKNOWN);
    }

    @Test
    void withoutAStateTheClassOfTheExceptionTells() {
        assertThat(Failures.of(new SQLTransientConnectionException("pool"))).isEqualTo(Failures.OUTAGE);
        assertThat(Failures.of(new SQLRecoverableException("gone"))).isEqualTo(Failures.OUTAGE);
        assertThat(Failures.of(new SQLTimeoutException("late"))).isEqualTo(Failures.OUTAGE);
        assertThat(Failures.of(new SQLException("text"))).isEqualTo(Failures.UNKNOWN);
    }

    @Test
    void theFirstCauseThatSaysSomethingDecides() {
        SQLException value = new SQLException("value", "22001", new java.io.IOException("underneath"));

        assertThat(Failures.of(new RuntimeException(new IllegalStateException(value))))
                .isEqualTo(Failures.REJECTED);
    }

    @Test
    void aRingOfCausesEnds() {
        Exception first = new Exception("first");
        Exception second = new Exception("second", first);
        first.initCause(second);

        assertThat(Failures.of(first)).isEqualTo(Failures.UNKNOWN);
    }
}
