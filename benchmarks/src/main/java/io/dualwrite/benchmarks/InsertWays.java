package io.dualwrite.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.stage.Side;
import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * Ways to bring rows that are not there into a table, a thousand in each transaction, beside a batch of plain inserts.
 * Arguments: the engine ({@code POSTGRES} or {@code MARIADB}), rows, rounds.
 */
public final class InsertWays {
    private static final int AT_ONCE = 1_000;
    private static final int ROWS_OF_A_STATEMENT = 125;
    private static final String PLAIN = "a batch of inserts";

    private final HikariDataSource pool;
    private final long rows;

    private InsertWays(HikariDataSource pool, long rows) {
        this.pool = pool;
        this.rows = rows;
    }

    /** Brings the rows from this id on. */
    @FunctionalInterface
    private interface Way {
        void bring(Connection connection, long first) throws SQLException, IOException;
    }

    /** Prints how many rows a second each way brings, and its ratio to the plain one. */
    public static void main(String[] args) {
        Verdict.exit(() -> {
            Backends backend = Backends.valueOf(args.length > 0 ? args[0] : "POSTGRES");
            long rows = args.length > 1 ? Long.parseLong(args[1]) : 200_000;
            int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 5;
            HikariDataSource pool = Pools.of(backend.databases(), 2).of(Side.TARGET);
            TenColumns.create(pool, TenColumns.TARGET);
            return new InsertWays(pool, rows).run(backend, rounds);
        });
    }

    private boolean run(Backends backend, int rounds) throws Exception {
        Map<String, Way> ways = new LinkedHashMap<>();
        ways.put(PLAIN, batch(TenColumns.insert(TenColumns.TARGET), 1));
        ways.put("inserts of many rows", batch(TenColumns.insert(TenColumns.TARGET), ROWS_OF_A_STATEMENT));
        ways.put("a batch of upserts", batch(TenColumns.upsert(pool, TenColumns.TARGET), 1));
        ways.put("upserts of many rows", batch(TenColumns.upsert(pool, TenColumns.TARGET), ROWS_OF_A_STATEMENT));
        if (TenColumns.isPostgres(pool)) {
            ways.put("COPY into a temporary table, and an upsert from there", this::staged);
        }
        Map<String, List<Double>> ratios = new LinkedHashMap<>();
        for (int round = 0; round <= rounds; round++) {
            double plain = 0;
            for (Map.Entry<String, Way> way : ways.entrySet()) {
                double rate = rate(way.getValue());
                plain = way.getKey().equals(PLAIN) ? rate : plain;
                System.out.printf(
                        "%s %s: %,.0f rows/s%n", round == 0 ? "warming up" : "round " + round, way.getKey(), rate);
                if (round > 0) {
                    ratios.computeIfAbsent(way.getKey(), key -> new ArrayList<>())
                            .add(rate / plain);
                }
            }
        }
        Bounds bounds = new Bounds();
        ratios.forEach((way, each) -> bounds.told(
                backend + ", " + way + " / " + PLAIN,
                each.stream().mapToDouble(Double::doubleValue).toArray()));
        return bounds.print();
    }

    private double rate(Way way) throws SQLException, IOException {
        TenColumns.execute(pool, "truncate table " + TenColumns.TARGET);
        if (TenColumns.isPostgres(pool)) {
            TenColumns.execute(pool, "checkpoint");
        }
        long begun = System.nanoTime();
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            for (long first = 1; first <= rows; first += AT_ONCE) {
                way.bring(connection, first);
                connection.commit();
            }
            connection.setAutoCommit(true);
        }
        return rows / ((System.nanoTime() - begun) / 1e9);
    }

    private static Way batch(String insert, int rowsOfAStatement) {
        String row = insert.substring(insert.indexOf("(?"), insert.indexOf(')', insert.indexOf('?')) + 1);
        String sql = insert.replace(
                " values " + row,
                " values "
                        + IntStream.range(0, rowsOfAStatement)
                                .mapToObj(each -> row)
                                .collect(Collectors.joining(", ")));
        return (connection, first) -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (long id = first; id < first + AT_ONCE; ) {
                    for (int at = 0; at < rowsOfAStatement; at++) {
                        TenColumns.bind(statement, 1 + at * TenColumns.COLUMNS.size(), id++);
                    }
                    statement.addBatch();
                }
                statement.executeBatch();
            }
        };
    }

    private void staged(Connection connection, long first) throws SQLException, IOException {
        String columns = String.join(", ", TenColumns.COLUMNS);
        try (var statement = connection.createStatement()) {
            statement.execute("create temporary table if not exists staged (like " + TenColumns.TARGET
                    + ") on commit delete rows");
        }
        CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
        copy.copyIn("copy staged (" + columns + ") from stdin", new StringReader(text(first)));
        String upsert = TenColumns.upsert(pool, TenColumns.TARGET);
        String tail = upsert.substring(upsert.indexOf(" on conflict"));
        try (PreparedStatement merge = connection.prepareStatement(
                "insert into " + TenColumns.TARGET + " (" + columns + ") select " + columns + " from staged" + tail)) {
            merge.executeUpdate();
        }
    }

    /** The rows as COPY takes them. */
    private static String text(long first) {
        StringBuilder text = new StringBuilder();
        for (long id = first; id < first + AT_ONCE; id++) {
            List<String> values = new ArrayList<>();
            for (Object value : TenColumns.values(id)) {
                values.add(value == null ? "\\N" : value.toString());
            }
            text.append(String.join("\t", values)).append('\n');
        }
        return text.toString();
    }
}
