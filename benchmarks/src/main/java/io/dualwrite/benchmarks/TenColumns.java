package io.dualwrite.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.Table;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A table as applications have them: a number for a key, and nine columns of other types, one of them often null. */
public final class TenColumns {
    public static final String ORIGIN = "parcel";
    public static final String TARGET = "parcel_v2";
    public static final List<String> COLUMNS =
            List.of("id", "customer", "email", "status", "cents", "weight", "placed", "delivered", "express", "remark");

    private static final int ROWS_AT_ONCE = 5_000;

    private TenColumns() {}

    /** Its rows in Java. */
    public record Parcel(
            Long id,
            String customer,
            String email,
            String status,
            long cents,
            BigDecimal weight,
            LocalDateTime placed,
            LocalDate delivered,
            boolean express,
            String remark) {}

    public static Table<Parcel, Long> declared() {
        return Jdbc.table(ORIGIN, Parcel.class, Long.class)
                .key(Parcel::id)
                .keyColumns("id")
                .to(TARGET);
    }

    public static void create(DataSource pool, String table) throws SQLException {
        execute(
                pool,
                "create table " + table
                        + " (id bigint primary key, customer varchar(40) not null, email varchar(60) not null,"
                        + " status varchar(10) not null, cents bigint not null, weight decimal(10, 3) not null,"
                        + " placed timestamp(6) not null default current_timestamp(6), delivered date,"
                        + " express boolean not null, remark varchar(200))");
    }

    /** Whether the pool leads to PostgreSQL; otherwise it is MariaDB. */
    public static boolean isPostgres(HikariDataSource pool) {
        return pool.getJdbcUrl().startsWith("jdbc:postgresql");
    }

    public static void execute(DataSource pool, String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    public static void fill(DataSource pool, long rows) throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement insert = connection.prepareStatement(insert(ORIGIN))) {
            connection.setAutoCommit(false);
            for (long id = 1; id <= rows; id++) {
                bind(insert, 1, id);
                insert.addBatch();
                if (id % ROWS_AT_ONCE == 0 || id == rows) {
                    insert.executeBatch();
                    connection.commit();
                }
            }
            connection.setAutoCommit(true);
        }
    }

    /** Inserts a row, or replaces the one with its key. */
    public static String upsert(HikariDataSource pool, String table) {
        List<String> others = COLUMNS.subList(1, COLUMNS.size());
        return isPostgres(pool)
                ? insert(table) + " on conflict (id) do update set "
                        + others.stream()
                                .map(column -> column + " = excluded." + column)
                                .collect(Collectors.joining(", "))
                : insert(table) + " on duplicate key update "
                        + others.stream()
                                .map(column -> column + " = values(" + column + ")")
                                .collect(Collectors.joining(", "));
    }

    public static String insert(String table) {
        return "insert into " + table + " (" + String.join(", ", COLUMNS) + ") values ("
                + COLUMNS.stream().map(column -> "?").collect(Collectors.joining(", ")) + ")";
    }

    /** Binds the row with this id, from that parameter on. */
    static void bind(PreparedStatement insert, int from, long id) throws SQLException {
        int at = from;
        for (Object value : values(id)) {
            insert.setObject(at++, value);
        }
    }

    /** The values of the row with this id. */
    static List<@Nullable Object> values(long id) {
        return Arrays.asList(
                id,
                "Customer " + id % 9_973,
                "customer" + id % 9_973 + "@shop.example",
                id % 7 == 0 ? "returned" : "delivered",
                id * 37 % 100_000,
                BigDecimal.valueOf(id * 13 % 40_000, 3),
                LocalDateTime.of(2026, 1, 1, 0, 0).plusSeconds(id * 31),
                id % 5 == 0 ? null : LocalDate.of(2026, 1, 3).plusDays(id % 300),
                id % 3 == 0,
                id % 4 == 0 ? null : "Leave it with the neighbour at number " + id % 211);
    }

    /** Binds the result's current row as it comes, each column as what the driver makes of it. */
    public static void copy(ResultSet from, PreparedStatement to) throws SQLException {
        for (int at = 1; at <= COLUMNS.size(); at++) {
            to.setObject(at, from.getObject(at));
        }
    }
}
