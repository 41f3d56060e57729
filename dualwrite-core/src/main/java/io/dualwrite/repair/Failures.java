package io.dualwrite.repair;

import io.dualwrite.journal.CallInProgressException;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What a failed transfer says about its cause. Looks through the chain of causes at SQL states and exception classes. */
enum Failures {
    /** Somebody was in the way (deadlock, lock time-out, serialization): try again at once, it is nobody's fault. */
    CONTENTION,
    /** The store is not there, or does not answer: it concerns every record alike. */
    OUTAGE,
    /** The store answered that it does not take this value: it concerns the record. */
    REJECTED,
    /** Nobody but a person can do anything about the record. */
    GIVEN_UP,
    /** Nothing can be said. */
    UNKNOWN;

    /** PostgreSQL: a column that it numbers itself was to be changed. */
    private static final String POSTGRES_GENERATED_ALWAYS = "428C9";

    /** H2: connection broken, database closing or closed, input/output error, out of memory. */
    private static final Set<String> H2_GONE = Set.of("90067", "90098", "90121", "90031", "90028", "90108");

    /** MariaDB and MySQL, where these have the general state HY000: record changed since read, lock wait time-out, deadlock. */
    private static final Set<Integer> MARIADB_CONTENTION = Set.of(1020, 1205, 1213);

    /** The same two, where the whole store is full or takes no writes. */
    private static final Set<Integer> MARIADB_OUTAGE = Set.of(1021, 1114, 1290, 1836);

    /** MariaDB and MySQL, where it is one record that is too large, whatever their state says of the connection. */
    private static final Set<Integer> MARIADB_TOO_LARGE = Set.of(1118, 1153);

    /** The same as their drivers say it, which do not even send it. */
    private static final Set<String> TOO_LARGE_TO_SEND = Set.of("MaxAllowedPacketException", "PacketTooBigException");

    static Failures of(Throwable thrown) {
        return isTooLarge(thrown) ? REJECTED : firstOf(thrown);
    }

    private static boolean isTooLarge(Throwable thrown) {
        int depth = 0;
        for (Throwable at = thrown; at != null && depth++ < 20; at = at.getCause()) {
            if (TOO_LARGE_TO_SEND.contains(at.getClass().getSimpleName())
                    || (at instanceof SQLException sql
                            && Set.of("42000", "08S01").contains(String.valueOf(sql.getSQLState()))
                            && MARIADB_TOO_LARGE.contains(sql.getErrorCode()))) {
                return true;
            }
        }
        return false;
    }

    private static Failures firstOf(Throwable thrown) {
        int depth = 0;
        for (Throwable at = thrown; at != null && depth++ < 20; at = at.getCause()) {
            Failures found = ofOne(at);
            if (found != UNKNOWN) {
                return found;
            }
        }
        return UNKNOWN;
    }

    private static Failures ofOne(Throwable at) {
        if (at instanceof CallInProgressException || at instanceof ReplayCarrier.RecordBusyException) {
            return CONTENTION;
        }
        if (at instanceof ReplayCarrier.CallsMissedException) {
            return GIVEN_UP;
        }
        if (at instanceof SQLException sql) {
            Failures byState = byState(sql.getSQLState(), sql.getErrorCode());
            if (byState != UNKNOWN) {
                return byState;
            }
        }
        if (at instanceof SQLException sql
                && sql.getSQLState() != null
                && sql.getSQLState().startsWith("HY")) {
            // MariaDB's driver makes a transient connection failure of every general error, rejected values too.
            return UNKNOWN;
        }
        boolean outage = at instanceof IOException
                || at instanceof TimeoutException
                || at instanceof SQLTimeoutException
                || at instanceof SQLTransientConnectionException
                || at instanceof SQLRecoverableException;
        return outage ? OUTAGE : UNKNOWN;
    }

    private static Failures byState(@Nullable String state, int code) {
        if (state == null || state.length() < 2) {
            return UNKNOWN;
        }
        if (state.equals(POSTGRES_GENERATED_ALWAYS)) {
            return REJECTED;
        }
        return switch (state.substring(0, 2)) {
            case "40" -> CONTENTION;
            case "55" -> CONTENTION;
            case "HY" -> general(state, code);
            case "08", "42", "53", "57", "58" -> OUTAGE;
            case "90" -> H2_GONE.contains(state) ? OUTAGE : UNKNOWN;
            // MariaDB's warning that a value was cut, where it is an error.
            case "01", "21", "22", "23", "44" -> REJECTED;
            default -> UNKNOWN;
        };
    }

    private static Failures general(String state, int code) {
        if (state.equals("HYT00") || MARIADB_CONTENTION.contains(code)) {
            return CONTENTION;
        }
        return MARIADB_OUTAGE.contains(code) ? OUTAGE : UNKNOWN;
    }
}
