package io.dualwrite.pairings;

import io.dualwrite.pairings.Bank.EntryKey;
import io.dualwrite.pairings.Bank.Names;
import io.dualwrite.stage.Side;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes to records that nobody else writes to, and keeps a book of what was acknowledged. Every transaction goes through
 * the library; one that the database rolled back to let another go first is run again, as applications do.
 */
final class Teller implements Runnable {
    /** Keys that differ only in what careless engines do not see. */
    private static final List<String> ENDINGS =
            List.of("", " ", "  ", "a", "A", "ä", "a\u0308", "\uD83D\uDE00", "|", "\\", "'");

    private final Bank bank;
    private final int number;
    private final Random random;
    private final AtomicLong done;
    private final ConcurrentMap<String, String> book;
    private final Map<String, String> mails = new ConcurrentHashMap<>();
    private final List<EntryKey> entries = new ArrayList<>();
    private volatile boolean stopped;
    private volatile Throwable failure;

    /** {@code done} counts acknowledged transactions, {@code book} has what they left behind. */
    Teller(Bank bank, int number, AtomicLong done, ConcurrentMap<String, String> book) {
        this.bank = bank;
        this.number = number;
        this.random = new Random(number);
        this.done = done;
        this.book = book;
    }

    void stop() {
        stopped = true;
    }

    Throwable failure() {
        return failure;
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                act();
                done.incrementAndGet();
            }
        } catch (Throwable thrown) {
            failure = thrown;
        }
    }

    private void act() throws Exception {
        String code = number + ":" + random.nextInt(3) + ENDINGS.get(random.nextInt(ENDINGS.size()));
        switch (random.nextInt(6)) {
            case 0 -> count();
            case 1 -> swap();
            case 2 -> remove(code);
            case 3 -> unpost();
            default -> {
                save(code);
                if (random.nextBoolean()) {
                    post(code);
                }
            }
        }
    }

    private void save(String code) throws Exception {
        BigDecimal balance = BigDecimal.valueOf(random.nextLong(1_000_000_000L), 4);
        boolean open = random.nextBoolean();
        Instant since = Instant.parse("2024-03-31T00:59:59.999999Z").plus(random.nextInt(9_000_000), ChronoUnit.MILLIS);
        String mail = mails.getOrDefault(code, "m" + number + "-" + random.nextLong());
        boolean there = book.containsKey("account " + code);
        transact(out -> {
            String set = "update " + out.names().accounts() + " set "
                    + out.names().mail() + " = ?, balance = ?, open = ?, since = ? where "
                    + out.names().code() + " = ?";
            String insert =
                    "insert into " + out.names().accounts() + " (" + out.names().mail() + ", balance, open, since, "
                            + out.names().code() + ") values (?, ?, ?, ?, ?)";
            out.run(there ? set : insert, mail, balance, open, Timestamp.from(since), code);
            bank.migration.changed(Bank.ACCOUNTS, code);
        });
        mails.put(code, mail);
        book.put("account " + code, Bank.values(mail, balance, open, since));
    }

    private void post(String code) throws Exception {
        EntryKey key = new EntryKey(uuid(), random.nextInt(5));
        String note = random.nextInt(4) == 0 ? null : "n " + random.nextInt();
        transact(out -> {
            out.run(
                    "insert into " + out.names().entries() + " (" + out.names().book() + ", "
                            + out.names().line() + ", " + out.names().account() + ", note) values (?, ?, ?, ?)",
                    key.book(),
                    key.line(),
                    code,
                    note);
            bank.migration.changed(Bank.ENTRIES, key);
        });
        entries.add(key);
        book.put(nameOf(key), code + " | " + note);
    }

    /** Random, of version 4: MariaDB's own type takes nothing that no version has. */
    private UUID uuid() {
        long most = random.nextLong() & ~0xF000L | 0x4000L;
        long least = random.nextLong() & ~(0xC0L << 56) | 0x80L << 56;
        return new UUID(most, least);
    }

    private void unpost() throws Exception {
        if (!entries.isEmpty()) {
            EntryKey key = entries.get(random.nextInt(entries.size()));
            transact(out -> delete(out, key));
            forget(key);
        }
    }

    /** An account with all its entries, children first. */
    private void remove(String code) throws Exception {
        if (!book.containsKey("account " + code)) {
            return;
        }
        List<EntryKey> mine = entries.stream()
                .filter(key -> book.get(nameOf(key)).startsWith(code + " | "))
                .toList();
        transact(out -> {
            for (EntryKey key : mine) {
                delete(out, key);
            }
            out.run(
                    "delete from " + out.names().accounts() + " where "
                            + out.names().code() + " = ?",
                    code);
            bank.migration.changed(Bank.ACCOUNTS, code);
        });
        mine.forEach(this::forget);
        mails.remove(code);
        book.remove("account " + code);
    }

    /** Two accounts exchange their addresses, of which there is but one each. */
    private void swap() throws Exception {
        List<String> codes = mails.keySet().stream().sorted().limit(2).toList();
        if (codes.size() < 2) {
            return;
        }
        String one = codes.get(0);
        String two = codes.get(1);
        transact(out -> {
            String set = "update " + out.names().accounts() + " set "
                    + out.names().mail() + " = ? where " + out.names().code() + " = ?";
            out.run(set, null, one);
            out.run(set, mails.get(one), two);
            out.run(set, mails.get(two), one);
            bank.migration.changed(Bank.ACCOUNTS, one);
            bank.migration.changed(Bank.ACCOUNTS, two);
        });
        String first = mails.put(one, mails.get(two));
        mails.put(two, first);
        for (String code : codes) {
            book.compute(
                    "account " + code, (name, values) -> mails.get(code) + values.substring(values.indexOf(" | ")));
        }
    }

    /** Adds in the database, so that what it was before matters. */
    private void count() throws Exception {
        long id = number;
        String name = "tally " + id;
        boolean there = book.containsKey(name);
        transact(out -> {
            out.run(
                    there
                            ? "update tally set amount = amount + 1 where id = ?"
                            : "insert into tally (amount, id) values (1, ?)",
                    id);
            bank.migration.changed(Bank.TALLIES, id);
        });
        book.merge(name, "1", (before, more) -> String.valueOf(Long.parseLong(before) + 1));
    }

    private void delete(Statements out, EntryKey key) throws SQLException {
        out.run(
                "delete from " + out.names().entries() + " where " + out.names().book() + " = ? and "
                        + out.names().line() + " = ?",
                key.book(),
                key.line());
        bank.migration.changed(Bank.ENTRIES, key);
    }

    private void forget(EntryKey key) {
        entries.remove(key);
        book.remove(nameOf(key));
    }

    private static String nameOf(EntryKey key) {
        return "entry " + key.book() + " " + key.line();
    }

    /** The statements of one transaction. */
    private record Statements(Connection connection, Names names) {
        void run(String sql, Object... values) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int at = 0; at < values.length; at++) {
                    statement.setObject(at + 1, values[at]);
                }
                if (statement.executeUpdate() != 1) {
                    throw new IllegalStateException("Not one row: " + sql);
                }
            }
        }
    }

    private interface Work {
        void in(Statements out) throws Exception;
    }

    private void transact(Work work) throws Exception {
        while (true) {
            try {
                bank.migration.inTransaction(() -> {
                    Side side = Objects.requireNonNull(bank.migration.currentSide());
                    try (Connection connection = bank.migration.dataSource(side).getConnection()) {
                        work.in(new Statements(connection, Names.of(side)));
                    }
                });
                return;
            } catch (SQLException rolledBack) {
                if (!Set.of("40001", "40P01").contains(String.valueOf(rolledBack.getSQLState()))) {
                    throw rolledBack;
                }
            }
        }
    }
}
