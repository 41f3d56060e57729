package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.event.MigrationEvent.FlagFailed;
import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.event.MigrationEvent.RoundVerified;
import io.dualwrite.event.MigrationEvent.ShadowCompared;
import io.dualwrite.event.MigrationEvent.StageHeld;
import io.dualwrite.event.MigrationEvent.StageMoved;
import io.dualwrite.event.MigrationEvent.VerificationMeasured;
import io.dualwrite.event.MigrationEvent.WaitedOut;
import io.dualwrite.fence.LocalIntents;
import io.dualwrite.fence.LocalTransactions;
import io.dualwrite.flag.SettableStage;
import io.dualwrite.journal.Postponement;
import io.dualwrite.path.ReadPath;
import io.dualwrite.repair.Bench;
import io.dualwrite.repair.ContinuousSettings;
import io.dualwrite.repair.Item;
import io.dualwrite.repair.RelaySettings;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class MigrationTest {
    private static final String NAME = "migration-test";
    private static final Duration LONG = Duration.ofSeconds(30);

    private Bench bench = new Bench();
    private final AtomicReference<Migration> open = new AtomicReference<>();

    @AfterEach
    void noThreadSurvivesItsMigration() {
        Migration migration = open.get();
        if (migration != null) {
            migration.close();
        }
        assertThat(threads()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = Stage.class, mode = EnumSource.Mode.EXCLUDE, names = "FROZEN")
    void anApplicationStartsAndWritesAtAnyStageWithItsCopyUnreachable(Stage stage) throws Exception {
        bench = Bench.at(stage);
        Side authority = stage.isBeyondFlip() ? Side.TARGET : Side.ORIGIN;
        bench.controls.of(authority.other()).unreachable(true);
        bench.maps.beforeCarry = (from, records) -> {
            throw new SQLException("no route", "08001");
        };
        bench.againstCopy.add("not reachable");
        Migration migration = migration(settings -> settings);

        migration.start();
        write(migration, 1, "one");

        assertThat(migration.stage()).isEqualTo(stage);
        assertThat(bench.items(authority)).containsEntry(1L, "one");
        assertThat(bench.journals.of(authority).backlog().open())
                .isEqualTo(stage.write().journalled() ? 1 : 0);
    }

    @Test
    void anAuthorityThatIsNotReadyStartsNothingAndEveryProblemIsTold() {
        bench.againstAuthority.add("no table orders");
        bench.againstAuthority.add("no table dualwrite_journal");
        Migration migration = migration(settings -> settings);

        assertThatThrownBy(migration::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no table orders")
                .hasMessageContaining("no table dualwrite_journal");

        assertThat(threads()).isEmpty();
    }

    @Test
    void anAuthorityThatCannotBeReadStartsNothing() {
        bench.controls.origin().unreachable(true);
        bench.controls.target().unreachable(true);
        Migration migration = migration(settings -> settings);

        assertThatThrownBy(migration::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no connection");

        assertThat(threads()).isEmpty();
    }

    @Test
    void anOriginThatHasForgottenThatItCededStartsNothing() {
        bench = new Bench(ControlRow.firstOrigin(), new ControlRow(Role.AUTHORITY, Stage.LIVE, 1, 5, true, 1, null));
        Migration migration = migration(settings -> settings);

        assertThatThrownBy(migration::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("lost or restored");

        assertThat(threads()).isEmpty();
    }

    @Test
    void onceBegunTheCopyIsNotEvenAskedBeforeTheApplicationStarts() {
        bench = Bench.at(Stage.DUAL_WRITE);
        Thread caller = Thread.currentThread();
        List<Side> asked = new CopyOnWriteArrayList<>();
        bench.beforeRead(side -> {
            if (Thread.currentThread() == caller) {
                asked.add(side);
            }
        });

        migration(settings -> settings).start();

        assertThat(asked).isNotEmpty().doesNotContain(Side.TARGET);
    }

    @Test
    void aMigrationIsStartedOnce() {
        Migration migration = migration(settings -> settings);
        migration.start();
        assertThatThrownBy(migration::start).isInstanceOf(IllegalStateException.class);

        migration.close();
        migration.close();
        assertThatThrownBy(migration::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void theCopyFollowsInTheBackground() throws Exception {
        bench = Bench.at(Stage.DUAL_WRITE);
        Migration migration = migration(settings -> settings);
        migration.start();
        assertThat(threads())
                .contains(
                        "dualwrite-" + NAME + "-relay",
                        "dualwrite-" + NAME + "-verifier",
                        "dualwrite-" + NAME + "-backlog",
                        "dualwrite-" + NAME + "-walker");

        write(migration, 1, "one");

        await().atMost(LONG).until(() -> bench.items(Side.TARGET).containsKey(1L));
        assertThat(migration.awaitDrained(LONG)).isTrue();
        assertThat(migration.backlog().isEmpty()).isTrue();
        assertThat(bench.events.of(WaitedOut.class)).isEmpty();
    }

    @Test
    void theWalkerFollowsItsFlagThereAndBack() {
        SettableStage flag = new SettableStage(Stage.OFF);
        Migration migration =
                migration(settings -> settings.stage(flag).attestedBy("anna").flagPoll(Duration.ofMillis(1)));
        migration.start();

        flag.set(Stage.DUAL_WRITE);
        await().atMost(LONG).until(() -> migration.stage() == Stage.DUAL_WRITE);
        assertThat(bench.row(Side.ORIGIN).stage()).isEqualTo(Stage.DUAL_WRITE);

        flag.set(Stage.OFF);
        await().atMost(LONG).until(() -> migration.stage() == Stage.OFF);
        assertThat(bench.events.of(StageMoved.class))
                .containsExactly(
                        new StageMoved(Stage.OFF, Stage.JOURNAL),
                        new StageMoved(Stage.JOURNAL, Stage.DUAL_WRITE),
                        new StageMoved(Stage.DUAL_WRITE, Stage.JOURNAL),
                        new StageMoved(Stage.JOURNAL, Stage.OFF));
    }

    @Test
    void aFlagThatFailsChangesNothing() {
        AtomicReference<Stage> wish = new AtomicReference<>(Stage.DUAL_WRITE);
        Migration migration = migration(settings -> settings.attestedBy("anna").stage(() -> {
            if (wish.get() == null) {
                throw new TimeoutException("flag vendor");
            }
            return wish.get();
        }));
        migration.refresh();
        assertThat(migration.stage()).isEqualTo(Stage.DUAL_WRITE);

        wish.set(null);
        migration.refresh();
        migration.refresh();

        assertThat(migration.stage()).isEqualTo(Stage.DUAL_WRITE);
        assertThat(bench.events.of(FlagFailed.class)).hasSize(1);
    }

    @Test
    void aFlagThatHangsHoldsUpNeitherAPersonNorTheEndOfAHandover() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        Migration migration = migration(settings -> settings.attestedBy("anna").stage(() -> {
            asked.countDown();
            answer.await();
            return null;
        }));
        try {
            migration.start();
            asked.await();
            assertThat(migration.moveTo(Stage.DUAL_WRITE)).isEqualTo(Stage.DUAL_WRITE);

            ControlRow row = bench.row(Side.ORIGIN);
            bench.fences.origin().change(row, row.as(Role.CEDED, row.handover() + 1));
            await().atMost(LONG).until(() -> bench.row(Side.TARGET).role() == Role.AUTHORITY);
        } finally {
            answer.countDown();
        }
    }

    @Test
    void aFlagThatNeverAnsweredMovesNothing() {
        bench = Bench.at(Stage.SHADOW);
        Migration migration = migration(settings -> settings.stage(() -> null));

        migration.refresh();

        assertThat(migration.stage()).isEqualTo(Stage.SHADOW);
    }

    @Test
    void aStageThatIsHeldIsToldOncePerSetOfReasons() {
        bench = Bench.at(Stage.DUAL_WRITE);
        SettableStage flag = new SettableStage(Stage.SHADOW);
        Migration migration = migration(settings -> settings.stage(flag));
        migration.refresh();
        migration.refresh();
        assertThat(bench.events.of(StageHeld.class)).singleElement().satisfies(held -> {
            assertThat(held.at()).isEqualTo(Stage.DUAL_WRITE);
            assertThat(held.wish()).isEqualTo(Stage.SHADOW);
            assertThat(held.reasons()).singleElement().asString().contains("backfill");
        });

        flag.set(Stage.DUAL_WRITE);
        migration.refresh();
        flag.set(Stage.SHADOW);
        migration.refresh();
        assertThat(bench.events.of(StageHeld.class))
                .as("withdrawn and wished again")
                .hasSize(2);
    }

    @Test
    void everythingIsWalkedOnRequestAndEveryRefusalTellsWhy() throws Exception {
        bench.items(Side.ORIGIN).put(1L, "one");
        Migration migration = migration(settings -> settings.attestedBy("anna"));

        assertThatThrownBy(() -> migration.moveTo(Stage.LIVE))
                .isInstanceOf(StageRefusedException.class)
                .hasMessageContaining("backfill");
        assertThat(migration.stage()).isEqualTo(Stage.DUAL_WRITE);
        assertThat(bench.events.of(StageHeld.class)).hasSize(1);
        assertThat(migration.obstacles(Stage.LIVE)).hasSize(1);

        assertThat(migration.backfill().rows()).isEqualTo(1);
        migration.moveTo(Stage.SHADOW);
        assertThat(migration.verify(VerifyPolicy.REPAIR).isClean()).isTrue();
        assertThat(migration.moveTo(Stage.LIVE)).isEqualTo(Stage.LIVE);
        write(migration, 2, "two");
        assertThat(migration.moveTo(Stage.SHADOW)).isEqualTo(Stage.SHADOW);
        assertThat(bench.items(Side.ORIGIN)).containsEntry(2L, "two");

        migration.moveTo(Stage.RAMP_DOWN);
        assertThatThrownBy(() -> migration.moveTo(Stage.COMPLETE)).hasMessageContaining("approve");
        migration.approve(Stage.COMPLETE, "anna");
        assertThat(migration.moveTo(Stage.COMPLETE)).isEqualTo(Stage.COMPLETE);
        assertThat(bench.row(Side.ORIGIN).role()).isEqualTo(Role.CLOSED);
    }

    @Test
    void aFlagThatIsTurnedBackAfterCompletionIsHeld() {
        bench = Bench.at(Stage.COMPLETE);
        Migration migration = migration(settings -> settings.stage(new SettableStage(Stage.LIVE)));

        migration.refresh();

        assertThat(migration.stage()).isEqualTo(Stage.COMPLETE);
        assertThat(bench.events.of(StageHeld.class))
                .singleElement()
                .satisfies(held -> assertThat(held.reasons().toString()).contains("no way back"));
    }

    @Test
    void oneStepIsMadeFromWhereItIsAndFromNowhereElse() throws Exception {
        bench = Bench.at(Stage.DUAL_WRITE);
        Migration migration = migration(settings -> settings);
        assertThatThrownBy(() -> migration.step(Stage.DUAL_WRITE, Stage.SHADOW))
                .isInstanceOf(StageRefusedException.class)
                .hasMessageContaining("backfill");
        // moveTo(SHADOW) would walk there from wherever somebody has moved meanwhile.
        assertThatThrownBy(() -> migration.step(Stage.LIVE, Stage.SHADOW))
                .isInstanceOf(StageRefusedException.class)
                .hasMessageContaining("the stage is DUAL_WRITE by now");
        assertThatThrownBy(() -> migration.step(Stage.OFF, Stage.DUAL_WRITE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> migration.step(Stage.SHADOW, Stage.FROZEN))
                .isInstanceOf(IllegalArgumentException.class);
        migration.step(Stage.DUAL_WRITE, Stage.JOURNAL);
        assertThat(migration.stage()).isEqualTo(Stage.JOURNAL);
    }

    @Test
    void frozenIsNoStageToAskFor() {
        Migration migration = migration(settings -> settings);

        assertThatThrownBy(() -> migration.moveTo(Stage.FROZEN)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aHandoverThatSomebodyLeftHalfMadeIsFinishedFirst() throws Exception {
        bench = new Bench(
                new ControlRow(Role.CEDED, Stage.SHADOW, 1, 6, true, 1, null),
                new ControlRow(Role.COPY, Stage.OFF, 0, 1, false, 1, null));
        Migration migration = migration(settings -> settings);

        assertThat(migration.moveTo(Stage.RAMP_DOWN)).isEqualTo(Stage.RAMP_DOWN);

        assertThat(bench.row(Side.ORIGIN).role()).isEqualTo(Role.COPY);
    }

    @Test
    void aSwitchThatSomebodyElseIsInTheMiddleOfIsWaitedForAndThenTold() {
        bench = new Bench(
                new ControlRow(Role.CLOSED, Stage.SHADOW, 0, 5, true, 1, null),
                new ControlRow(Role.COPY, Stage.OFF, 0, 1, false, 1, null));
        Migration migration = migration(settings -> settings);

        assertThatThrownBy(() -> migration.moveTo(Stage.LIVE))
                .isInstanceOf(StageRefusedException.class)
                .hasMessageContaining("somebody else is switching");
    }

    @Test
    void aSwitchOfSomebodyElseThatEndsIsGoneOnFrom() throws Exception {
        bench = new Bench(
                new ControlRow(Role.CLOSED, Stage.SHADOW, 0, 5, true, 1, null),
                new ControlRow(Role.COPY, Stage.OFF, 0, 1, false, 1, null));
        int[] pauses = new int[1];
        bench.pace.onPause(() -> {
            if (++pauses[0] == 10) {
                ControlRow closed = bench.row(Side.ORIGIN);
                bench.fences.origin().change(closed, closed.as(Role.CEDED, 1));
            }
        });
        Migration migration = migration(settings -> settings);

        assertThat(migration.moveTo(Stage.RAMP_DOWN)).isEqualTo(Stage.RAMP_DOWN);
    }

    @Test
    void theThreadsOfShadowReadsAndOfCallsToTheCopyEndWithTheMigration() throws Exception {
        bench = Bench.at(Stage.SHADOW);
        Migration migration = migration(settings -> settings);
        migration.start();
        migration.backlog();
        migration.rampTo(100);
        ReadPath.Query compared = new ReadPath.Query("find", Item.record(1), false, true);
        ReadPath.Query ramped = new ReadPath.Query("find", Item.record(1), true, true);

        migration.reads().read(compared, side -> bench.items(side).get(1L));
        migration.reads().read(ramped, side -> bench.items(side).get(1L));
        await().atMost(LONG).until(() -> !bench.events.of(ShadowCompared.class).isEmpty());
        assertThat(threads()).hasSizeGreaterThan(5);

        migration.close();
        assertThat(threads()).isEmpty();
    }

    @Test
    void aNodeThatStartsBeyondTheFlipHasSeenNoMove() {
        bench = Bench.at(Stage.LIVE);
        Migration migration = migration(settings -> settings);

        migration.start();

        assertThat(migration.stage()).isEqualTo(Stage.LIVE);
        assertThat(bench.events.of(StageMoved.class)).isEmpty();
    }

    @Test
    void aWriterThatWaitsForTheCopyInVainIsToldOfAndReturns() throws Exception {
        bench = Bench.at(Stage.DUAL_WRITE);
        bench.maps.beforeCarry = (from, records) -> {
            throw new SQLException("no route", "08001");
        };
        Migration migration = migration(settings -> settings.waitForCopy(Duration.ofMillis(1)));
        migration.start();

        write(migration, 1, "one");

        assertThat(bench.items(Side.ORIGIN)).containsEntry(1L, "one");
        assertThat(bench.events.of(WaitedOut.class)).hasSize(1);
    }

    @Test
    void aWriterThatWaitsForTheCopyFindsItThere() throws Exception {
        bench = Bench.at(Stage.DUAL_WRITE);
        Migration migration = migration(settings -> settings.waitForCopy(LONG));
        migration.start();

        write(migration, 1, "one");

        assertThat(bench.items(Side.TARGET)).containsEntry(1L, "one");
    }

    @Test
    void aReleasedRecordArrives() throws Exception {
        bench = Bench.at(Stage.DUAL_WRITE);
        bench.items(Side.ORIGIN).put(1L, "one");
        bench.journals.origin().append(Item.records(1));
        bench.journals.origin().postpone(Item.records(1), Postponement.quarantine());
        Migration migration =
                migration(settings -> settings.relay(RelaySettings.defaults().withPoll(Duration.ofDays(1))));
        migration.start();

        migration.release(Item.record(1));

        await().atMost(LONG).until(() -> bench.items(Side.TARGET).containsKey(1L));
        assertThat(bench.journals.origin().backlog().isEmpty()).isTrue();
    }

    @Test
    void aJournalThatDoesNotDrainIsToldAfterTheBound() throws Exception {
        bench = Bench.at(Stage.JOURNAL);
        bench.journals.origin().append(Item.records(1));
        Migration migration = migration(settings -> settings);
        migration.refresh();

        assertThat(migration.awaitDrained(Duration.ofSeconds(1))).isFalse();
    }

    @Test
    void continuousVerificationRunsWhereItIsAskedFor() {
        bench = Bench.at(Stage.SHADOW);
        bench.items(Side.ORIGIN).put(1L, "one");
        bench.items(Side.TARGET).put(1L, "other");
        Migration migration =
                migration(settings -> settings.wholeCopy(true).verifyContinuously(ContinuousSettings.defaults()));

        migration.start();

        await().until(() -> {
            bench.pace.pass(Duration.ofSeconds(10));
            return bench.events.of(RoundVerified.class).stream().anyMatch(RoundVerified::clean);
        });
        assertThat(bench.items(Side.TARGET)).containsEntry(1L, "one");
        assertThat(bench.events.of(RoundVerified.class).get(0).differences()).isEqualTo(1);
        assertThat(threads()).contains("dualwrite-" + NAME + "-continuous");
    }

    @Test
    void continuousVerificationIsOffByDefault() {
        bench = Bench.at(Stage.SHADOW);

        migration(settings -> settings.wholeCopy(true)).start();

        assertThat(threads()).isNotEmpty().noneMatch(name -> name.endsWith("-continuous"));
    }

    @Test
    void continuousVerificationWaitsForTheBackfill() {
        bench = Bench.at(Stage.DUAL_WRITE);
        bench.items(Side.ORIGIN).put(1L, "one");
        migration(settings -> settings.verifyContinuously(ContinuousSettings.defaults()))
                .start();

        await().until(() -> {
            bench.pace.pass(Duration.ofSeconds(10));
            return bench.events.of(VerificationMeasured.class).size() > 3;
        });

        assertThat(bench.events.of(MismatchConfirmed.class)).isEmpty();
        assertThat(bench.events.of(VerificationMeasured.class))
                .allSatisfy(measured -> assertThat(measured.lag()).isLessThan(Duration.ofSeconds(10)));
    }

    @Test
    void continuousVerificationOfStoresThatCannotListTheirKeysIsRefused() {
        MigrationParts all = parts();
        MigrationParts without = new MigrationParts(
                all.types(),
                all.controls(),
                all.journals(),
                all.transactions(),
                all.carrier(),
                all.confirmation(),
                null,
                all.checkpoints(),
                all.preflight(),
                all.generators());
        MigrationSettings settings = new Declaration()
                .verifyContinuously(ContinuousSettings.defaults())
                .settings();

        assertThatThrownBy(() -> new Migration(NAME, without, settings) {})
                .isInstanceOf(DeclarationException.class)
                .hasMessageContaining("ScannableStore");
    }

    private Migration migration(UnaryOperator<Declaration> declared) {
        Declaration declaration =
                declared.apply(new Declaration().pace(bench.pace).listener(bench.events));
        Migration migration = new Migration(NAME, parts(), declaration.settings()) {};
        open.set(migration);
        return migration;
    }

    private MigrationParts parts() {
        LocalIntents intents =
                new LocalIntents(new Sides<>(bench.journals.origin()::append, bench.journals.target()::append));
        return new MigrationParts(
                List.of(Item.TYPE),
                new Sides<>(bench.controls.origin(), bench.controls.target()),
                new Sides<>(bench.journals.origin(), bench.journals.target()),
                context -> new LocalTransactions(bench.fences, intents, context),
                bench.maps,
                bench.maps,
                bench.maps,
                bench.checkpoints,
                bench.preflight(),
                from -> bench.generators.ahead(from));
    }

    private void write(Migration migration, long id, String text) throws Exception {
        migration.transactions().write(transaction -> {
            bench.items(transaction.side()).put(id, text);
            transaction.changed(Item.record(id));
            return null;
        });
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("dualwrite-" + NAME))
                .toList();
    }

    /** The settings every kind of migration has, and no more. */
    private static final class Declaration extends MigrationBuilder<Declaration> {
        @Override
        protected Declaration self() {
            return this;
        }
    }
}
