package io.dualwrite.pairings;

import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.repair.HandoverSettings;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Three tables in two databases of whatever engines: accounts under a text key with a unique address, entries of accounts
 * under a composite key, and tallies under a number. On the target everything but the tallies has other names.
 */
final class Bank implements AutoCloseable {
    record Account(String code, String mail, BigDecimal balance, boolean open, Instant since) {}

    record EntryKey(UUID book, int line) {}

    record Entry(EntryKey key, String account, String note) {}

    record Tally(Long id, long amount) {}

    static final Table<Account, String> ACCOUNTS = Jdbc.table("account", Account.class, String.class)
            .key(Account::code)
            .to("accounts_v2")
            .keyColumns("code")
            .targetKeyColumns("account_code")
            .mapping(
                    row -> row.rename("code", "account_code").rename("mail", "address"),
                    row -> row.rename("account_code", "code").rename("address", "mail"));

    static final Table<Entry, EntryKey> ENTRIES = Jdbc.table("entry", Entry.class, EntryKey.class)
            .key(Entry::key)
            .to("entries_v2")
            .keyColumns("book", "line")
            .targetKeyColumns("book_id", "line_no")
            .references(ACCOUNTS, "account", "account_code")
            .mapping(
                    row -> row.rename("book", "book_id")
                            .rename("line", "line_no")
                            .rename("account", "account_code"),
                    row -> row.rename("book_id", "book")
                            .rename("line_no", "line")
                            .rename("account_code", "account"));

    static final Table<Tally, Long> TALLIES =
            Jdbc.table("tally", Tally.class, Long.class).key(Tally::id);

    private final Sides<HikariDataSource> pools;
    private final Sides<HikariDataSource> ownPools;
    final JdbcMigration migration;

    Bank(Engine origin, Engine target) throws SQLException {
        Sides<Engine> engines = new Sides<>(origin, target);
        Sides<DataSource> databases = Sides.each(side -> engines.of(side).database());
        pools = Sides.each(side -> Engine.pool(databases.of(side), 8));
        ownPools = Sides.each(side -> Engine.pool(databases.of(side), 6));
        for (Side side : Side.values()) {
            create(side, engines.of(side));
        }
        migration = Jdbc.migration("bank", pools.origin(), pools.target())
                .ownPools(ownPools.origin(), ownPools.target())
                .records(ENTRIES, ACCOUNTS, TALLIES)
                .createTables(true)
                .attestedBy("this test")
                // Writers that are no faster than the relay, on however slow a machine.
                .waitForCopy(Duration.ofSeconds(1))
                .copyDeadline(Duration.ofSeconds(30))
                .writersWait(Duration.ofMinutes(1))
                .handover(HandoverSettings.defaults().withBudget(Duration.ofSeconds(20)))
                .build();
    }

    private void create(Side side, Engine engine) throws SQLException {
        Names names = Names.of(side);
        run(
                side,
                "create table " + names.accounts() + " (" + names.code() + " varchar(60) primary key, " + names.mail()
                        + " varchar(80) unique, balance decimal(20, 4) not null, open boolean not null, since "
                        + engine.instant() + ")",
                "create table " + names.entries() + " (" + names.book() + " uuid, " + names.line() + " integer, "
                        + names.account() + " varchar(60) not null, note varchar(200), primary key (" + names.book()
                        + ", " + names.line() + "), foreign key (" + names.account() + ") references "
                        + names.accounts() + " (" + names.code() + "))",
                "create table tally (id bigint primary key, amount bigint not null)");
    }

    /** Runs statements past the library, each in a commit of its own. */
    void run(Side side, String... statements) throws SQLException {
        try (Connection connection = pools.of(side).getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** How the tables and their columns are called on a side. */
    record Names(String accounts, String code, String mail, String entries, String book, String line, String account) {
        static Names of(Side side) {
            return side == Side.ORIGIN
                    ? new Names("account", "code", "mail", "entry", "book", "line", "account")
                    : new Names(
                            "accounts_v2",
                            "account_code",
                            "address",
                            "entries_v2",
                            "book_id",
                            "line_no",
                            "account_code");
        }
    }

    /** Everything on a side, read past the library: by record, its values. */
    Map<String, String> contents(Side side) throws SQLException {
        Names names = Names.of(side);
        Map<String, String> contents = new TreeMap<>();
        try (Connection connection = pools.of(side).getConnection();
                Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery("select " + names.code() + ", " + names.mail()
                    + ", balance, open, since from " + names.accounts())) {
                while (row.next()) {
                    Timestamp since = row.getTimestamp(5);
                    contents.put(
                            "account " + row.getString(1),
                            values(row.getString(2), row.getBigDecimal(3), row.getBoolean(4), since.toInstant()));
                }
            }
            try (ResultSet row = statement.executeQuery("select " + names.book() + ", " + names.line() + ", "
                    + names.account() + ", note from " + names.entries())) {
                while (row.next()) {
                    contents.put(
                            "entry " + row.getString(1) + " " + row.getInt(2),
                            row.getString(3) + " | " + row.getString(4));
                }
            }
            try (ResultSet row = statement.executeQuery("select id, amount from tally")) {
                while (row.next()) {
                    contents.put("tally " + row.getLong(1), String.valueOf(row.getLong(2)));
                }
            }
        }
        return contents;
    }

    static String values(String mail, BigDecimal balance, boolean open, Instant since) {
        return mail + " | " + balance.stripTrailingZeros().toPlainString() + " | " + open + " | " + since;
    }

    @Override
    public void close() {
        migration.close();
        for (Side side : Side.values()) {
            ownPools.of(side).close();
            pools.of(side).close();
        }
    }
}
