package io.dualwrite.jdbc;

import io.dualwrite.fence.Pace;
import io.dualwrite.fence.Transactions;
import io.dualwrite.jdbc.Scenario.Start;
import io.dualwrite.journal.Backlog;
import io.dualwrite.journal.Claim;
import io.dualwrite.journal.Intent;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.Postponement;
import io.dualwrite.repair.Carrier;
import io.dualwrite.repair.Checkpoint;
import io.dualwrite.repair.Checkpoints;
import io.dualwrite.repair.Confirmation;
import io.dualwrite.repair.Discrepancy;
import io.dualwrite.repair.Handover;
import io.dualwrite.repair.HandoverMutants;
import io.dualwrite.repair.NotACopyException;
import io.dualwrite.repair.Scan;
import io.dualwrite.repair.Transfer;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.testkit.simulation.Baton;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** Every variation of the protocol that is known to lose or corrupt data, each as a wiring of its own. */
final class Mutants {
    private Mutants() {}

    static List<Variation> all() {
        return List.of(
                new NoJournal(),
                new JournalOnlyWhenTheCopyFailed(),
                new ValueSentInline(),
                new LockOnTheAuthority(),
                carrier("SKIP LOCKED instead of waiting for the copy's lock", SkipLocked::new),
                new LeaseInsteadOfALock(),
                carrier("authority read before the copy is locked", ReadBeforeLock::new),
                carrier("authority read in a snapshot begun before the copy is locked", OlderSnapshot::new),
                carrier("authority read from a replica", ReadFromAReplica::new),
                transfer("intents removed by key", RemoveByKey::new),
                transfer("intents removed below a high-water mark", RemoveBelowHighWater::new),
                carrier("newer wins, without tombstones", NewerWins::new),
                new NewerWinsByClock(),
                new BackfillByInsertIfAbsent(),
                new BackfillByBlindUpsert(),
                new BackfillOfRangesNotLocked(),
                carrier("transfers without the copy's fence", Start.SHADOW, WithoutFence::new),
                new FlipThatDoesNotWaitForTransfers(),
                writers("writers without the authority's fence", Start.SHADOW, Mutants::withoutFence),
                writers("the flip does not wait for writers in flight", Start.SHADOW, Mutants::withoutLock),
                writers("the journal is switched on without waiting for writers", Start.OFF, Mutants::withoutLock),
                writers("the fence's lock and its row in one statement", Start.SHADOW, Mutants::inOneStatement),
                writers(
                        "the fence's row read plainly in REPEATABLE READ",
                        Start.SHADOW,
                        sql -> isControl(sql) ? sql.replace(" for share", "") : sql),
                library(
                        "control rows changed without looking at what they were",
                        Start.SHADOW,
                        sql -> sql.replace(" and role = ? and handover = ? and version = ?", "")),
                library(
                        "control rows changed without looking at the version",
                        Start.DUAL_WRITE,
                        sql -> sql.replace(" and handover = ? and version = ?", " and handover = ?")),
                library(
                        "control rows changed without taking them exclusively",
                        Start.SHADOW,
                        sql -> sql.startsWith("select pg_advisory_xact_lock(") ? "select 1" : sql),
                handover("the drain after the close left out", HandoverMutants::withoutDrain),
                handover("the decision in the new row", HandoverMutants::decidingInTheNewRow),
                handover("the handover number left out", HandoverMutants::withoutTheNumber),
                handover("no intents for the way back", HandoverMutants::withoutReverseIntents),
                handover("the old side follows before the new one has the authority", HandoverMutants::followingFirst),
                handover("the authority closed without a deadline", HandoverMutants::withoutDeadline),
                transfer("intents removed before the transfer", RemoveFirst::new),
                new IntentsAfterTheCommit(),
                new WriteThatFailsWithItsCopy(),
                new CursorBeforeTheChunk(),
                new BackfillOfTheOriginOnly(),
                new FlipWithoutGates(),
                new CursorsOfAnotherGeneration(),
                confirmation("a difference confirmed by reading the authority first", AuthorityFirst::new),
                confirmation("a difference confirmed by reading the journal first", JournalFirst::new),
                new FenceLostWithASavepoint(),
                new ReadsWithoutLookingAgain(),
                new RangesWithoutSettling(),
                new RangesForgottenByType(),
                new RangesOfTheAuthoritysKeysOnly());
    }

    /** Those that show only when the authority is forced. */
    static List<Variation> ofForcedRollback() {
        return List.of(
                handover(
                        "the authority forced at the handover number that there was", HandoverMutants::forcingNoNumber),
                handover("a lost side readopted with changes on the list", HandoverMutants::readoptingUnreconciled),
                library(
                        "a lost side closed while its writers are in flight",
                        Start.LIVE,
                        sql -> sql.startsWith("select pg_advisory_xact_lock(") ? "select 1" : sql));
    }

    private abstract static class WrongRanges extends Variation {
        @Override
        boolean sweeps() {
            return true;
        }

        @Override
        Start start() {
            return Start.SHADOW;
        }
    }

    /** A transfer that has read the authority before the sweep may write to the copy after the copy was listed. */
    private static final class RangesWithoutSettling extends WrongRanges {
        @Override
        public String name() {
            return "a range's keys listed without settling the copy";
        }

        @Override
        Start start() {
            return Start.CROWD;
        }

        @Override
        Carrier carrier(Sides<Place> places, Sides<ControlRows> controls, Tables tables, Pace pace) {
            return new TableCarrier(places, controls, tables) {
                private int reads;

                @Override
                public void settle(Side authority) {}

                @Override
                Map<RecordId, Row> readAuthority(Side authority, Set<RecordId> batch) throws SQLException {
                    Map<RecordId, Row> rows = super.readAuthority(authority, batch);
                    if (++reads % 3 == 0) {
                        slowly(pace, 50);
                    }
                    return rows;
                }
            };
        }
    }

    /** Rows that came while the range was being brought over go with those that were there before. */
    private static final class RangesForgottenByType extends WrongRanges {
        @Override
        public String name() {
            return "all rows of a type's ranges removed after one of them";
        }

        @Override
        Journal relayed(Journal right) {
            return new Delegating(right) {
                @Override
                public void remove(Collection<Intent> intents) {
                    List<Intent> more = new ArrayList<>(intents);
                    if (intents.stream().anyMatch(intent -> intent.record().isRange())) {
                        more.addAll(right.ranges(SimulatedNode.ITEMS.name()));
                    }
                    super.remove(more);
                }
            };
        }
    }

    private static class Delegating implements Journal {
        private final Journal right;

        Delegating(Journal right) {
            this.right = right;
        }

        @Override
        public void append(Collection<RecordId> records) {
            right.append(records);
        }

        @Override
        public List<RecordId> claim(Claim claim) {
            return right.claim(claim);
        }

        @Override
        public List<Intent> seen(Collection<RecordId> records) {
            return right.seen(records);
        }

        @Override
        public List<Intent> ranges(String type) {
            return right.ranges(type);
        }

        @Override
        public void remove(Collection<Intent> intents) {
            right.remove(intents);
        }

        @Override
        public void postpone(Collection<RecordId> records, Postponement postponement) {
            right.postpone(records, postponement);
        }

        @Override
        public Backlog backlog() {
            return right.backlog();
        }
    }

    /** What a sweep has deleted is on the copy alone. */
    private static final class RangesOfTheAuthoritysKeysOnly extends WrongRanges {
        @Override
        public String name() {
            return "a range's keys listed on the authority only";
        }

        @Override
        Scan scanOfRanges(Scan right) {
            return new Scan() {
                @Override
                public List<String> keysAfter(Side side, String type, @Nullable String after, int limit)
                        throws Exception {
                    return side == Side.TARGET ? List.of() : right.keysAfter(side, type, after, limit);
                }

                @Override
                public Prints fingerprints(Side side, RecordRange range) throws Exception {
                    return right.fingerprints(side, range);
                }
            };
        }
    }

    /** Coordinators take the backfill for ended and the last verification for clean. */
    private static final class FlipWithoutGates extends Variation {
        @Override
        public String name() {
            return "a flip without looking at backfill and verification";
        }

        @Override
        Start start() {
            return Start.DUAL_WRITE;
        }

        @Override
        Checkpoints checkpoints(Checkpoints right) {
            return new OtherCheckpoints(right) {
                @Override
                public Optional<Checkpoint> find(String job, String type, int generation) {
                    return Baton.self().startsWith("coordinator")
                            ? Optional.of(new Checkpoint(job, type, generation, null, 0, true))
                            : super.find(job, type, generation);
                }

                @Override
                public boolean replace(@Nullable Checkpoint expected, Checkpoint next) {
                    super.replace(
                            super.find(next.job(), next.type(), next.generation())
                                    .orElse(null),
                            next);
                    return true;
                }
            };
        }
    }

    private static class OtherCheckpoints implements Checkpoints {
        final Checkpoints right;

        OtherCheckpoints(Checkpoints right) {
            this.right = right;
        }

        @Override
        public Optional<Checkpoint> find(String job, String type, int generation) {
            return right.find(job, type, generation);
        }

        @Override
        public void save(Checkpoint checkpoint) {
            right.save(checkpoint);
        }

        @Override
        public boolean replace(@Nullable Checkpoint expected, Checkpoint next) {
            return right.replace(expected, next);
        }
    }

    /** Cursors are looked up without asking which generation they belong to. */
    private static final class CursorsOfAnotherGeneration extends Variation {
        @Override
        public String name() {
            return "cursors of another generation taken for this one's";
        }

        @Override
        Start start() {
            return Start.DUAL_WRITE;
        }

        @Override
        Checkpoints checkpoints(Checkpoints right) {
            return new OtherCheckpoints(right) {
                @Override
                public Optional<Checkpoint> find(String job, String type, int generation) {
                    Optional<Checkpoint> found = super.find(job, type, generation);
                    return job.equals(Checkpoint.BACKFILL)
                            ? found.or(() -> super.find(job, type, generation - 1))
                            : found;
                }
            };
        }
    }

    private static final class CursorBeforeTheChunk extends Variation {
        @Override
        public String name() {
            return "the cursor saved before its chunk";
        }

        @Override
        Start start() {
            return Start.DUAL_WRITE;
        }

        @Override
        Carrier carrier(Sides<Place> places, Sides<ControlRows> controls, Tables tables, Pace pace) {
            Carrier right = super.carrier(places, controls, tables, pace);
            return new Carrier() {
                @Override
                public void carry(Side authority, Set<RecordId> records, @Nullable Checkpoint checkpoint)
                        throws Exception {
                    if (checkpoint != null) {
                        new JdbcCheckpoints(places.target()).save(checkpoint);
                    }
                    right.carry(authority, records, null);
                }

                @Override
                public void settle(Side authority) throws Exception {
                    right.settle(authority);
                }
            };
        }
    }

    /** Leaves on the target what is there and not on the origin. */
    private static final class BackfillOfTheOriginOnly extends Variation {
        @Override
        public String name() {
            return "backfill of the origin's keys only";
        }

        @Override
        Start start() {
            return Start.DUAL_WRITE;
        }

        @Override
        Scan scan(Scan right) {
            return new Scan() {
                @Override
                public List<String> keysAfter(Side side, String type, @Nullable String after, int limit)
                        throws Exception {
                    return side == Side.TARGET ? List.of() : right.keysAfter(side, type, after, limit);
                }

                @Override
                public Prints fingerprints(Side side, RecordRange range) throws Exception {
                    return right.fingerprints(side, range);
                }
            };
        }
    }

    private static final class IntentsAfterTheCommit extends NoJournal {
        @Override
        public String name() {
            return "intents added after the commit";
        }

        @Override
        void afterWrite(SimulatedNode node, Side side, Map<Long, Long> written) {
            if (!written.isEmpty()) {
                node.journals.of(side).append(ids(written));
            }
        }
    }

    private static final class RemoveFirst extends Transfer {
        private final Sides<Journal> journals;
        private final Carrier carrier;

        RemoveFirst(Sides<Journal> journals, Carrier carrier, Pace pace) {
            super(journals, carrier);
            this.journals = journals;
            this.carrier = carrier;
        }

        @Override
        public void transfer(Side authority, Set<RecordId> records, @Nullable Checkpoint checkpoint) throws Exception {
            Journal journal = journals.of(authority);
            journal.remove(journal.seen(records));
            carrier.carry(authority, records, checkpoint);
        }
    }

    /** The savepoint drops the lock that was taken after it. */
    private static final class FenceLostWithASavepoint extends Variation {
        @Override
        public String name() {
            return "a savepoint from before the fence gone back to";
        }

        @Override
        Start start() {
            return Start.SHADOW;
        }

        @Override
        boolean losesItsFence() {
            return true;
        }
    }

    private static final class ReadsWithoutLookingAgain extends Variation {
        @Override
        public String name() {
            return "strict reads that do not look at the row afterwards";
        }

        @Override
        Start start() {
            return Start.SHADOW;
        }

        @Override
        void read(SimulatedNode node, Transactions.Reading<Long> reading) throws Exception {
            reading.on(node.board.view().leader());
        }
    }

    private interface ConfirmationOf {
        Confirmation of(Sides<Place> places, Sides<ControlRows> controls, Sides<JdbcJournal> journals, Tables tables);
    }

    private static Variation confirmation(String name, ConfirmationOf factory) {
        return new Variation() {
            @Override
            public String name() {
                return name;
            }

            @Override
            Start start() {
                return Start.SHADOW;
            }

            @Override
            Confirmation confirmation(
                    Sides<Place> places, Sides<ControlRows> controls, Sides<JdbcJournal> journals, Tables tables) {
                return factory.of(places, controls, journals, tables);
            }
        };
    }

    /** Reads under the copy's fence and stripes like the right one, in an order of its own. */
    private abstract static class OtherOrder implements Confirmation {
        final Sides<Place> places;
        final Sides<ControlRows> controls;
        final Sides<JdbcJournal> journals;
        private final Confirmation right;

        OtherOrder(Sides<Place> places, Sides<ControlRows> controls, Sides<JdbcJournal> journals, Tables tables) {
            this.places = places;
            this.controls = controls;
            this.journals = journals;
            this.right = new TableConfirmation(places, controls, journals, tables);
        }

        @Override
        public List<RecordId> unconfirmed(Side copy, int limit) throws Exception {
            return right.unconfirmed(copy, limit);
        }

        @Override
        public List<Discrepancy> confirm(Side authority, Set<RecordId> records) throws SQLException {
            List<Discrepancy> found = new ArrayList<>();
            Place copy = places.of(authority.other());
            try (Session session = copy.begin()) {
                mustBeACopy(controls.of(copy.side()).hold(session.run()));
                new Stripes(copy).lock(session, records);
                for (RecordId record : records) {
                    if (isDifferent(session, authority, record)) {
                        found.add(new Discrepancy(record, Discrepancy.Kind.DIFFERENT, List.of()));
                    }
                }
                session.commit();
            }
            return found;
        }

        abstract boolean isDifferent(Session session, Side authority, RecordId record) throws SQLException;

        @Nullable Long value(Session session, Side side, RecordId record) throws SQLException {
            return session.run()
                    .first(
                            "select amount from " + SimulatedNode.table(side) + " where id = ?",
                            row -> row.getLong(1),
                            Long.valueOf(record.key()));
        }

        @Nullable Long there(Side side, RecordId record) throws SQLException {
            try (Session session = places.of(side).begin()) {
                return value(session, side, record);
            }
        }
    }

    private static final class AuthorityFirst extends OtherOrder {
        private final ThreadLocal<Map<RecordId, Long>> early = new ThreadLocal<>();

        AuthorityFirst(Sides<Place> places, Sides<ControlRows> controls, Sides<JdbcJournal> journals, Tables tables) {
            super(places, controls, journals, tables);
        }

        @Override
        public List<Discrepancy> confirm(Side authority, Set<RecordId> records) throws SQLException {
            Map<RecordId, Long> values = new HashMap<>();
            for (RecordId record : records) {
                values.put(record, there(authority, record));
            }
            early.set(values);
            return super.confirm(authority, records);
        }

        @Override
        boolean isDifferent(Session session, Side authority, RecordId record) throws SQLException {
            Long mine = early.get().get(record);
            Long copied = value(session, authority.other(), record);
            return !Objects.equals(mine, copied)
                    && journals.of(authority).seen(Set.of(record)).isEmpty();
        }
    }

    private static final class JournalFirst extends OtherOrder {
        JournalFirst(Sides<Place> places, Sides<ControlRows> controls, Sides<JdbcJournal> journals, Tables tables) {
            super(places, controls, journals, tables);
        }

        @Override
        boolean isDifferent(Session session, Side authority, RecordId record) throws SQLException {
            boolean open = !journals.of(authority).seen(Set.of(record)).isEmpty();
            Long copied = value(session, authority.other(), record);
            Long mine = there(authority, record);
            return !Objects.equals(mine, copied) && !open;
        }
    }

    private interface CarrierOf {
        Carrier of(Sides<Place> places, Sides<ControlRows> controls, Tables tables);
    }

    /** A mistake shows sooner where the one who makes it is slow. What is right may be as slow as it likes. */
    private static void slowly(Pace pace, int millis) {
        try {
            pace.pause(Duration.ofMillis(millis));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Variation carrier(String name, CarrierOf factory) {
        return carrier(name, Start.CROWD, factory);
    }

    private static Variation carrier(String name, Start start, CarrierOf factory) {
        return new Variation() {
            @Override
            Start start() {
                return start;
            }

            @Override
            public String name() {
                return name;
            }

            @Override
            Carrier carrier(Sides<Place> places, Sides<ControlRows> controls, Tables tables, Pace pace) {
                return factory.of(places, controls, tables);
            }
        };
    }

    private interface TransferOf {
        Transfer of(Sides<Journal> journals, Carrier carrier, Pace pace);
    }

    private static Variation transfer(String name, TransferOf factory) {
        return new Variation() {
            @Override
            Start start() {
                return Start.CROWD;
            }

            @Override
            public String name() {
                return name;
            }

            @Override
            Transfer transfer(Sides<Journal> journals, Carrier carrier, Pace pace) {
                return factory.of(journals, carrier, pace);
            }
        };
    }

    private static Variation handover(String name, Function<Variation.HandoverParts, Handover> factory) {
        return new Variation() {
            @Override
            public String name() {
                return name;
            }

            @Override
            Start start() {
                return Start.SHADOW;
            }

            @Override
            protected Handover handover(Variation.HandoverParts parts) {
                return factory.apply(parts);
            }
        };
    }

    private static UnaryOperator<String> withoutIntents() {
        return sql -> sql.startsWith("insert into dualwrite_journal")
                ? sql.replace(
                        "values (?, ?, ?, ?, ?)",
                        "select cast(? as varchar), cast(? as varchar), cast(? as varchar), cast(? as varchar),"
                                + " cast(? as integer) where 1 = 0")
                : sql;
    }

    private static class NoJournal extends Variation {
        @Override
        public String name() {
            return "no journal";
        }

        @Override
        UnaryOperator<String> writersSql() {
            return withoutIntents();
        }

        @Override
        boolean leavesIntentsAtOnce() {
            return false;
        }
    }

    private static final class JournalOnlyWhenTheCopyFailed extends NoJournal {
        @Override
        public String name() {
            return "journal only when the copy failed";
        }

        @Override
        void afterWrite(SimulatedNode node, Side side, Map<Long, Long> written) throws Exception {
            if (!node.board.stage().write().followed() || written.isEmpty()) {
                return;
            }
            Set<RecordId> ids = ids(written);
            try {
                node.transfer.transfer(side, ids);
            } catch (Exception failed) {
                node.journals.of(side).append(ids);
            }
        }
    }

    private static final class ValueSentInline extends Variation {
        @Override
        public String name() {
            return "the value sent inline, intent removed on success";
        }

        @Override
        boolean leavesIntentsAtOnce() {
            return false;
        }

        @Override
        void afterWrite(SimulatedNode node, Side side, Map<Long, Long> written) throws Exception {
            if (!node.board.stage().write().followed() || written.isEmpty()) {
                return;
            }
            Place copy = node.places.of(side.other());
            try (Session session = copy.begin()) {
                mustBeACopy(node.controls.of(copy.side()).hold(session.run()));
                new Stripes(copy).lock(session, ids(written));
                for (Map.Entry<Long, Long> each : written.entrySet()) {
                    write(session, copy.side(), each.getKey(), each.getValue(), true);
                }
                session.commit();
            }
            Journal journal = node.journals.of(side);
            journal.remove(journal.seen(ids(written)));
        }
    }

    private static final class WriteThatFailsWithItsCopy extends Variation {
        @Override
        public String name() {
            return "a write fails when its copy does";
        }

        @Override
        Start start() {
            return Start.SHADOW;
        }

        @Override
        void beforeAcknowledging(SimulatedNode node, Side side, Map<Long, Long> written) throws Exception {
            if (node.board.stage().write().followed() && !written.isEmpty()) {
                node.transfer.transfer(side, ids(written));
            }
        }
    }

    /** Its lock lies where it does not write: the server that has it may end an idle session and let the next one in. */
    private static final class LockOnTheAuthority extends Variation {
        @Override
        public String name() {
            return "lock on the authority instead of the copy";
        }

        @Override
        Start start() {
            return Start.CROWD;
        }

        @Override
        Carrier carrier(Sides<Place> places, Sides<ControlRows> controls, Tables tables, Pace pace) {
            return new TableCarrier(places, controls, tables) {
                // Several threads of a node have one carrier.
                private final ThreadLocal<Session> lock = new ThreadLocal<>();
                private int reads;

                @Override
                void attempt(
                        Side authority, Set<RecordId> batch, @Nullable Checkpoint checkpoint, Map<RecordId, Row> rows)
                        throws SQLException {
                    try (Session session = places.of(authority).begin()) {
                        lock.set(session);
                        new Stripes(places.of(authority)).lock(session, batch);
                        super.attempt(authority, batch, checkpoint, rows);
                    }
                }

                @Override
                void lockStripes(Session session, Place copy, Set<RecordId> batch, @Nullable Checkpoint checkpoint) {}

                @Override
                Map<RecordId, Row> readAuthority(Side authority, Set<RecordId> batch) throws SQLException {
                    Map<RecordId, Row> rows = super.readAuthority(authority, batch);
                    if (++reads % 3 == 0) {
                        lock.get().connection().rollback();
                        slowly(pace, 50);
                    }
                    return rows;
                }
            };
        }
    }

    private static final class SkipLocked extends TableCarrier {
        SkipLocked(Sides<Place> places, Sides<ControlRows> controls, Tables tables) {
            super(places, controls, tables);
        }

        @Override
        void lockStripes(Session session, Place copy, Set<RecordId> batch, @Nullable Checkpoint checkpoint)
                throws SQLException {
            for (RecordId record : batch) {
                session.run()
                        .list(
                                "select stripe from dualwrite_stripe where migration = ? and side = ? and stripe = ?"
                                        + " for update skip locked",
                                row -> row.getInt(1),
                                copy.migration(),
                                copy.side().name(),
                                Stripes.of(record));
            }
        }
    }

    /** Ten seconds, by a clock that everybody agrees on. */
    private static final class LeaseInsteadOfALock extends Variation {
        private final Map<RecordId, Long> leases = new HashMap<>();

        @Override
        public String name() {
            return "a lease instead of a lock on the copy";
        }

        @Override
        Start start() {
            return Start.CROWD;
        }

        @Override
        void begin() {
            leases.clear();
        }

        @Override
        Carrier carrier(Sides<Place> places, Sides<ControlRows> controls, Tables tables, Pace pace) {
            return new TableCarrier(places, controls, tables) {
                @Override
                void attempt(
                        Side authority, Set<RecordId> batch, @Nullable Checkpoint checkpoint, Map<RecordId, Row> rows)
                        throws SQLException {
                    long until = 0;
                    try {
                        while (batch.stream().anyMatch(id -> leases.getOrDefault(id, 0L) > pace.nanos())) {
                            pace.pause(Duration.ofMillis(50));
                        }
                        until = pace.nanos() + Duration.ofSeconds(10).toNanos();
                        for (RecordId record : batch) {
                            leases.put(record, until);
                        }
                        super.attempt(authority, batch, checkpoint, rows);
                    } catch (InterruptedException e) {
                        throw new SQLException(e);
                    } finally {
                        for (RecordId record : batch) {
                            leases.remove(record, until);
                        }
                    }
                }

                @Override
                void lockStripes(Session session, Place copy, Set<RecordId> batch, @Nullable Checkpoint checkpoint) {}
            };
        }
    }

    private static final class ReadBeforeLock extends TableCarrier {
        private final ThreadLocal<Map<RecordId, Row>> early = new ThreadLocal<>();

        ReadBeforeLock(Sides<Place> places, Sides<ControlRows> controls, Tables tables) {
            super(places, controls, tables);
        }

        @Override
        void attempt(Side authority, Set<RecordId> batch, @Nullable Checkpoint checkpoint, Map<RecordId, Row> rows)
                throws SQLException {
            early.set(super.readAuthority(authority, batch));
            super.attempt(authority, batch, checkpoint, rows);
        }

        @Override
        Map<RecordId, Row> readAuthority(Side authority, Set<RecordId> batch) {
            return early.get();
        }
    }

    /** Reads under the lock, in a snapshot that its first statement took before. */
    private static final class OlderSnapshot extends TableCarrier {
        private final ThreadLocal<Session> begun = new ThreadLocal<>();
        private final Sides<Place> places;
        private final Tables tables;

        OlderSnapshot(Sides<Place> places, Sides<ControlRows> controls, Tables tables) {
            super(places, controls, tables);
            this.places = places;
            this.tables = tables;
        }

        @Override
        void attempt(Side authority, Set<RecordId> batch, @Nullable Checkpoint checkpoint, Map<RecordId, Row> rows)
                throws SQLException {
            try (Session snapshot = places.of(authority).beginSnapshot()) {
                begun.set(snapshot);
                readAuthority(authority, batch);
                super.attempt(authority, batch, checkpoint, rows);
            }
        }

        @Override
        Map<RecordId, Row> readAuthority(Side authority, Set<RecordId> batch) throws SQLException {
            Session snapshot = begun.get();
            SideTable there = tables.at(places.of(authority), snapshot.connection(), SimulatedNode.ITEMS.name());
            Map<RecordId, Row> rows = new LinkedHashMap<>();
            new KeyedRows(snapshot, there)
                    .read(
                            snapshot.dialect().selection(there.shape()),
                            batch.stream().map(RecordId::key).toList(),
                            (key, row) -> rows.put(SimulatedNode.id(Long.parseLong(key)), row));
            return rows;
        }
    }

    /** One read behind. */
    private static final class ReadFromAReplica extends TableCarrier {
        private final Map<RecordId, List<Row>> replica = new HashMap<>();

        ReadFromAReplica(Sides<Place> places, Sides<ControlRows> controls, Tables tables) {
            super(places, controls, tables);
        }

        @Override
        Map<RecordId, Row> readAuthority(Side authority, Set<RecordId> batch) throws SQLException {
            Map<RecordId, Row> now = super.readAuthority(authority, batch);
            Map<RecordId, Row> behind = new LinkedHashMap<>();
            for (RecordId record : batch) {
                List<Row> newest = now.containsKey(record) ? List.of(now.get(record)) : List.of();
                List<Row> seen = replica.getOrDefault(record, newest);
                seen.forEach(row -> behind.put(record, row));
                replica.put(record, newest);
            }
            return behind;
        }
    }

    private static final class RemoveByKey extends Transfer {
        private final Sides<Journal> journals;

        RemoveByKey(Sides<Journal> journals, Carrier carrier, Pace pace) {
            super(journals, carrier);
            this.journals = journals;
        }

        @Override
        public void transfer(Side authority, Set<RecordId> records, @Nullable Checkpoint checkpoint) throws Exception {
            super.transfer(authority, records, checkpoint);
            journals.of(authority).remove(journals.of(authority).seen(records));
        }
    }

    private static final class RemoveBelowHighWater extends Transfer {
        private final Sides<Journal> journals;
        private final Carrier carrier;
        private final Pace pace;

        RemoveBelowHighWater(Sides<Journal> journals, Carrier carrier, Pace pace) {
            super(journals, carrier);
            this.pace = pace;
            this.journals = journals;
            this.carrier = carrier;
        }

        @Override
        public void transfer(Side authority, Set<RecordId> records, @Nullable Checkpoint checkpoint) throws Exception {
            Journal journal = journals.of(authority);
            Set<RecordId> all = new LinkedHashSet<>(records);
            for (long key = 1; key <= Scenario.MOST_KEYS; key++) {
                all.add(SimulatedNode.id(key));
            }
            long mark = journal.seen(all).stream().mapToLong(Intent::id).max().orElse(0);
            carrier.carry(authority, records, checkpoint);
            slowly(pace, 50);
            journal.remove(journal.seen(records).stream()
                    .filter(intent -> intent.id() <= mark)
                    .toList());
        }
    }

    /** Compares values instead of locking; what is deleted leaves nothing to compare with. */
    private static final class NewerWins extends KeepsTheNewer {
        NewerWins(Sides<Place> places, Sides<ControlRows> controls, Tables tables) {
            super(places, controls, tables);
        }

        @Override
        void lockStripes(Session session, Place copy, Set<RecordId> batch, @Nullable Checkpoint checkpoint) {}
    }

    /** Locks and reads as it should. Each value begins with the time of its writing, by a clock that is its node's own. */
    private static final class NewerWinsByClock extends Variation {
        private static final long NUMBERS = 1_000_000;

        @Override
        public String name() {
            return "newer wins by clock";
        }

        @Override
        Start start() {
            return Start.CROWD;
        }

        @Override
        long stamped(SimulatedNode node, long number) {
            return TimeUnit.NANOSECONDS.toMillis(node.pace.nanos()) * NUMBERS + number;
        }

        @Override
        Carrier carrier(Sides<Place> places, Sides<ControlRows> controls, Tables tables, Pace pace) {
            return new KeepsTheNewer(places, controls, tables);
        }
    }

    /** The copy keeps what it has where that is the higher value. */
    private static class KeepsTheNewer extends TableCarrier {
        KeepsTheNewer(Sides<Place> places, Sides<ControlRows> controls, Tables tables) {
            super(places, controls, tables);
        }

        @Override
        void apply(Session session, Place copy, Set<RecordId> batch, Map<RecordId, Row> rows) throws SQLException {
            String table = SimulatedNode.table(copy.side());
            for (RecordId record : batch) {
                long key = Long.parseLong(record.key());
                Row row = rows.get(record);
                if (row == null) {
                    session.run().update("delete from " + table + " where id = ?", key);
                    continue;
                }
                Object amount = row.get("amount");
                session.run()
                        .update("update " + table + " set amount = ? where id = ? and amount < ?", amount, key, amount);
                insertIfAbsent(session, copy.side(), key, amount);
            }
        }
    }

    private abstract static class WrongBackfill extends Variation {
        @Override
        Start start() {
            return Start.CROWD;
        }

        @Override
        void backfill(SimulatedNode node) throws Exception {
            ControlRow row = node.board.refresh(Side.ORIGIN);
            if (row.role() != Role.AUTHORITY || !row.stage().write().followed()) {
                throw new IllegalStateException("the stage is not right");
            }
            for (int attempt = 0; attempt < 5; attempt++) {
                try {
                    copyAll(node);
                    node.checkpoints.save(new Checkpoint(Checkpoint.BACKFILL, "item", row.generation(), null, 0, true));
                    return;
                } catch (SQLException again) {
                    node.pace.pause(Duration.ofMillis(100));
                }
            }
            throw new SQLException("the backfill did not get through");
        }

        void copyAll(SimulatedNode node) throws Exception {
            Map<Long, Long> listed = list(node, Side.ORIGIN, 0, Long.MAX_VALUE);
            for (Map.Entry<Long, Long> each : listed.entrySet()) {
                try (Session session = node.places.target().begin()) {
                    mustBeACopy(node.controls.target().hold(session.run()));
                    write(session, each.getKey(), each.getValue());
                    session.commit();
                }
            }
            for (long leftover : list(node, Side.TARGET, 0, Long.MAX_VALUE).keySet()) {
                if (!listed.containsKey(leftover)) {
                    node.transfer.transfer(Side.ORIGIN, Set.of(SimulatedNode.id(leftover)));
                }
            }
        }

        abstract void write(Session session, long key, long value) throws SQLException;
    }

    private static final class BackfillByInsertIfAbsent extends WrongBackfill {
        @Override
        public String name() {
            return "backfill by insert-if-absent";
        }

        @Override
        void write(Session session, long key, long value) throws SQLException {
            insertIfAbsent(session, Side.TARGET, key, value);
        }
    }

    private static final class BackfillByBlindUpsert extends WrongBackfill {
        @Override
        public String name() {
            return "backfill by blind upsert";
        }

        @Override
        void write(Session session, long key, long value) throws SQLException {
            Mutants.write(session, Side.TARGET, key, value, false);
        }
    }

    /** Locks what it listed, and then copies whatever the range has. */
    private static final class BackfillOfRangesNotLocked extends WrongBackfill {
        @Override
        public String name() {
            return "backfill of a range whose keys were not listed and locked";
        }

        @Override
        void copyAll(SimulatedNode node) throws Exception {
            Set<Long> listed = new LinkedHashSet<>(
                    list(node, Side.ORIGIN, 0, Long.MAX_VALUE).keySet());
            listed.addAll(list(node, Side.TARGET, 0, Long.MAX_VALUE).keySet());
            try (Session session = node.places.target().begin()) {
                mustBeACopy(node.controls.target().hold(session.run()));
                if (!listed.isEmpty()) {
                    List<RecordId> ids = new ArrayList<>();
                    listed.forEach(key -> ids.add(SimulatedNode.id(key)));
                    new Stripes(node.places.target()).lock(session, ids);
                }
                Map<Long, Long> range = list(node, Side.ORIGIN, 0, Long.MAX_VALUE);
                slowly(node.pace, 100);
                for (long key : listed) {
                    if (!range.containsKey(key)) {
                        session.run().update("delete from item_v2 where id = ?", key);
                    }
                }
                for (Map.Entry<Long, Long> each : range.entrySet()) {
                    write(session, each.getKey(), each.getValue());
                }
                session.commit();
            }
        }

        @Override
        void write(Session session, long key, long value) throws SQLException {
            Mutants.write(session, Side.TARGET, key, value, false);
        }
    }

    private static final class WithoutFence extends TableCarrier {
        WithoutFence(Sides<Place> places, Sides<ControlRows> controls, Tables tables) {
            super(places, controls, tables);
        }

        @Override
        void fence(Session session, Place copy) {}
    }

    /** Transfers look whether the side is a copy, and hold nothing. */
    private static final class FlipThatDoesNotWaitForTransfers extends Variation {
        @Override
        public String name() {
            return "the flip does not wait for transfers in flight";
        }

        @Override
        Start start() {
            return Start.SHADOW;
        }

        @Override
        Carrier carrier(Sides<Place> places, Sides<ControlRows> controls, Tables tables, Pace pace) {
            return new TableCarrier(places, controls, tables) {
                @Override
                void fence(Session session, Place copy) throws SQLException {
                    mustBeACopy(ControlTable.row(session.run(), copy, 0, ""));
                    slowly(pace, 500);
                }
            };
        }
    }

    /** Writers whose statements are rewritten. */
    private static Variation writers(String name, Start start, UnaryOperator<String> rewrite) {
        return new Variation() {
            @Override
            public String name() {
                return name;
            }

            @Override
            Start start() {
                return start;
            }

            @Override
            UnaryOperator<String> writersSql() {
                return rewrite;
            }
        };
    }

    /** A library whose own statements are rewritten. */
    private static Variation library(String name, Start start, UnaryOperator<String> rewrite) {
        return new Variation() {
            @Override
            public String name() {
                return name;
            }

            @Override
            Start start() {
                return start;
            }

            @Override
            UnaryOperator<String> librarysSql() {
                return rewrite;
            }
        };
    }

    private static String withoutLock(String sql) {
        return sql.startsWith("select pg_try_advisory_xact_lock_shared") ? "select true" : sql;
    }

    private static String withoutFence(String sql) {
        return isControl(sql)
                ? sql.replace("select role,", "select 'AUTHORITY' as role,").replace(" for share", "")
                : withoutLock(sql);
    }

    /** The lock as the last thing that the statement which reads the row asks for. */
    private static String inOneStatement(String sql) {
        if (!isControl(sql)) {
            return withoutLock(sql);
        }
        StringBuilder lock = new StringBuilder(", case");
        for (Side side : Side.values()) {
            CRC32 crc = new CRC32();
            crc.update((SimulatedNode.MIGRATION + '/' + side).getBytes(StandardCharsets.UTF_8));
            lock.append(" when side = '")
                    .append(side)
                    .append(
                            "' then pg_advisory_xact_lock_shared(cast(cast('dualwrite_control' as regclass) as oid)::int, ")
                    .append((int) crc.getValue())
                    .append(")");
        }
        return sql.replace(" from dualwrite_control", lock + " end from dualwrite_control");
    }

    private static boolean isControl(String sql) {
        return sql.contains("from dualwrite_control");
    }

    private static Set<RecordId> ids(Map<Long, Long> written) {
        Set<RecordId> ids = new LinkedHashSet<>();
        written.keySet().forEach(key -> ids.add(SimulatedNode.id(key)));
        return ids;
    }

    private static void mustBeACopy(@Nullable ControlRow row) {
        if (row == null || row.role() != Role.COPY) {
            throw new NotACopyException("not a copy");
        }
    }

    private static Map<Long, Long> list(SimulatedNode node, Side side, long from, long to) throws SQLException {
        Map<Long, Long> found = new TreeMap<>();
        try (Session session = node.places.of(side).begin()) {
            session.run()
                    .list(
                            "select id, amount from " + SimulatedNode.table(side) + " where id between ? and ?",
                            row -> found.put(row.getLong(1), row.getLong(2)) == null,
                            from,
                            to);
        }
        return found;
    }

    private static void write(Session session, Side side, long key, @Nullable Long value, boolean deletes)
            throws SQLException {
        String table = SimulatedNode.table(side);
        if (value == null) {
            if (deletes) {
                session.run().update("delete from " + table + " where id = ?", key);
            }
        } else if (session.run().update("update " + table + " set amount = ? where id = ?", value, key) == 0) {
            session.run().update("insert into " + table + " (amount, id) values (?, ?)", value, key);
        }
    }

    private static void insertIfAbsent(Session session, Side side, long key, @Nullable Object value)
            throws SQLException {
        String table = SimulatedNode.table(side);
        session.run()
                .update(
                        "insert into " + table
                                + " (id, amount) select cast(? as bigint), cast(? as bigint) where not exists"
                                + " (select 1 from " + table + " where id = ?)",
                        key,
                        value,
                        key);
    }
}
