package io.dualwrite.examples.orders;

import io.dualwrite.examples.orders.console.Progress;
import io.dualwrite.examples.orders.console.Teller;
import io.dualwrite.examples.orders.ledger.Book;
import io.dualwrite.examples.orders.ledger.Ledger;
import io.dualwrite.examples.orders.server.Databases;
import io.dualwrite.examples.orders.shop.Schemas;
import io.dualwrite.examples.orders.shop.Shop;
import io.dualwrite.examples.orders.tpch.Loader;
import io.dualwrite.examples.orders.tpch.Tpch;
import io.dualwrite.examples.orders.workload.Workload;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;

/** What every kind of run has: two databases, a ledger, and the traffic of a shop. */
final class Job implements AutoCloseable {
    /** The naive shop waits for the copy in every call; with a longer patience it would come to a standstill. */
    private static final Duration NAIVE_PATIENCE = Duration.ofMillis(250);

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Options options;
    private final RunDirectory directory;
    private final Teller teller;
    private final Databases databases;
    private final Book earlier;
    private final Ledger ledger;

    Job(Options options, RunDirectory directory, Teller teller) throws IOException {
        this.options = options;
        this.directory = directory;
        this.teller = teller;
        this.databases =
                Databases.open(directory.path(), options.postgres(), options.naive() ? NAIVE_PATIENCE : PATIENCE);
        this.earlier = Book.read(directory.ledger());
        this.ledger = Ledger.open(directory.ledger());
    }

    Options options() {
        return options;
    }

    Tpch tpch() {
        return options.tpch();
    }

    Teller teller() {
        return teller;
    }

    Databases databases() {
        return databases;
    }

    Ledger ledger() {
        return ledger;
    }

    Script script() {
        return new Script(teller, directory.steps());
    }

    /** Fills the legacy database and creates the empty tables of the new one. */
    String load() throws SQLException {
        long rows = tpch().customerCount() + tpch().orderCount();
        Progress progress = teller.measure("rows", rows);
        new Loader(tpch(), progress).load(databases.legacy());
        Schemas.createNext(databases.next());
        return progress.summary(rows);
    }

    /** Traffic that goes on where the ledger's earlier processes were stopped. */
    Workload workload(Shop shop, Duration staleness) {
        Workload.Settings settings = new Workload.Settings(
                options.writers(),
                options.readers(),
                options.writesPerSecond(),
                options.readsPerSecond(),
                options.seed(),
                staleness);
        return new Workload(settings, tpch(), shop, ledger, earlier);
    }

    /** Traffic for the length of a step, and what it came to. */
    String goOn(Workload workload) throws InterruptedException {
        return workload.goOn(options.step()).toString();
    }

    /** Kills the target's server, lets traffic go on without it, and starts it again. */
    Workload.Sample outage(Workload workload) throws IOException, InterruptedException {
        databases.server().kill();
        Workload.Sample meanwhile = workload.goOn(options.step());
        databases.server().start();
        return meanwhile;
    }

    /** The ledger as it is now, this process's entries included. */
    Book book() {
        return Book.read(directory.ledger());
    }

    @Override
    public void close() throws IOException {
        ledger.close();
        databases.close();
    }
}
