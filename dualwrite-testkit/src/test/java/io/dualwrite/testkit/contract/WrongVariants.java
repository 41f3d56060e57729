package io.dualwrite.testkit.contract;

import io.dualwrite.compare.Equivalence;
import io.dualwrite.compare.Redactor;
import io.dualwrite.event.CallContext;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Control;
import io.dualwrite.fence.Transaction;
import io.dualwrite.fence.Transactions;
import io.dualwrite.journal.Intent;
import io.dualwrite.journal.Journal;
import io.dualwrite.path.FallbackPolicy;
import io.dualwrite.repair.Brake;
import io.dualwrite.repair.Carrier;
import io.dualwrite.repair.Checkpoint;
import io.dualwrite.repair.Checkpoints;
import io.dualwrite.repair.Confirmation;
import io.dualwrite.repair.Discrepancy;
import io.dualwrite.repair.Generators;
import io.dualwrite.repair.Preflight;
import io.dualwrite.repair.Scan;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.store.ScannableStore;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** What is wrong in a way of its own, for the sentences that no general spoiling breaks. */
@SuppressWarnings("unchecked")
final class WrongVariants {
    private static final RecordId FIRST = new RecordId(Note.TYPE.name(), "1");
    private static final RecordId SECOND = new RecordId(Note.TYPE.name(), "2");

    private WrongVariants() {}

    /** Each makes something wrong of something right. */
    static List<UnaryOperator<Object>> of(Contract contract) {
        return switch (contract) {
            case SCANNABLE_STORE -> List.of(right -> goesOnPastTheEnd((ScannableStore<Note, Long>) right));
            case EQUIVALENCE -> List.of(right -> changesWhatItCompares((Equivalence<List<String>>) right));
            case REDACTOR -> List.of(right -> numbersWhatItShows((Redactor) right));
            case FALLBACK_POLICY ->
                List.of(
                        right -> leavesATrace((FallbackPolicy) right),
                        right -> wantsAMessage(),
                        right -> changesItsMind());
            case CALL_CONTEXT ->
                List.of(
                        right -> staysOn(),
                        right -> takesItWhenNeeded(),
                        right -> invents(),
                        right -> serves((CallContext) right));
            case LISTENER ->
                List.of(
                        right -> swallowsInterrupts(),
                        right -> handsKeysOn(),
                        right -> knowsOneThread(),
                        right -> dawdles());
            case JOURNAL ->
                List.of(
                        right -> seesWhatItIsAskedFor((Journal) right),
                        right -> listsRangesOfEveryType((Journal) right));
            case CONTROL -> List.of(right -> comparesVersionsOnly((Control) right));
            case CHECKPOINTS ->
                List.of(right -> findsTheLast((Checkpoints) right), right -> alwaysFinds((Checkpoints) right));
            case CARRIER ->
                List.of(
                        right -> carriesANeighbour((Carrier) right),
                        right -> takesInsteadOfCopying((Carrier) right),
                        right -> settlesAnything((Carrier) right),
                        right -> carriesWhileSettling((Carrier) right),
                        right -> countsLanesFromOne((Carrier) right));
            case CONFIRMATION ->
                List.of(
                        right -> looksAtNoJournal((Confirmation) right),
                        right -> repairs((Confirmation) right),
                        right -> suspectsEverything((Confirmation) right),
                        right -> excusesAllOfAType((Confirmation) right));
            case SCAN ->
                List.of(
                        right -> inventsOne((Scan) right),
                        right -> digestsNothing((Scan) right),
                        right -> guessesBelowNothing((Scan) right),
                        right -> knowsNoRange((Scan) right));
            case TRANSACTIONS -> List.of(right -> isAlwaysWithin((Transactions) right));
            case PREFLIGHT, INSPECTING_PREFLIGHT ->
                List.of(right -> alwaysComplains(), right -> countsItsReasons(), right -> meddles((Preflight) right));
            case GENERATORS -> List.of(right -> setsBack(), right -> goesFurtherEachTime());
            case BRAKE ->
                List.of(right -> alwaysBrakes(), right -> brakesOnce((Brake) right), right -> asksOne((Brake) right));
            default -> List.of();
        };
    }

    private static Tried.TriedPair pair() {
        return Objects.requireNonNull(Tried.pair);
    }

    private static ScannableStore<Note, Long> goesOnPastTheEnd(ScannableStore<Note, Long> right) {
        return new ScannableStore<>() {
            @Override
            public @Nullable Note find(Long key) throws Exception {
                return right.find(key);
            }

            @Override
            public void save(Note record) throws Exception {
                right.save(record);
            }

            @Override
            public void delete(Long key) throws Exception {
                right.delete(key);
            }

            @Override
            public List<Long> keysAfter(@Nullable Long after, int limit) throws Exception {
                List<Long> keys = right.keysAfter(after, limit);
                return keys.isEmpty() ? List.of(99L) : keys;
            }
        };
    }

    private static Equivalence<List<String>> changesWhatItCompares(Equivalence<List<String>> right) {
        return (authority, copy) -> {
            var verdict = right.compare(authority, copy);
            if (authority != null) {
                authority.set(0, "seen");
            }
            return verdict;
        };
    }

    private static Redactor numbersWhatItShows(Redactor right) {
        AtomicInteger shown = new AtomicInteger();
        return value -> right.show(value) + shown.incrementAndGet();
    }

    private static FallbackPolicy leavesATrace(FallbackPolicy right) {
        return failure -> {
            failure.addSuppressed(new IllegalStateException("judged"));
            return right.covers(failure);
        };
    }

    private static FallbackPolicy wantsAMessage() {
        return failure -> !failure.getMessage().contains("no such");
    }

    private static FallbackPolicy changesItsMind() {
        AtomicInteger asked = new AtomicInteger();
        return failure -> asked.incrementAndGet() % 2 == 0;
    }

    /** Leaves its context on the thread. */
    private static CallContext staysOn() {
        return () -> {
            String value = MDC.get("trace");
            return () -> {
                MDC.put("trace", String.valueOf(value));
                return () -> {};
            };
        };
    }

    /** Reads late what the caller has by then. */
    private static CallContext takesItWhenNeeded() {
        Thread caller = Thread.currentThread();
        AtomicReference<@Nullable String> last = new AtomicReference<>();
        return () -> {
            last.set(caller == Thread.currentThread() ? MDC.get("trace") : null);
            return () -> {
                MDC.put("trace", String.valueOf(last.get()));
                return () -> MDC.remove("trace");
            };
        };
    }

    /** Carries something where there is nothing. */
    private static CallContext invents() {
        return () -> () -> {
            MDC.put("trace", "invented");
            return () -> MDC.remove("trace");
        };
    }

    /** Serves one thing only. */
    private static CallContext serves(CallContext right) {
        return () -> {
            CallContext.Captured captured = right.capture();
            AtomicInteger restored = new AtomicInteger();
            return captured == null ? null : () -> restored.getAndIncrement() == 0 ? captured.restore() : () -> {};
        };
    }

    private static MigrationListener swallowsInterrupts() {
        return event -> Thread.interrupted();
    }

    private static MigrationListener handsKeysOn() {
        return event -> {
            if (event instanceof MigrationEvent.Quarantined quarantined) {
                Tried.Listeners.TOLD.append(quarantined.record().key());
            }
        };
    }

    private static MigrationListener knowsOneThread() {
        Thread own = Thread.currentThread();
        return event -> {
            if (Thread.currentThread() != own) {
                throw new IllegalStateException("Only " + own + " may tell");
            }
        };
    }

    /** As one that sends each event over the network and waits for the answer. */
    private static MigrationListener dawdles() {
        return event -> LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
    }

    private static Journal seesWhatItIsAskedFor(Journal right) {
        return instead(Journal.class, right, "seen", args -> {
            List<Intent> seen = new ArrayList<>();
            ((Collection<RecordId>) args[0]).forEach(record -> seen.add(new Intent(1, record, 0, false)));
            return seen;
        });
    }

    private static Control comparesVersionsOnly(Control right) {
        return instead(Control.class, right, "change", args -> {
            ControlRow row = right.read();
            boolean same = row.version() == ((ControlRow) args[0]).version();
            return same ? right.change(row, (ControlRow) args[1]) : null;
        });
    }

    private static Checkpoints findsTheLast(Checkpoints right) {
        List<Checkpoint> saved = new ArrayList<>();
        Checkpoints keeping = instead(Checkpoints.class, right, "save", args -> saved.add((Checkpoint) args[0]));
        return instead(
                Checkpoints.class,
                keeping,
                "find",
                args -> saved.isEmpty() ? Optional.empty() : Optional.of(saved.get(saved.size() - 1)));
    }

    private static Checkpoints alwaysFinds(Checkpoints right) {
        return instead(
                Checkpoints.class,
                right,
                "find",
                args -> Optional.of(new Checkpoint((String) args[0], (String) args[1], (int) args[2], null, 0, false)));
    }

    private static Carrier carriesANeighbour(Carrier right) {
        return (authority, records, checkpoint) -> {
            Set<RecordId> more = new HashSet<>(records);
            more.add(SECOND);
            right.carry(authority, more, checkpoint);
        };
    }

    private static Carrier takesInsteadOfCopying(Carrier right) {
        return (authority, records, checkpoint) -> {
            right.carry(authority, records, checkpoint);
            for (RecordId record : records) {
                pair().remove(authority, Long.parseLong(record.key()));
            }
        };
    }

    private static Carrier settlesAnything(Carrier right) {
        return instead(Carrier.class, right, "settle", args -> null);
    }

    private static Carrier countsLanesFromOne(Carrier right) {
        return instead(Carrier.class, right, "lane", args -> right.lane((RecordId) args[0], (int) args[1]) + 1);
    }

    private static Carrier carriesWhileSettling(Carrier right) {
        return instead(Carrier.class, right, "settle", args -> {
            right.carry((Side) args[0], Set.of(FIRST), null);
            return null;
        });
    }

    private static Confirmation excusesAllOfAType(Confirmation right) {
        return instead(Confirmation.class, right, "confirm", args -> {
            Set<RecordId> records = (Set<RecordId>) args[1];
            Journal journal = pair().parts().journals().of((Side) args[0]);
            boolean open = !journal.ranges(Note.TYPE.name()).isEmpty();
            return open ? List.of() : right.confirm((Side) args[0], records);
        });
    }

    private static Journal listsRangesOfEveryType(Journal right) {
        return instead(Journal.class, right, "ranges", args -> {
            List<Intent> all = new ArrayList<>(right.ranges("order"));
            all.addAll(right.ranges("customer"));
            return all;
        });
    }

    private static Confirmation looksAtNoJournal(Confirmation right) {
        return instead(Confirmation.class, right, "confirm", args -> {
            Set<RecordId> records = (Set<RecordId>) args[1];
            for (Side side : Side.values()) {
                Journal journal = pair().parts().journals().of(side);
                journal.remove(journal.seen(records));
            }
            return right.confirm((Side) args[0], records);
        });
    }

    private static Confirmation repairs(Confirmation right) {
        return instead(Confirmation.class, right, "confirm", args -> {
            List<Discrepancy> found = right.confirm((Side) args[0], (Set<RecordId>) args[1]);
            for (Discrepancy each : found) {
                pair().remove(
                                ((Side) args[0]).other(),
                                Long.parseLong(each.record().key()));
            }
            return found;
        });
    }

    private static Confirmation suspectsEverything(Confirmation right) {
        return instead(
                Confirmation.class,
                right,
                "confirm",
                args -> ((Set<RecordId>) args[1])
                        .stream()
                                .map(record -> new Discrepancy(record, Discrepancy.Kind.DIFFERENT, List.of("text")))
                                .toList());
    }

    private static Scan inventsOne(Scan right) {
        Scan listing = instead(Scan.class, right, "keysAfter", args -> {
            List<String> keys = new ArrayList<>(
                    (List<String>) right.keysAfter((Side) args[0], (String) args[1], (String) args[2], (int) args[3]));
            keys.add("99");
            return keys;
        });
        return instead(
                Scan.class,
                listing,
                "fingerprints",
                args -> printing(List.of(new Scan.Print("99", "0")).iterator()));
    }

    private static Scan knowsNoRange(Scan right) {
        return instead(
                Scan.class,
                right,
                "fingerprints",
                args -> right.fingerprints((Side) args[0], RecordRange.all(((RecordRange) args[1]).type())));
    }

    private static Scan digestsNothing(Scan right) {
        return instead(Scan.class, right, "fingerprints", args -> {
            List<Scan.Print> prints = new ArrayList<>();
            try (Scan.Prints all = right.fingerprints((Side) args[0], (RecordRange) args[1])) {
                all.forEachRemaining(print -> prints.add(new Scan.Print(print.key(), "0".repeat(32))));
            }
            return printing(prints.iterator());
        });
    }

    private static Scan guessesBelowNothing(Scan right) {
        return instead(Scan.class, right, "estimate", args -> OptionalLong.of(-1));
    }

    private static Brake alwaysBrakes() {
        return () -> "it is too early";
    }

    /** Tells its reason to the first who asks. */
    private static Brake brakesOnce(Brake right) {
        AtomicInteger asked = new AtomicInteger();
        return () -> asked.getAndIncrement() == 0 ? right.reason() : null;
    }

    /** Answers the thread that it was made on. */
    private static Brake asksOne(Brake right) {
        Thread own = Thread.currentThread();
        return () -> Thread.currentThread() == own ? right.reason() : null;
    }

    private static Scan.Prints printing(Iterator<Scan.Print> prints) {
        return new Scan.Prints() {
            @Override
            public boolean hasNext() {
                return prints.hasNext();
            }

            @Override
            public Scan.Print next() {
                return prints.next();
            }

            @Override
            public void close() {}
        };
    }

    private static Transactions isAlwaysWithin(Transactions right) {
        Transaction some = new Nowhere();
        return instead(Transactions.class, right, "current", args -> some);
    }

    private static Preflight alwaysComplains() {
        return reasons(() -> List.of("The ORIGIN and the TARGET are not to my taste; change them"));
    }

    private static Preflight countsItsReasons() {
        AtomicInteger told = new AtomicInteger();
        return reasons(() -> List.of("reason " + told.incrementAndGet()));
    }

    private static Preflight meddles(Preflight right) {
        return instead(Preflight.class, right, "copy", args -> {
            pair().remove((Side) args[0], 2);
            return right.copy((Side) args[0]);
        });
    }

    private static Preflight reasons(java.util.function.Supplier<List<String>> reasons) {
        return new Preflight() {
            @Override
            public List<String> authority(Side side) {
                return reasons.get();
            }

            @Override
            public List<String> copy(Side side) {
                return reasons.get();
            }

            @Override
            public List<String> handover(Side authority) {
                return reasons.get();
            }
        };
    }

    private static Generators setsBack() {
        return authority -> {
            Tried.Counters both = Objects.requireNonNull(Tried.counters);
            both.last.of(authority.other()).set(both.last.of(authority).get());
        };
    }

    private static Generators goesFurtherEachTime() {
        return authority -> {
            Tried.Counters both = Objects.requireNonNull(Tried.counters);
            both.last.of(authority.other()).addAndGet(1_000);
        };
    }

    private interface Body {
        @Nullable Object call(@Nullable Object[] args) throws Exception;
    }

    /** The right thing, with another body for one of its methods. */
    private static <T> T instead(Class<T> type, T right, String methodName, Body body) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, given) -> {
                    Object[] args = given == null ? new Object[0] : given;
                    return method.getName().equals(methodName)
                            ? body.call(args)
                            : new Spoiling.Call(right, method, args, java.util.Map.of()).proceed();
                }));
    }

    private static final class Nowhere implements Transaction {
        @Override
        public Side side() {
            return Side.ORIGIN;
        }

        @Override
        public void changed(RecordId record) {
            throw new IllegalStateException("There is no transaction for " + FIRST);
        }

        @Override
        public void mustRollBack(RuntimeException why) {
            throw why;
        }
    }
}
