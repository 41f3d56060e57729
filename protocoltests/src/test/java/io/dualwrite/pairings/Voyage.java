package io.dualwrite.pairings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A whole migration with writers at work from its first stage to its last: filled, spoilt and repaired, handed over, handed
 * back, handed over again, completed. What was acknowledged is kept outside of both databases and compared with what both
 * of them hold, by SQL of the test's own.
 */
final class Voyage {
    private static final int TELLERS = 4;
    private static final int TRANSACTIONS_PER_LEG = 100;
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final Engine origin;
    private final Engine target;
    private final AtomicLong done = new AtomicLong();
    private final ConcurrentMap<String, String> book = new ConcurrentHashMap<>();
    private final List<Teller> tellers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    Voyage(Engine origin, Engine target) {
        this.origin = origin;
        this.target = target;
    }

    void go() throws Exception {
        try (Bank bank = new Bank(origin, target)) {
            try {
                load(bank);
                bank.migration.start();
                open(bank);
                settle(bank);
                for (Stage stage : List.of(Stage.LIVE, Stage.SHADOW, Stage.LIVE)) {
                    walk(bank, stage);
                    work();
                }
            } finally {
                tellers.forEach(Teller::stop);
            }
            end(bank);
            assertThat(bank.migration.awaitDrained(PATIENCE)).isTrue();
            bothHold(bank);
            complete(bank);
        }
    }

    /** What has been there for long, and nobody touches any more. */
    private void load(Bank bank) throws Exception {
        for (int number = 0; number < 300; number++) {
            String code = "old " + number + (number % 3 == 0 ? " " : "");
            bank.run(
                    Side.ORIGIN,
                    "insert into account (code, mail, balance, open, since) values ('" + code + "', 'old" + number
                            + "', 10.5, " + (number % 2 == 0) + ", timestamp '2024-01-01 00:00:00')",
                    "insert into tally (id, amount) values (" + (1_000 + number) + ", " + number + ")");
        }
        book.putAll(bank.contents(Side.ORIGIN));
    }

    private void open(Bank bank) throws Exception {
        for (int number = 0; number < TELLERS; number++) {
            Teller teller = new Teller(bank, number, done, book);
            Thread thread = new Thread(teller, "teller-" + number);
            tellers.add(teller);
            threads.add(thread);
            thread.start();
        }
        work();
    }

    /** Fills the copy, spoils three of its records, and has them found and repaired. */
    private void settle(Bank bank) throws Exception {
        walk(bank, Stage.DUAL_WRITE);
        work();
        assertThat(bank.migration.backfill().rows()).isGreaterThanOrEqualTo(600);
        assertThat(bank.migration.verify(VerifyPolicy.REPORT).isClean()).isTrue();
        bank.run(
                Side.TARGET,
                "update accounts_v2 set address = 'spoilt' where account_code = 'old 3 '",
                "delete from tally where id = 1007",
                "insert into tally (id, amount) values (5000, 1)");
        VerifyReport found = bank.migration.verify(VerifyPolicy.REPAIR);
        assertThat(found.confirmed()).isEqualTo(3);
        assertThat(found.repaired()).isEqualTo(3);
        assertThat(bank.migration.verify(VerifyPolicy.REPORT).isClean()).isTrue();
        walk(bank, Stage.SHADOW);
        work();
    }

    /** Waits until so many more transactions were acknowledged. */
    private void work() {
        long until = done.get() + TRANSACTIONS_PER_LEG;
        await().atMost(PATIENCE).until(() -> {
            tellers.forEach(Voyage::check);
            return done.get() >= until;
        });
    }

    private static void check(Teller teller) {
        if (teller.failure() != null) {
            throw new AssertionError("A write failed", teller.failure());
        }
    }

    /** As an operator does it: again, until the gates hold. */
    private static void walk(Bank bank, Stage stage) throws Exception {
        for (int attempt = 0; attempt < 100; attempt++) {
            try {
                bank.migration.moveTo(stage);
                return;
            } catch (StageRefusedException refused) {
                bank.migration.awaitDrained(Duration.ofMillis(200));
            }
        }
        bank.migration.moveTo(stage);
    }

    private void end(Bank bank) throws InterruptedException {
        tellers.forEach(Teller::stop);
        for (Thread thread : threads) {
            thread.join();
        }
        tellers.forEach(Voyage::check);
    }

    private void bothHold(Bank bank) throws Exception {
        Map<String, String> acknowledged = new TreeMap<>(book);
        for (Side side : Side.values()) {
            assertThat(bank.contents(side)).isEqualTo(acknowledged);
        }
    }

    private void complete(Bank bank) throws Exception {
        assertThat(bank.migration.verify(VerifyPolicy.REPORT).isClean()).isTrue();
        walk(bank, Stage.RAMP_DOWN);
        bank.migration.approve(Stage.COMPLETE, "this test");
        walk(bank, Stage.COMPLETE);
        Teller last = new Teller(bank, TELLERS, done, book);
        Thread thread = new Thread(last, "teller-" + TELLERS);
        tellers.add(last);
        threads.add(thread);
        thread.start();
        work();
        end(bank);
        assertThat(bank.contents(Side.TARGET)).isEqualTo(new TreeMap<>(book));
    }
}
