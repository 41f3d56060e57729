package io.dualwrite.repair;

import io.dualwrite.fence.LocalFence;
import io.dualwrite.journal.Journal;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** Two sides of items in maps, as the three extension points that reach for records. Thread-safe; one lock for all. */
public final class Maps implements Carrier, Scan, Confirmation {
    /** What happens before a batch is carried, with the copy locked and nothing written. */
    @FunctionalInterface
    public interface BeforeCarry {
        void carry(Side authority, Set<RecordId> records) throws Exception;
    }

    public final Sides<ConcurrentSkipListMap<Long, String>> items = Sides.each(side -> new ConcurrentSkipListMap<>());
    /** The batches that were asked for, in order, the failed ones too. */
    public final List<Set<RecordId>> carried = Collections.synchronizedList(new ArrayList<>());

    public volatile BeforeCarry beforeCarry = (authority, records) -> {};
    public volatile Runnable afterCarry = () -> {};
    /** With the copy locked as a whole. */
    public volatile Runnable beforeSettled = () -> {};
    /** How often the copy was settled. */
    public volatile int settled;

    public volatile Runnable beforePrints = () -> {};
    /** Sides whose listing of fingerprints comes back empty. */
    public volatile Set<Side> blind = Set.of();

    private final Sides<LocalFence> fences;
    private final Sides<? extends Journal> journals;
    private final Checkpoints checkpoints;
    private final Sides<Set<RecordId>> unconfirmed = Sides.each(side -> new LinkedHashSet<>());

    Maps(Sides<LocalFence> fences, Sides<? extends Journal> journals, Checkpoints checkpoints) {
        this.fences = fences;
        this.journals = journals;
        this.checkpoints = checkpoints;
    }

    @Override
    public void carry(Side authority, Set<RecordId> records, @Nullable Checkpoint checkpoint) throws Exception {
        carried.add(Set.copyOf(records));
        try (LocalFence.Hold hold = holdCopy(authority.other())) {
            synchronized (this) {
                beforeCarry.carry(authority, records);
                Map<Long, String> copy = items.of(authority.other());
                for (RecordId record : records) {
                    String text = items.of(authority).get(id(record));
                    if (text == null) {
                        copy.remove(id(record));
                    } else {
                        copy.put(id(record), text);
                    }
                    unconfirmed.of(authority.other()).add(record);
                }
                if (checkpoint != null) {
                    checkpoints.save(checkpoint);
                }
                afterCarry.run();
            }
        }
    }

    @Override
    public void settle(Side authority) throws Exception {
        try (LocalFence.Hold hold = holdCopy(authority.other())) {
            synchronized (this) {
                settled++;
                beforeSettled.run();
            }
        }
    }

    @Override
    public List<Discrepancy> confirm(Side authority, Set<RecordId> records) throws Exception {
        try (LocalFence.Hold hold = holdCopy(authority.other())) {
            synchronized (this) {
                List<Discrepancy> found = new ArrayList<>();
                for (RecordId record : records) {
                    String copied = items.of(authority.other()).get(id(record));
                    String original = items.of(authority).get(id(record));
                    if (Objects.equals(copied, original)) {
                        unconfirmed.of(authority.other()).remove(record);
                    } else if (journals.of(authority).seen(List.of(record)).isEmpty()
                            && !isInRange(authority, record)) {
                        Discrepancy.Kind kind = kind(original, copied);
                        List<String> fields = kind == Discrepancy.Kind.DIFFERENT ? List.of("text") : List.of();
                        found.add(new Discrepancy(record, kind, fields));
                    }
                }
                return found;
            }
        }
    }

    private boolean isInRange(Side authority, RecordId record) {
        return journals.of(authority).ranges(record.type()).stream()
                .anyMatch(open -> RecordRange.of(open.record()).covers(record, Comparator.comparing(Long::valueOf)));
    }

    @Override
    public synchronized List<RecordId> unconfirmed(Side copy, int limit) {
        return unconfirmed.of(copy).stream().limit(limit).toList();
    }

    @Override
    public List<String> keysAfter(Side side, String type, @Nullable String after, int limit) {
        long from = after == null ? Long.MIN_VALUE : Long.parseLong(after);
        return items.of(side).tailMap(from, after == null).keySet().stream()
                .limit(limit)
                .map(String::valueOf)
                .toList();
    }

    @Override
    public OptionalLong estimate(Side side, String type) {
        return OptionalLong.of(items.of(side).size());
    }

    @Override
    public Prints fingerprints(Side side, RecordRange range) {
        beforePrints.run();
        Map<Long, String> now = blind.contains(side) ? Map.of() : new HashMap<>(items.of(side));
        Iterator<Print> prints = now.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .filter(entry -> range.covers(
                        new RecordId(range.type(), entry.getKey().toString()), Comparator.comparing(Long::valueOf)))
                .map(entry -> new Print(entry.getKey().toString(), entry.getValue()))
                .iterator();
        return new Prints() {
            @Override
            public boolean hasNext() {
                return prints.hasNext();
            }

            @Override
            public Print next() {
                return prints.next();
            }

            @Override
            public void close() {}
        };
    }

    private LocalFence.Hold holdCopy(Side copy) throws InterruptedException {
        LocalFence.Hold hold = fences.of(copy).hold(Role.COPY);
        if (hold == null) {
            throw new NotACopyException("The " + copy + " is not a copy");
        }
        return hold;
    }

    private static Discrepancy.Kind kind(@Nullable String original, @Nullable String copied) {
        if (original == null) {
            return Discrepancy.Kind.EXTRA;
        }
        return copied == null ? Discrepancy.Kind.MISSING : Discrepancy.Kind.DIFFERENT;
    }

    private static long id(RecordId record) {
        return Long.parseLong(record.key());
    }
}
