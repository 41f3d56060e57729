package io.dualwrite.examples.sessions;

import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.StoresMigration;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import io.dualwrite.stage.Stage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import org.h2.jdbcx.JdbcConnectionPool;

/**
 * Moves the sessions of a web application from one key-value store to another while people go on visiting, from wherever the
 * last run of this program left off. Prints each stage, and what {@link Visitors} print.
 */
public final class Sessions {
    private static final int VISITS_PER_STAGE = 30;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final StoresMigration<Session, String> migration;
    private final Visitors visitors;
    private final PrintStream out;

    private Sessions(StoresMigration<Session, String> migration, PrintStream out) {
        this.migration = migration;
        this.visitors = new Visitors(migration.store(), out);
        this.out = out;
    }

    /** The argument is a directory, which keeps both stores and the journal. */
    public static void main(String[] arguments) throws Exception {
        run(Path.of(arguments[0]), System.out);
    }

    static void run(Path home, PrintStream out) throws Exception {
        FileSessions old = new FileSessions(home.resolve("old"), ".session");
        FileSessions next = new FileSessions(home.resolve("next"), ".visit");
        JdbcConnectionPool journal = JdbcConnectionPool.create(
                "jdbc:h2:file:" + home.resolve("journal").toAbsolutePath() + ";WRITE_DELAY=0", "sa", "");
        try (StoresMigration<Session, String> migration = migration(journal, old, next)) {
            migration.start();
            new Sessions(migration, out).goOn();
        } finally {
            journal.dispose();
        }
    }

    private static StoresMigration<Session, String> migration(
            JdbcConnectionPool journal, FileSessions old, FileSessions next) throws IOException {
        // STORES
        return Jdbc.stores("sessions", Session.class, String.class, journal) // a database of its own, for the journal
                .between(old, next) // two stores with three methods each, and a list of keys
                .key(Session::id)
                .callsEndWithin(Duration.ofMillis(500)) // what the stores' clients give up after
                .grace(Duration.ofMillis(1500)) // how long others wait for a call that nobody hears of
                .createTables(true)
                .attestedBy("sessions team") // nobody writes past the library
                .build();
        // end
    }

    private void goOn() throws Exception {
        out.println("stage " + migration.stage());
        visitors.begin();
        try (visitors) {
            if (!migration.stage().isBeyondFlip()) {
                moveTo(Stage.DUAL_WRITE);
                migration.backfill();
                moveTo(Stage.SHADOW);
                switched();
            }
            moveTo(Stage.RAMP_DOWN);
            migration.approve(Stage.COMPLETE, "sessions team");
            moveTo(Stage.COMPLETE);
        }
        out.println("done");
    }

    /**
     * A switch is refused while its gates do not hold; then verify and try again. What the relay of a killed process had claimed
     * is left to it for its lease of half a minute.
     */
    private void switched() throws Exception {
        migration.approve(Stage.LIVE, "sessions team"); // no call takes effect later than the grace
        long begun = System.nanoTime();
        while (true) {
            VerifyReport report = migration.verify(VerifyPolicy.REPAIR);
            out.println("verified " + (report.isClean() ? "clean" : "not clean yet"));
            try {
                moveTo(Stage.LIVE);
                return;
            } catch (StageRefusedException refused) {
                out.println("held " + refused.reasons());
                if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                    throw refused;
                }
                Thread.sleep(500);
            }
        }
    }

    private void moveTo(Stage stage) throws InterruptedException {
        Stage before = migration.stage();
        if (before != stage) {
            migration.moveTo(stage);
            out.println("stage " + stage);
        }
        int enough = visitors.acknowledged() + VISITS_PER_STAGE;
        while (visitors.acknowledged() < enough) {
            Thread.onSpinWait();
        }
    }
}
