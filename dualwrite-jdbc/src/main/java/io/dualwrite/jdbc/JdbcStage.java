package io.dualwrite.jdbc;

import io.dualwrite.flag.StageSource;
import io.dualwrite.stage.Stage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Wishes kept in a table, for applications without a service for feature flags: one row per migration, in any database that
 * all nodes reach. Asked in the background like every flag; while it cannot be read, the last good wish stays. Thread-safe;
 * blocks on that database, a few seconds at most per statement where its driver obeys.
 */
public final class JdbcStage implements StageSource {
    private static final int SECONDS = 5;

    private final DataSource database;
    private final String migration;

    private JdbcStage(DataSource database, String migration) {
        this.database = database;
        this.migration = migration;
    }

    /** The wish for this migration in that database's table, which {@link #createTable} or {@link #ddl} makes. */
    public static JdbcStage of(DataSource database, String migration) {
        return new JdbcStage(
                Objects.requireNonNull(database, "database"), Objects.requireNonNull(migration, "migration"));
    }

    /** The table's DDL, harmless when it is there. */
    public static String ddl() {
        return "create table if not exists dualwrite_wish"
                + " (migration varchar(100) primary key, stage varchar(20) not null)";
    }

    /** Creates the table unless it is there. */
    public void createTable() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(ddl());
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
        }
    }

    @Override
    public @Nullable Stage wish() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement select =
                        connection.prepareStatement("select stage from dualwrite_wish where migration = ?")) {
            select.setQueryTimeout(SECONDS);
            select.setString(1, migration);
            String wish;
            try (ResultSet row = select.executeQuery()) {
                wish = row.next() ? row.getString(1) : null;
            }
            if (!connection.getAutoCommit()) {
                // Given back within its transaction, it might show the next one who asks what it showed this one.
                connection.rollback();
            }
            return wish == null ? null : Stage.parse(wish);
        }
    }

    /**
     * Wishes for a stage, in a transaction of its own. Repeating it changes nothing.
     *
     * @throws IllegalArgumentException for a stage that is only passed through
     * @throws SQLException also when somebody else has wished at the very same moment; look at what holds now
     */
    public void wish(Stage stage) throws SQLException {
        String name = StageSource.wishable(stage).flagName();
        try (Connection connection = database.getConnection()) {
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(false);
            try {
                execute(connection, "delete from dualwrite_wish where migration = ?", migration);
                execute(connection, "insert into dualwrite_wish (migration, stage) values (?, ?)", migration, name);
                connection.commit();
            } catch (SQLException failure) {
                connection.rollback();
                throw failure;
            } finally {
                connection.setAutoCommit(autoCommit);
            }
        }
    }

    private static void execute(Connection connection, String sql, String... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setQueryTimeout(SECONDS);
            for (int at = 0; at < values.length; at++) {
                statement.setString(at + 1, values[at]);
            }
            statement.executeUpdate();
        }
    }
}
