package io.dualwrite.jdbc;

import io.dualwrite.repair.RelaySettings;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.h2.jdbcx.JdbcConnectionPool;

/** The customers of a shop over two H2 files, opened anew and closed for good each time. */
final class FileShop implements AutoCloseable {
    /** What a killed process has claimed is soon free for the next. */
    private static final RelaySettings SOON_FREE = new RelaySettings(
            100, Duration.ofSeconds(2), Duration.ofMillis(100), Duration.ofMillis(100), Duration.ofSeconds(1), 10);

    final Sides<JdbcConnectionPool> pools;
    final Sides<TestDatabase> databases;
    final JdbcMigration migration;

    /** Opens the files of a folder, with these settings in the address of each side. */
    FileShop(Path folder, Sides<String> settings) {
        pools = Sides.each(side -> JdbcConnectionPool.create(
                "jdbc:h2:file:" + folder.resolve(side.name()).toAbsolutePath() + settings.of(side), "sa", ""));
        databases = Sides.each(side -> new TestDatabase(Engine.H2, pools.of(side)));
        migration = Jdbc.migration("files", pools.origin(), pools.target())
                .records(Shop.CUSTOMERS)
                .createTables(true)
                .attestedBy("this test")
                .relay(SOON_FREE)
                .build();
    }

    /** Safe against a killed process. */
    static FileShop durable(Path folder) {
        return new FileShop(folder, Sides.each(side -> ";WRITE_DELAY=0"));
    }

    void createTables() {
        databases.origin().run("create table customer (id bigint primary key, name varchar(100))");
        databases
                .target()
                .run(
                        "create table customers (id bigint primary key, full_name varchar(100), rating integer default 7)");
    }

    /** Inserts a customer on whichever side has the authority. */
    void insert(long id) throws Exception {
        migration.inTransaction(() -> {
            Side side = migration.currentSide();
            try (Connection connection = migration.dataSource(side).getConnection();
                    PreparedStatement insert = connection.prepareStatement(
                            side == Side.ORIGIN
                                    ? "insert into customer (id, name) values (?, 'c')"
                                    : "insert into customers (id, full_name) values (?, 'c')")) {
                insert.setLong(1, id);
                insert.executeUpdate();
            }
            migration.changed(Shop.CUSTOMERS, id);
        });
    }

    List<String> ids(Side side) {
        return databases
                .of(side)
                .rows("select id from " + (side == Side.ORIGIN ? "customer" : "customers") + " order by id");
    }

    /** Whether nobody has the files open any more is up to H2: it closes a file with its last connection. */
    @Override
    public void close() throws SQLException {
        migration.close();
        for (Side side : Side.values()) {
            pools.of(side).dispose();
        }
    }
}
