package io.dualwrite.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;

/** A table of ten columns of the usual types, and the scan that a bare program makes of it. */
record Wide(long id) {
    /** Creates the table with so many rows, the same each time, as the server itself makes them. */
    static void fill(DataSource database, String table, long rows) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            boolean postgres = isPostgres(connection);
            statement.execute("create table " + table + " (id bigint primary key, customer varchar(40) not null,"
                    + " note varchar(200), quantity integer not null, price decimal(12,2) not null,"
                    + " weight double precision, active " + (postgres ? "boolean" : "bit(1)") + " not null, created "
                    + (postgres ? "timestamp(6)" : "datetime(6)") + " not null, due date, token uuid not null)");
            statement.execute("insert into " + table + (postgres ? ofPostgres(rows) : ofMariaDb(rows)));
            statement.execute((postgres ? "vacuum analyze " : "analyze table ") + table);
        }
    }

    private static String ofPostgres(long rows) {
        return " select n, 'client ' || md5(n::text), case when n % 10 > 0 then 'note of ' || repeat(md5(n::text), 2) end,"
                + " n % 1000, (n % 100000) / 100.0, n / 7.0::float8, n % 3 = 0,"
                + " timestamp '2020-01-01 00:00:00' + n * interval '1.000001 s', date '2020-01-01' + (n % 1000)::integer,"
                + " md5(n::text)::uuid from generate_series(1, " + rows + ") as s(n)";
    }

    /** With UUIDs that say what version they are of: MariaDB takes few others. */
    private static String ofMariaDb(long rows) {
        return " select seq, concat('client ', md5(seq)), if(seq % 10 > 0, concat('note of ', repeat(md5(seq), 2)), null),"
                + " seq % 1000, (seq % 100000) / 100, seq / 7e0, seq % 3 = 0,"
                + " timestamp '2020-01-01 00:00:00' + interval seq * 1000001 microsecond,"
                + " date '2020-01-01' + interval (seq % 1000) day,"
                + " insert(insert(md5(seq), 13, 1, '4'), 17, 1, '8') from seq_1_to_" + rows;
    }

    private static boolean isPostgres(Connection connection) throws SQLException {
        return connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
    }

    /** Reads every column of every row as a typed value. Returns how many rows there were. */
    static long scan(DataSource database, String table, int fetchRows) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            long rows = 0;
            int seen = 0;
            try (PreparedStatement statement = connection.prepareStatement("select * from " + table)) {
                statement.setFetchSize(fetchRows);
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        rows++;
                        seen += Objects.hash(values(row));
                    }
                }
            }
            connection.commit();
            if (seen == Integer.MIN_VALUE) {
                // Whatever comes out, the compiler must not leave the reading away.
                System.out.println();
            }
            return rows;
        }
    }

    private static Object[] values(ResultSet row) throws SQLException {
        return new Object[] {
            row.getLong(1),
            row.getString(2),
            row.getString(3),
            row.getInt(4),
            row.getBigDecimal(5),
            row.getDouble(6),
            row.getBoolean(7),
            row.getObject(8, LocalDateTime.class),
            row.getObject(9, LocalDate.class),
            row.getObject(10, UUID.class)
        };
    }
}
