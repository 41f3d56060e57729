package io.dualwrite.control.health;

import io.dualwrite.control.health.HealthCheck.Answer;
import io.dualwrite.control.sql.SqlTables;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import javax.sql.DataSource;

/**
 * Whether this node's clock and another one's tell the same time. The library decides nothing by a time of day; timers of
 * incidents, and people who read logs of several nodes, do.
 */
public final class ClockChecks {
    private ClockChecks() {}

    /** Tells the time somewhere else. */
    @FunctionalInterface
    public interface Elsewhere {
        Instant now() throws Exception;
    }

    /**
     * A check beside a clock: DEGRADED, never DOWN, when they are further apart than that, whatever the answer took on its way.
     *
     * @param most how far apart they may be; zero or more
     */
    public static HealthCheck clock(
            String name, Elsewhere elsewhere, Duration most, Duration slowAfter, Duration within) {
        return clock(name, elsewhere, most, slowAfter, within, Clock.systemUTC());
    }

    static HealthCheck clock(
            String name, Elsewhere elsewhere, Duration most, Duration slowAfter, Duration within, Clock here) {
        if (most.isNegative()) {
            throw new IllegalArgumentException("Clocks are zero or more apart, not " + most);
        }
        return new HealthCheck(name, false, slowAfter, within, () -> {
            Instant asked = here.instant();
            Instant there = elsewhere.now();
            Instant answered = here.instant();
            // It was told at some moment in between: only what lies outside is certain.
            Duration ahead = Duration.between(answered, there);
            Duration behind = Duration.between(there, asked);
            Duration apart = ahead.compareTo(behind) > 0 ? ahead : behind;
            return apart.compareTo(most) > 0
                    ? Answer.degraded("this node's clock is " + (ahead.isNegative() ? "ahead" : "behind") + " by "
                            + apart.toMillis() + " ms or more")
                    : Answer.UP;
        });
    }

    /** A database's clock. */
    public static Elsewhere database(DataSource source) {
        SqlTables tables = new SqlTables(source);
        return () -> tables.inTransaction(connection -> {
            String product = connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
            return told(connection, product.contains("mariadb") || product.contains("mysql"));
        });
    }

    private static Instant told(Connection connection, boolean mariaDb) throws SQLException {
        // As a number: a timestamp would be read in the session's time zone.
        String sql = mariaDb
                ? "select unix_timestamp(current_timestamp(6))"
                : "select extract(epoch from current_timestamp)";
        BigDecimal seconds =
                SqlTables.list(connection, row -> row.getBigDecimal(1), sql).get(0);
        return Instant.ofEpochMilli(seconds.movePointRight(3).longValue());
    }
}
