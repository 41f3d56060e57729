package io.dualwrite.examples.orders;

import io.dualwrite.examples.orders.check.Checker;
import io.dualwrite.examples.orders.check.Result;
import io.dualwrite.examples.orders.check.Shelf;
import io.dualwrite.examples.orders.check.Verdict;
import io.dualwrite.examples.orders.check.Verdict.Wrong;
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

    private static final Duration PATIENCE = Duration.ofSeconds(1);

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

    /** How many rows are loaded. */
    long rows() {
        return tpch().customerCount() + tpch().orderCount();
    }

    Script script() {
        return new Script(teller, directory.steps());
    }

    /** Fills the legacy database and creates the empty tables of the new one. */
    String load() throws SQLException {
        long rows = rows();
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

    /** Has the independent checker judge the side that has the authority now, and tells what it found. */
    Result judge(Shelf authority, long flips, long shadowMismatchesConfirmed) throws SQLException {
        Book book = book();
        Verdict verdict = new Verdict();
        new Checker(tpch(), book).judge(authority, verdict);
        teller.say("Checked all %,d records that %,d acknowledged writes have touched, and all others that were loaded."
                .formatted(book.accounts().size(), book.acknowledged()));
        verdict.examples().forEach(teller::outcome);
        book.complaints().forEach(teller::outcome);
        return Result.of(book, verdict, flips, shadowMismatchesConfirmed);
    }

    /** Has the checker compare both sides at rest; every record that differs is noted as stale. */
    int compare(Shelf authority, Shelf copy) throws SQLException {
        Verdict verdict = new Verdict();
        new Checker(tpch(), book()).compare(authority, copy, verdict);
        verdict.all(Wrong.STALE).forEach(ref -> ledger.stale(ref, "differs at rest"));
        verdict.examples().forEach(teller::detail);
        return verdict.count(Wrong.STALE);
    }

    Shelf legacyShelf() {
        return Shelf.legacy(databases.legacy());
    }

    Shelf nextShelf() {
        return Shelf.next(databases.next());
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
