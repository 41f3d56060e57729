package io.dualwrite.examples.orders.check;

import io.dualwrite.examples.orders.check.Verdict.Wrong;
import io.dualwrite.examples.orders.ledger.Account;
import io.dualwrite.examples.orders.ledger.Book;
import io.dualwrite.examples.orders.ledger.Change;
import io.dualwrite.examples.orders.ledger.Kind;
import io.dualwrite.examples.orders.ledger.Ref;
import io.dualwrite.examples.orders.shop.Customer;
import io.dualwrite.examples.orders.shop.Entity;
import io.dualwrite.examples.orders.shop.Order;
import io.dualwrite.examples.orders.tpch.Tpch;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says of every record whether it is as it must be: a touched one as the ledger has it, an untouched one as TPC-H
 * generates it. Works on stores at rest. Shares no code with the library's copying and verifying: it reads with the
 * application's statements and knows neither journal nor mapping.
 */
public final class Checker {
    private final Tpch tpch;
    private final Book book;

    public Checker(Tpch tpch, Book book) {
        this.tpch = tpch;
        this.book = book;
    }

    /** Holds a side against the ledger and the generator. */
    public void judge(Shelf side, Verdict verdict) throws SQLException {
        try (Rows<Customer> customers = side.customers();
                Rows<Order> orders = side.orders()) {
            judge(Kind.CUSTOMER, tpch.customers().iterator(), customers, verdict);
            judge(Kind.ORDER, tpch.orders().iterator(), orders, verdict);
        }
        for (Ref twice : book.generatedTwice()) {
            verdict.add(Wrong.LOST, twice, "the store generated this id although it had been in use");
        }
    }

    /** Holds both sides against each other. */
    public void compare(Shelf authority, Shelf copy, Verdict verdict) throws SQLException {
        try (Rows<Customer> left = authority.customers();
                Rows<Customer> right = copy.customers()) {
            SideBySide.walk(left, right, (id, one, other) -> compare(Ref.customer(id), one, other, verdict));
        }
        try (Rows<Order> left = authority.orders();
                Rows<Order> right = copy.orders()) {
            SideBySide.walk(left, right, (id, one, other) -> compare(Ref.order(id), one, other, verdict));
        }
    }

    private static void compare(Ref ref, @Nullable Entity authority, @Nullable Entity copy, Verdict verdict) {
        if (!Objects.equals(authority, copy)) {
            verdict.add(Wrong.STALE, ref, "the authority has " + brief(authority) + ", the copy " + brief(copy));
        }
    }

    private <E extends Entity> void judge(Kind kind, Iterator<E> loaded, Iterator<E> found, Verdict verdict) {
        Set<Ref> met = new HashSet<>();
        SideBySide.walk(loaded, found, (id, asLoaded, asFound) -> {
            Ref ref = new Ref(kind, id);
            met.add(ref);
            judge(ref, asLoaded, asFound, verdict);
        });
        book.accounts().keySet().stream()
                .filter(ref -> ref.kind() == kind && !met.contains(ref))
                .forEach(ref -> judge(ref, null, null, verdict));
    }

    private void judge(Ref ref, @Nullable Entity loaded, @Nullable Entity found, Verdict verdict) {
        Account account = book.accounts().get(ref);
        if (account == null) {
            judgeUntouched(ref, loaded, found, verdict);
        } else if (!account.allows(found, loaded)) {
            boolean mayBeThere = found == null || account.allowsPresence(loaded);
            Change acknowledged = account.acknowledged();
            Entity last = acknowledged == null ? loaded : acknowledged.after();
            verdict.add(
                    mayBeThere ? Wrong.LOST : Wrong.RESURRECTED,
                    ref,
                    "acknowledged was " + brief(last) + ", found " + brief(found));
        }
    }

    private void judgeUntouched(Ref ref, @Nullable Entity loaded, @Nullable Entity found, Verdict verdict) {
        if (loaded != null && !loaded.equals(found)) {
            verdict.add(Wrong.LOST, ref, "never touched, loaded as " + brief(loaded) + ", found " + brief(found));
        } else if (loaded == null && found != null && !book.mayHaveCreated(found)) {
            verdict.add(Wrong.RESURRECTED, ref, "nobody wrote " + found);
        }
    }

    private static String brief(@Nullable Entity entity) {
        return entity == null
                ? "nothing"
                : "revision " + entity.revision() + " #" + Integer.toHexString(entity.hashCode());
    }
}
