package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.DeclarationException;
import io.dualwrite.event.CallContext;
import io.dualwrite.event.MigrationEvent.Transferred;
import io.dualwrite.journal.JournalException;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.Store;
import io.dualwrite.testkit.fault.FaultyDataSource;
import io.dualwrite.testkit.fault.MemoryStore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class StoresMigrationTest {
    private final StoresWorld world = new StoresWorld();

    /** A repository of the application's own. */
    interface Notes {
        void save(Note note);

        void saveAll(List<Note> notes);

        Note findById(Long id);

        Note create(String text);
    }

    private record OverStore(Store<Note, Long> store) implements Notes {
        @Override
        public void save(Note note) {
            try {
                store.save(note);
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        }

        @Override
        public void saveAll(List<Note> notes) {
            notes.forEach(this::save);
        }

        @Override
        public Note findById(Long id) {
            try {
                return store.find(id);
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        }

        @Override
        public Note create(String text) {
            Note created = new Note(77L, text);
            save(created);
            return created;
        }
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void twoStoresMoveFromOffToCompleteAndBackOnceWithTwoNodes() throws Exception {
        StoresWorld.Node one = world.node();
        StoresWorld.Node two = world.node();
        one.save(1, "at off");
        one.toShadow();
        two.save(2, "at shadow");
        one.delete(1);
        one.migration().moveTo(Stage.LIVE);
        two.save(3, "at live");
        assertThat(world.on(Side.TARGET, 3)).isEqualTo("at live");
        assertThat(two.migration().store().find(2L)).isEqualTo(new Note(2L, "at shadow"));
        two.migration().moveTo(Stage.SHADOW);
        one.save(3, "back again");
        assertThat(world.on(Side.ORIGIN, 3)).isEqualTo("back again");
        one.verify();
        one.migration().moveTo(Stage.LIVE);
        world.settles(one);
        one.migration().moveTo(Stage.RAMP_DOWN);
        one.migration().approve(Stage.COMPLETE, "the test");
        one.migration().moveTo(Stage.COMPLETE);
        assertThat(world.on(Side.TARGET, 1)).isNull();
        assertThat(world.on(Side.TARGET, 2)).isEqualTo("at shadow");
        assertThat(world.on(Side.TARGET, 3)).isEqualTo("back again");
    }

    @Test
    void theSwitchIsRefusedUntilSomebodyAnswersForLateCalls() throws Exception {
        StoresWorld.Node node = world.node();
        node.toShadow();
        try (StoresMigration<Note, Long> unanswered = world.unanswered()) {
            assertThatThrownBy(() -> unanswered.moveTo(Stage.LIVE))
                    .isInstanceOf(StageRefusedException.class)
                    .hasMessageContaining("approve(LIVE, who)");
            unanswered.approve(Stage.LIVE, "the test");
            assertThat(unanswered.moveTo(Stage.LIVE)).isEqualTo(Stage.LIVE);
        }
    }

    @Test
    void withoutItsJournalNoStoreIsWrittenAtAnyStageButComplete() throws Exception {
        StoresWorld.Node node = world.node();
        noIntentNoWrite(node);
        node.toShadow();
        noIntentNoWrite(node);
        node.migration().moveTo(Stage.LIVE);
        noIntentNoWrite(node);
        node.migration().moveTo(Stage.RAMP_DOWN);
        node.migration().approve(Stage.COMPLETE, "the test");
        node.migration().moveTo(Stage.COMPLETE);
        node.journal().connects().failAlways(FaultyDataSource.connectionLost());
        node.save(9, "needs nothing of the journal any more");
        assertThat(world.on(Side.TARGET, 9)).isNotNull();
        assertThat(node.migration().store().find(9L)).isNotNull();
    }

    private void noIntentNoWrite(StoresWorld.Node node) throws Exception {
        node.journal().connects().failAlways(FaultyDataSource.connectionLost());
        assertThatThrownBy(() -> node.save(9, "no intent"))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("No intent, no write");
        node.journal().connects().heal();
        assertThat(world.on(Side.ORIGIN, 9)).isNull();
        assertThat(world.on(Side.TARGET, 9)).isNull();
        node.save(1, "goes on");
    }

    @Test
    void readsGoOnWithoutTheJournal() throws Exception {
        StoresWorld.Node node = world.node();
        node.save(1, "here");
        node.toShadow();
        node.journal().connects().failAlways(FaultyDataSource.connectionLost());
        assertThat(node.migration().store().find(1L)).isEqualTo(new Note(1L, "here"));
    }

    @Test
    void aWriteWhoseJournalIsLostAfterTheCallIsAcknowledgedAndBroughtOver() throws Exception {
        StoresWorld.Node node = world.node();
        StoresWorld.Node other = world.node();
        node.toShadow();
        node.store(Side.ORIGIN)
                .afterNextWrite(() -> node.journal().connects().failAlways(FaultyDataSource.connectionLost()));
        node.save(1, "made");
        assertThat(world.on(Side.ORIGIN, 1)).isEqualTo("made");
        world.settles(other);
        assertThat(world.on(Side.TARGET, 1)).isEqualTo("made");
    }

    @Test
    void aCallThatFailedIsLeftToRunOutSinceItMayTakeEffectYet() throws Exception {
        StoresWorld.Node node = world.node();
        StoresWorld.Node other = world.node();
        node.save(1, "old");
        node.toShadow();
        node.store(Side.ORIGIN).beforeNextWrite(() -> {
            throw new IOException("no answer");
        });
        assertThatThrownBy(() -> node.save(1, "late")).hasMessage("no answer");
        other.relay();
        assertThat(other.migration().backlog().open()).isEqualTo(1);
        world.store(Side.ORIGIN).save(new Note(1L, "late"));
        world.settles(other);
        assertThat(world.on(Side.TARGET, 1)).isEqualTo("late");
    }

    @Test
    void aTransferThatFailedIsNotTriedAgainBeforeItHasRunOut() throws Exception {
        StoresWorld.Node node = world.node();
        StoresWorld.Node other = world.node();
        node.toShadow();
        node.save(1, "first");
        node.store(Side.TARGET).beforeNextWrite(() -> {
            throw new IOException("no answer");
        });
        node.relay();
        other.relay();
        assertThat(world.on(Side.TARGET, 1)).as("somebody may write it yet").isNull();
        world.store(Side.TARGET).save(new Note(1L, "the late one"));
        node.save(1, "second");
        world.settles(other);
        assertThat(world.on(Side.TARGET, 1)).isEqualTo("second");
    }

    @Test
    void aRepositoryIsDecoratedAndBatchesNameTheirKeysBeforeTheCall() throws Exception {
        StoresWorld.Node node = world.node();
        StoresWorld.Node other = world.node();
        node.toShadow();
        Notes notes = node.migration()
                .decorate(Notes.class, new OverStore(node.store(Side.ORIGIN)), new OverStore(node.store(Side.TARGET)));
        node.store(Side.ORIGIN).afterNextWrite(() -> {
            throw new StoresWorld.Killed();
        });
        assertThatThrownBy(() -> notes.saveAll(List.of(new Note(1L, "a"), new Note(2L, "b"))))
                .isInstanceOf(StoresWorld.Killed.class);
        assertThat(other.migration().backlog().open()).isEqualTo(2);
        world.settles(other);
        assertThat(world.on(Side.TARGET, 1)).isEqualTo("a");
        assertThat(notes.findById(1L)).isEqualTo(new Note(1L, "a"));
    }

    @Test
    void aKeyThatOnlyTheResultNamesIsJournalledBeforeTheWriteIsAcknowledged() throws Exception {
        StoresWorld.Node node = world.node();
        StoresWorld.Node other = world.node();
        node.toShadow();
        Notes notes = node.migration()
                .decorate(Notes.class, new OverStore(node.store(Side.ORIGIN)), new OverStore(node.store(Side.TARGET)));
        notes.create("new");
        world.settles(other);
        assertThat(world.on(Side.TARGET, 77)).isEqualTo("new");
        node.store(Side.ORIGIN)
                .afterNextWrite(() -> node.journal().connects().failAlways(FaultyDataSource.connectionLost()));
        assertThatThrownBy(() -> notes.create("not acknowledged")).isInstanceOf(LateWriteException.class);
    }

    /** Kills a node before and after each statement to the journal, in the middle of a write, a delete and their transfers. */
    @Test
    void whoeverDiesBetweenAnyTwoStatementsTheOthersGoOn() throws Exception {
        int died = 0;
        for (boolean after : new boolean[] {false, true}) {
            boolean survived = false;
            for (int statement = 1; !survived; statement++) {
                try (StoresWorld each = new StoresWorld()) {
                    survived = !diesAt(each, statement, after);
                    died += survived ? 0 : 1;
                }
            }
        }
        assertThat(died).isGreaterThan(30);
    }

    private static boolean diesAt(StoresWorld world, int statement, boolean after) throws Exception {
        StoresWorld.Node mortal = world.node();
        StoresWorld.Node other = world.node();
        other.save(1, "old");
        other.save(2, "to be deleted");
        other.toShadow();
        other.migration().refresh();
        mortal.migration().refresh();
        int[] acknowledged = {0};
        FaultyDataSource journal = mortal.journal();
        (after ? journal.after() : journal.before()).failOn(statement, () -> {
            journal.before().failAlways(StoresWorld.Killed::new);
            journal.connects().failAlways(StoresWorld.Killed::new);
            return new StoresWorld.Killed();
        });
        boolean died = false;
        try {
            mortal.save(1, "new");
            acknowledged[0]++;
            mortal.delete(2);
            acknowledged[0]++;
            mortal.relay();
        } catch (StoresWorld.Killed dead) {
            died = true;
        }
        // A relay tells of a death by leaving the records where they were.
        died |= mortal.journal().before().calls() >= statement && !isAlive(journal);
        if (died) {
            mortal.isGone();
        }
        world.settles(other);
        if (acknowledged[0] > 0) {
            assertThat(world.on(Side.TARGET, 1)).isEqualTo("new");
        }
        if (acknowledged[0] > 1) {
            assertThat(world.on(Side.TARGET, 2)).isNull();
        }
        return died;
    }

    private static boolean isAlive(FaultyDataSource journal) {
        try {
            journal.dataSource().getConnection().close();
            return true;
        } catch (Exception | StoresWorld.Killed dead) {
            return false;
        }
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        JdbcDataSource journal = new JdbcDataSource();
        journal.setURL("jdbc:h2:mem:" + UUID.randomUUID());
        assertThatThrownBy(() -> Jdbc.stores("no good name!", Note.class, Long.class, journal)
                        .callsEndWithin(Duration.ofSeconds(4))
                        .grace(Duration.ofSeconds(5))
                        .build())
                .isInstanceOf(DeclarationException.class)
                .hasMessageContaining("name")
                .hasMessageContaining("between")
                .hasMessageContaining("key")
                .hasMessageContaining("twice callsEndWithin")
                .hasMessageContaining("budget");
    }

    @Test
    void transfersAreMadeInTheContextOfWhoeverChangedTheRecord() throws Exception {
        JdbcDataSource journal = new JdbcDataSource();
        journal.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        List<String> traces = new CopyOnWriteArrayList<>();
        try (StoresMigration<Note, Long> migration = Jdbc.stores("contexts", Note.class, Long.class, journal)
                .between(new MemoryStore<>(Note.TYPE), new MemoryStore<>(Note.TYPE))
                .key(Note::id)
                .callsEndWithin(Duration.ofMillis(100))
                .grace(Duration.ofMillis(500))
                .createTables(true)
                .attestedBy("the test")
                .callContext(CallContext.mdc())
                .listener(event -> {
                    if (event instanceof Transferred) {
                        traces.add(String.valueOf(MDC.get("trace")));
                    }
                })
                .build()) {
            migration.start();
            migration.moveTo(Stage.DUAL_WRITE);
            MDC.put("trace", "caller");
            migration.store().save(new Note(1L, "x"));
            await().untilAsserted(() -> assertThat(traces).containsExactly("caller"));
        } finally {
            MDC.clear();
        }
    }
}
