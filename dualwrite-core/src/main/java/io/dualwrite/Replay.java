package io.dualwrite;

import io.dualwrite.compare.Equivalences;
import io.dualwrite.compare.FieldFinding;
import io.dualwrite.decorate.MethodTable;
import io.dualwrite.decorate.RepositoryDecorator;
import io.dualwrite.decorate.UnclassifiedMethodsException;
import io.dualwrite.flag.StageSource;
import io.dualwrite.journal.Missed;
import io.dualwrite.path.DoubtfulFailures;
import io.dualwrite.path.ReadPath;
import io.dualwrite.repair.RelaySettings;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.RecordType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two implementations of one interface, moved from the first to the second stage by stage, where nothing can be done but call
 * them: a call that has succeeded on the side that has the authority is made on the other one as well, with the same
 * arguments. Its outcome is the authority's alone; a call that fails there never reaches the copy.
 *
 * <p>Choose it where records cannot be read and written by their keys; where they can, a {@link DualWriteRepository} promises
 * more. Calls are not states, so this <em>cannot promise that both sides become equal, nor that nothing stale stays</em>: a
 * method that counts, generates keys, or looks at the time does something else on the other side; a call that was tried again
 * may have been made twice; arguments that the caller changes after the call are replayed as they are then. What the copy has
 * missed is kept in memory: what it still lacked when a process died is not known to the next one, and neither is which
 * records those were.
 *
 * <p>What is known meanwhile: calls of one record are made one at a time and replayed in their order. A call that the copy
 * does not take is tried again, and the record's later ones wait behind it; where too many wait, all of that record's are
 * dropped, since to leave out one would make something that the authority never was. Every such record is an open intent: it
 * is counted, listed by {@link #missed}, and keeps the authority from being handed over, until it has been replayed, repaired
 * (see {@link Builder#repairing}) or settled.
 *
 * <p>For one process. Thread-safe. {@link #close()} ends its threads; the two implementations stay as they are.
 *
 * @param <T> the interface
 */
public final class Replay<T> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);

    private final Sides<T> sides;
    private final ReplayMigration migration;
    private final T decorated;

    private Replay(Sides<T> sides, ReplayMigration migration, T decorated) {
        this.sides = sides;
        this.migration = migration;
        this.decorated = decorated;
    }

    /** What is called on a side. */
    @FunctionalInterface
    public interface Call<T, A extends @Nullable Object> {
        A on(T side) throws Exception;
    }

    /** Brings a record of the copy up to date, where calls were missed; see {@link Builder#repairing}. */
    @FunctionalInterface
    public interface Repair<T> {
        /** Makes the copy's record what the authority's is, reading that one now. Called again when it throws. */
        void bringOver(RecordId record, T authority, T copy) throws Exception;
    }

    /** Begins with the implementation that the application lives on and the one it moves to. */
    public static <T> Builder<T> between(Class<T> type, T origin, T target) {
        return new Builder<>(type, origin, target);
    }

    /** The interface over both sides; to be used in the place of either. */
    public T decorated() {
        return decorated;
    }

    /**
     * Makes a call that changes exactly this record, as a decorated method would, and without the cost of one: the call is
     * made on the authority, and made again on the copy, so it must do the same each time.
     *
     * @param operation what logs and events call it
     * @throws io.dualwrite.fence.StageMovedException when a change of the authority, or another call of the same record, took
     *     longer than writers wait; nothing was called, try again
     * @throws Exception what the authority threw, unchanged
     */
    public <A extends @Nullable Object> A write(String operation, RecordId record, Call<? super T, A> call)
            throws Exception {
        return migration.writePath().write(operation, record, side -> call.on(sides.of(side)));
    }

    /**
     * Makes a call that only reads, as a decorated method would: on the authority, and, at stages that compare, later on the
     * copy.
     *
     * @param record the one that is asked for, or null
     * @throws Exception what the authority threw, unchanged
     */
    public <A extends @Nullable Object> A read(String operation, @Nullable RecordId record, Call<? super T, A> call)
            throws Exception {
        return migration
                .readPath()
                .read(new ReadPath.Query(operation, record, false, true), side -> call.on(sides.of(side)));
    }

    /** The stage now; never blocks. */
    public Stage stage() {
        return migration.stage();
    }

    /** Asks the flag now and makes the steps its wish calls for, instead of within the next second. Blocks meanwhile. */
    public void refresh() {
        migration.refresh();
    }

    /** What shadow reads have found so far; see {@link Migration#findings}. */
    public List<FieldFinding> findings() {
        return migration.findings();
    }

    /**
     * The records whose calls the copy has not taken. Where they were not dropped they are tried again by themselves, and
     * after many attempts when {@link Migration#release} is called. Never blocks for long.
     */
    public List<Missed> missed() {
        return migration.missed();
    }

    /**
     * Forgets what the copy has missed of a record, because you have brought it up to date; its calls are replayed again from
     * then on.
     *
     * @return false, with nothing changed, when the record was changed since it was listed, or is being changed: bring it up
     *     to date again, as {@link #missed} lists it then
     */
    public boolean settle(Missed listed) {
        return migration.settle(listed);
    }

    /** The migration underneath: moves without a flag, backlog, release, ramp. */
    public Migration migration() {
        return migration;
    }

    /** Ends the background work within a few seconds; what the copy has missed until now stays missed. Idempotent. */
    @Override
    public void close() {
        migration.close();
    }

    /** Collects what a replay needs. Not thread-safe. */
    public static final class Builder<T> extends MigrationBuilder<Builder<T>> {
        private static final int RELAY_BATCH = 8;

        private final Class<T> type;
        private final @Nullable T origin;
        private final @Nullable T target;
        private final List<RecordType<?, ?>> records = new ArrayList<>();
        private Consumer<MethodTable.Builder> methods = table -> {};
        private String name = "replay";
        private int mostOfRecord = 100;
        private int most = 10_000;
        private boolean inline;
        private Predicate<Throwable> doubtful = new DoubtfulFailures();
        private @Nullable Repair<T> repair;
        private @Nullable StageSource source;
        private @Nullable Stage first;

        private Builder(Class<T> type, @Nullable T origin, @Nullable T target) {
            this.type = type;
            this.origin = origin;
            this.target = target;
            attestedBy("the declaration: one process, all of whose calls come through here");
            comparing(Equivalences.fields().decimalsByValue());
            relay(RelaySettings.defaults().withBatch(RELAY_BATCH));
        }

        @Override
        protected Builder<T> self() {
            return this;
        }

        /** What logs, meters and threads call it; default {@code replay}. */
        public Builder<T> name(String migration) {
            this.name = Objects.requireNonNull(migration, "migration");
            return this;
        }

        /** The records that calls name by arguments or results; their keys give calls their order. At least one. */
        public Builder<T> records(RecordType<?, ?>... types) {
            records.addAll(Arrays.asList(types));
            return this;
        }

        /** What names and types of the interface's methods do not tell. */
        public Builder<T> methods(Consumer<MethodTable.Builder> declarations) {
            this.methods = Objects.requireNonNull(declarations, "declarations");
            return this;
        }

        /**
         * How many calls of one record, and how many in all, wait for the copy at most; default 100 and 10,000. Arguments
         * are kept in memory until then.
         */
        public Builder<T> waiting(int ofOneRecord, int inAll) {
            this.mostOfRecord = ofOneRecord;
            this.most = inAll;
            return this;
        }

        /**
         * Calls the copy on the caller's thread, right after the authority and <em>without a deadline</em>; by default the
         * relay does. What the copy throws still reaches nobody, but a copy that is slow makes its callers slow. Breaker and
         * retry are around it where {@code copyBreaker} and {@code copyRetry} give them. What fails is left to the relay.
         */
        public Builder<T> onCallersThread() {
            this.inline = true;
            return this;
        }

        /**
         * After which failures of the authority nobody knows whether the call was made: such a record counts as missed and
         * is not replayed. By default input and output, time-outs, lost connections, interrupts and errors of the machine; any
         * other exception is taken for the answer that it was not.
         */
        public Builder<T> doubtful(Predicate<Throwable> failures) {
            this.doubtful = Objects.requireNonNull(failures, "failures");
            return this;
        }

        /**
         * How a record of the copy is brought up to date when it has missed a call: the record is not waited for then, but
         * repaired, in the background and again until it holds. With it a failed call is not made again, but made up for.
         */
        public Builder<T> repairing(Repair<T> how) {
            this.repair = Objects.requireNonNull(how, "how");
            return this;
        }

        @Override
        public Builder<T> stage(StageSource wishes) {
            this.source = wishes;
            return super.stage(wishes);
        }

        /** The stage to begin at when there is no flag, or when the flag fails while this is built; OFF without a flag. */
        public Builder<T> startingAt(Stage stage) {
            this.first = StageSource.wishable(stage);
            return this;
        }

        /**
         * Builds and starts. Begins at the stage that the flag wishes now, without walking there: the flag is what remembers,
         * from run to run, how far the migration has come. Later wishes are walked to.
         *
         * @throws DeclarationException with everything that is missing or wrong, each method that cannot be classified among
         *     it; nothing was started
         */
        public Replay<T> build() {
            List<String> problems = new ArrayList<>();
            check(problems);
            Stage wish = FirstStage.wished(source);
            if (source != null && wish == null && first == null) {
                problems.add(FirstStage.UNKNOWN);
            }
            MethodTable table = table(problems);
            if (origin == null || target == null || table == null || !problems.isEmpty()) {
                throw new DeclarationException("The replay of " + name, problems);
            }
            Sides<T> sides = new Sides<>(origin, target);
            Repair<T> how = repair;
            ReplayMigration migration = ReplayMigration.at(
                    wish != null ? wish : first != null ? first : Stage.OFF,
                    name,
                    records,
                    settings(),
                    new ReplayMigration.Rules(
                            mostOfRecord,
                            most,
                            inline,
                            doubtful,
                            how == null
                                    ? null
                                    : (record, authority) ->
                                            how.bringOver(record, sides.of(authority), sides.of(authority.other()))));
            T decorated = RepositoryDecorator.decorate(type, sides, table, migration.writePath(), migration.readPath());
            migration.start();
            LOG.info(
                    "Replay of {} begins at {}. Calls that the copy has missed are kept in memory: tried again while this"
                            + " process lives, and not known to the next one",
                    name,
                    migration.stage());
            if (wish == null && source != null) {
                migration.refresh();
            }
            return new Replay<>(sides, migration, decorated);
        }

        private @Nullable MethodTable table(List<String> problems) {
            try {
                MethodTable.Builder table = MethodTable.of(type, records)
                        .withoutRanges("calls are replayed for the records that they name; let it name them, or"
                                + " declare that the table refuses the method");
                methods.accept(table);
                return table.build();
            } catch (UnclassifiedMethodsException unclear) {
                problems.addAll(unclear.problems());
            } catch (IllegalArgumentException noInterface) {
                problems.add(String.valueOf(noInterface.getMessage()));
            }
            return null;
        }

        @Override
        protected void check(List<String> problems) {
            super.check(problems);
            if (origin == null || target == null) {
                problems.add("a side is null; give between(...) the implementation of each side");
            }
            if (origin != null && origin == target) {
                problems.add("both sides are the same implementation; give between(...) two");
            }
            if (records.isEmpty()) {
                problems.add("it is not known which records calls are about; add .records(...)");
            }
            Map<String, RecordType<?, ?>> byName = new LinkedHashMap<>();
            for (RecordType<?, ?> each : records) {
                if (byName.put(each.name(), each) != null) {
                    problems.add("two record types have the name '" + each.name() + "'; names are unique");
                }
            }
            if (mostOfRecord < 1 || most < mostOfRecord) {
                problems.add("waiting is at least one call of a record, and not less in all, not " + mostOfRecord
                        + " and " + most);
            }
            if (name.isBlank() || name.length() > 100) {
                problems.add("a name has 1 to 100 characters, not '" + name + "'");
            }
        }
    }
}
