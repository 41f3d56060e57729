package io.dualwrite.jdbc;

import io.dualwrite.fence.Pace;
import io.dualwrite.jdbc.Scenario.Start;
import io.dualwrite.journal.Intent;
import io.dualwrite.journal.Journal;
import io.dualwrite.repair.Carrier;
import io.dualwrite.repair.Checkpoint;
import io.dualwrite.repair.Handover;
import io.dualwrite.repair.HandoverMutants;
import io.dualwrite.repair.NotACopyException;
import io.dualwrite.repair.Transfer;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
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
                carrier("authority read from a replica", ReadFromAReplica::new),
                transfer("intents removed by key", RemoveByKey::new),
                transfer("intents removed below a high-water mark", RemoveBelowHighWater::new),
                carrier("newer wins, without tombstones", NewerWins::new),
                new BackfillByInsertIfAbsent(),
                new BackfillByBlindUpsert(),
                new BackfillOfRangesNotLocked(),
                carrier("transfers without the copy's fence", Start.SHADOW, WithoutFence::new),
                new FlipThatDoesNotWaitForTransfers(),
                new WritersWithoutFence(),
                new FlipThatDoesNotWaitForWriters(),
                handover("the drain after the close left out", HandoverMutants::withoutDrain),
                handover("the decision in the new row", HandoverMutants::decidingInTheNewRow),
                handover("the handover number left out", HandoverMutants::withoutTheNumber),
                handover("no intents for the way back", HandoverMutants::withoutReverseIntents));
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
            if (!node.board.stage().write().followed()) {
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
                private @Nullable Session lock;
                private int reads;

                @Override
                void attempt(
                        Side authority, Set<RecordId> batch, @Nullable Checkpoint checkpoint, Map<RecordId, Row> rows)
                        throws SQLException {
                    try (Session session = places.of(authority).begin()) {
                        lock = session;
                        new Stripes(places.of(authority)).lock(session, batch);
                        super.attempt(authority, batch, checkpoint, rows);
                    }
                }

                @Override
                void lockStripes(Session session, Place copy, Set<RecordId> batch, @Nullable Checkpoint checkpoint) {}

                @Override
                Map<RecordId, Row> readAuthority(Side authority, Set<RecordId> batch) throws SQLException {
                    Map<RecordId, Row> rows = super.readAuthority(authority, batch);
                    if (lock != null && ++reads % 3 == 0) {
                        lock.connection().rollback();
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
        private @Nullable Map<RecordId, Row> early;

        ReadBeforeLock(Sides<Place> places, Sides<ControlRows> controls, Tables tables) {
            super(places, controls, tables);
        }

        @Override
        void attempt(Side authority, Set<RecordId> batch, @Nullable Checkpoint checkpoint, Map<RecordId, Row> rows)
                throws SQLException {
            early = super.readAuthority(authority, batch);
            super.attempt(authority, batch, checkpoint, rows);
        }

        @Override
        Map<RecordId, Row> readAuthority(Side authority, Set<RecordId> batch) {
            return early == null ? Map.of() : early;
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
    private static final class NewerWins extends TableCarrier {
        NewerWins(Sides<Place> places, Sides<ControlRows> controls, Tables tables) {
            super(places, controls, tables);
        }

        @Override
        void lockStripes(Session session, Place copy, Set<RecordId> batch, @Nullable Checkpoint checkpoint) {}

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

    private static final class WritersWithoutFence extends Variation {
        @Override
        public String name() {
            return "writers without the authority's fence";
        }

        @Override
        Start start() {
            return Start.SHADOW;
        }

        @Override
        UnaryOperator<String> writersSql() {
            return sql -> isFence(sql)
                    ? sql.replace("select role,", "select 'AUTHORITY' as role,").replace(" for update skip locked", "")
                    : sql;
        }
    }

    private static final class FlipThatDoesNotWaitForWriters extends Variation {
        @Override
        public String name() {
            return "the flip does not wait for writers in flight";
        }

        @Override
        Start start() {
            return Start.SHADOW;
        }

        @Override
        UnaryOperator<String> writersSql() {
            return sql -> isFence(sql) ? sql.replace(" for update skip locked", "") : sql;
        }
    }

    private static boolean isFence(String sql) {
        return sql.contains("from dualwrite_control") && sql.contains(" for update");
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
