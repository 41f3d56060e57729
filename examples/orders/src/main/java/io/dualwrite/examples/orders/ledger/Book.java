package io.dualwrite.examples.orders.ledger;

import io.dualwrite.examples.orders.shop.Customer;
import io.dualwrite.examples.orders.shop.Entity;
import io.dualwrite.examples.orders.shop.Order;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A ledger read back: an account per touched record, and the sums of the run. Not thread-safe. */
public final class Book {
    private static final int MOST_COMPLAINTS = 10;

    private final Map<Ref, Account> accounts = new HashMap<>();
    private final Map<String, List<Change>> begun = new HashMap<>();
    private final Map<String, Integer> writers = new HashMap<>();
    private final List<Change> open = new ArrayList<>();
    private final Set<Ref> mismatches = new HashSet<>();
    private final Set<Ref> planted = new HashSet<>();
    private final Set<Ref> generatedTwice = new HashSet<>();
    private final List<String> complaints = new ArrayList<>();
    private int sessions;
    private long acknowledged;
    private long failed;
    private long stale;
    private long failedReads;
    private long longestMicros;

    private Book() {}

    /** Reads a ledger; one that does not exist is empty. */
    public static Book read(Path file) {
        Book book = new Book();
        if (Files.exists(file)) {
            try (Stream<String> lines = Files.lines(file)) {
                lines.forEach(line -> book.enter(line.split("\t", -1)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        List.copyOf(book.begun.keySet()).forEach(book::leaveOpen);
        return book;
    }

    public Map<Ref, Account> accounts() {
        return accounts;
    }

    /** Changes that were begun and whose end is not known. */
    public List<Change> open() {
        return open;
    }

    /** How many processes have written it. */
    public int sessions() {
        return sessions;
    }

    /** Writes that returned. */
    public long acknowledged() {
        return acknowledged;
    }

    /** Writes that threw. */
    public long failed() {
        return failed;
    }

    /** Reads that gave something older than they may, and records that differed at rest. */
    public long stale() {
        return stale;
    }

    /** Reads that threw. */
    public long failedReads() {
        return failedReads;
    }

    /** Records that the migration confirmed to differ though nobody had made them. */
    public long unexpectedMismatches() {
        return mismatches.stream().filter(ref -> !planted.contains(ref)).count();
    }

    /** Whether the migration has confirmed that a record differs. */
    public boolean isConfirmed(Ref ref) {
        return mismatches.contains(ref);
    }

    /** Whether a record was made different on purpose. */
    public boolean isPlanted(Ref ref) {
        return planted.contains(ref);
    }

    /** Records whose id a store generated although it had been in use before. */
    public Set<Ref> generatedTwice() {
        return generatedTwice;
    }

    /** How long the slowest acknowledged write took. */
    public long longestMicros() {
        return longestMicros;
    }

    /** A few of the things that went wrong, as they were entered. */
    public List<String> complaints() {
        return complaints;
    }

    /** Whether a write may have created this entity under a generated id, with nobody left to be told the id. */
    public boolean mayHaveCreated(Entity found) {
        return open.stream().anyMatch(change -> change.id() == null && alike(found, change.after()));
    }

    private void enter(String[] field) {
        switch (field[0].charAt(0)) {
            case Ledger.SESSION -> sessions++;
            case Ledger.INTENDED -> intend(field);
            case Ledger.ACKNOWLEDGED -> acknowledge(field[1], Long.parseLong(field[2]), ids(field[3]));
            case Ledger.FAILED -> {
                failed++;
                leaveOpen(field[1]);
                complain("FAILED WRITE", field);
            }
            case Ledger.STALE -> {
                stale++;
                complain("STALE", field);
            }
            case Ledger.FAILED_READ -> {
                failedReads++;
                complain("FAILED READ", field);
            }
            case Ledger.MISMATCH -> mismatches.add(ref(field));
            case Ledger.PLANTED -> planted.add(ref(field));
            default -> throw new IllegalArgumentException("No entry of a ledger: " + String.join(" ", field));
        }
    }

    private void complain(String what, String[] field) {
        if (complaints.size() < MOST_COMPLAINTS) {
            complaints.add(what + " " + String.join(" ", List.of(field).subList(1, field.length)));
        }
    }

    private static Ref ref(String[] field) {
        return new Ref(Kind.valueOf(field[1]), Long.parseLong(field[2]));
    }

    private void intend(String[] field) {
        Kind kind = Kind.valueOf(field[3]);
        Change change = new Change(kind, Lines.id(field[4]), Integer.parseInt(field[5]), Lines.entity(kind, field[6]));
        begun.computeIfAbsent(field[1], op -> new ArrayList<>()).add(change);
        writers.put(field[1], Integer.valueOf(field[2]));
    }

    private void acknowledge(String op, long micros, List<Long> ids) {
        List<Change> changes = begun.remove(op);
        if (changes == null) {
            throw new IllegalArgumentException("Acknowledged, but never intended: " + op);
        }
        acknowledged++;
        longestMicros = Math.max(longestMicros, micros);
        List<Change> settled = Change.settled(changes, ids);
        for (int at = 0; at < settled.size(); at++) {
            Ref ref = settled.get(at).ref();
            if (changes.get(at).id() == null && accounts.containsKey(ref)) {
                generatedTwice.add(ref);
            }
            account(op, ref).acknowledge(settled.get(at));
        }
        writers.remove(op);
    }

    private void leaveOpen(String op) {
        for (Change change : begun.getOrDefault(op, List.of())) {
            open.add(change);
            if (change.id() != null) {
                account(op, change.ref()).leaveOpen(change);
            }
        }
        begun.remove(op);
        writers.remove(op);
    }

    private static List<Long> ids(String text) {
        return Stream.of(text.split(",")).map(Long::valueOf).toList();
    }

    private Account account(String op, Ref ref) {
        return accounts.computeIfAbsent(ref, absent -> new Account(writers.getOrDefault(op, -1)));
    }

    /** Equal but for what nobody was told: the generated id, and that of a customer created by the same write. */
    private static boolean alike(Entity found, @Nullable Entity meant) {
        if (found instanceof Order order && meant instanceof Order intended) {
            Order without = intended.customerId() == 0 ? order.withCustomer(0) : order;
            return without.withId(null).equals(intended);
        }
        return found instanceof Customer customer && customer.withId(null).equals(meant);
    }
}
