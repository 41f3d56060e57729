package io.dualwrite.control.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.control.TwoDatabases;
import io.dualwrite.control.TwoDatabases.Item;
import io.dualwrite.control.TwoDatabases.Items;
import io.dualwrite.control.rehearsal.RehearsalReport.Check;
import io.dualwrite.control.rollback.Estimate;
import io.dualwrite.control.rollback.MemoryStepTimes;
import io.dualwrite.control.rollback.RollbackOptions;
import io.dualwrite.control.rollback.RollbackStep;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.repair.HandoverSettings;
import io.dualwrite.repair.RelaySettings;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RehearsalTest {
    /** Keys from 1,000,000; told by their mark. */
    private static final Canaries<Item, Long> CANARIES = new Canaries<>(
            8,
            number -> 1_000_000L + number,
            (key, revision) -> new Item(key, "canary " + revision),
            item -> item.text().startsWith("canary "));

    private static final RehearsalPlan PLAN = RehearsalPlan.defaults()
            .withLoad(200, Duration.ofMillis(150), 2)
            .withTroubles(List.of(
                    new TargetTrouble.Delay(Duration.ofMillis(20)),
                    new TargetTrouble.Errors(2),
                    new TargetTrouble.Outage()))
            .withLatency(Duration.ofSeconds(60), 3)
            .withPatience(Duration.ofSeconds(60))
            .withRollback(RollbackOptions.defaults().withPatience(Duration.ofSeconds(40)));

    /** With nothing going wrong, for what is not about that. */
    private static final RehearsalPlan CALM = PLAN.withTroubles(List.of());

    private final MemoryStepTimes times = new MemoryStepTimes();
    private TwoDatabases databases;

    @BeforeEach
    void databases() throws Exception {
        databases = new TwoDatabases(5);
        for (DataSource each : List.of(databases.origin, databases.target)) {
            // Beside the real ones: the same shape in the same databases.
            TwoDatabases.run(each, "create table item_canary (id bigint primary key, text varchar(40))");
        }
    }

    @AfterEach
    void close() throws Exception {
        databases.close();
    }

    static Store<Item, Long> store(Items items) {
        return Store.<Item, Long>of(
                key -> {
                    try {
                        return items.findById(key);
                    } catch (Exception failed) {
                        throw new IllegalStateException(failed);
                    }
                },
                item -> {
                    try {
                        items.save(item);
                    } catch (Exception failed) {
                        throw new IllegalStateException(failed);
                    }
                },
                key -> {
                    try {
                        items.deleteById(key);
                    } catch (Exception failed) {
                        throw new IllegalStateException(failed);
                    }
                });
    }

    private Rehearsal<Item, Long> between(Consumer<JdbcMigration> started, boolean wrapped) {
        return between(started, wrapped, CALM);
    }

    private Rehearsal<Item, Long> between(Consumer<JdbcMigration> started, boolean wrapped, RehearsalPlan plan) {
        return Rehearsal.of(
                "shop",
                CANARIES,
                trouble -> {
                    DataSource next = wrapped ? trouble.on(databases.target) : databases.target;
                    JdbcMigration shop = Jdbc.migration("shop-rehearsal", databases.origin, next)
                            .records(Jdbc.table("item_canary", Item.class, Long.class)
                                    .key(Item::id))
                            .createTables(true)
                            .copyBreaker(TwoDatabases.quick())
                            .writersWait(Duration.ofSeconds(50))
                            .handover(HandoverSettings.defaults().withBudget(Duration.ofSeconds(20)))
                            .relay(RelaySettings.defaults()
                                    .withPoll(Duration.ofMillis(20))
                                    .withAttempts(1_000, Duration.ofMillis(10), Duration.ofMillis(50)))
                            .build();
                    started.accept(shop);
                    Items items = shop.decorate(Items.class, TwoDatabases::itemsCanary, TwoDatabases::itemsCanary);
                    return new Stand<>(
                            shop,
                            store(items),
                            store(TwoDatabases.itemsCanary(databases.origin)),
                            store(TwoDatabases.itemsCanary(databases.target)));
                },
                plan,
                times);
    }

    private List<String> names(RehearsalReport report) {
        return report.checks().stream().map(Check::name).toList();
    }

    @Test
    void canariesGoEveryWayBetweenTwoDatabasesAndAreGoneAfterwards() throws Exception {
        RehearsalReport report = between(migration -> {}, true, PLAN).rehearse();
        assertThat(report.against()).isEmpty();
        assertThat(report.isReady()).isTrue();
        assertThat(names(report))
                .containsSubsequence(
                        "step to DUAL_WRITE",
                        "write",
                        "transfer",
                        "backfill",
                        "step to SHADOW",
                        "verification",
                        "planted difference",
                        "load",
                        "delay of 20 ms",
                        "delay of 20 ms, latency",
                        "delay of 20 ms, met",
                        "delay of 20 ms, afterwards",
                        "an error at every 2. call",
                        "outage",
                        "outage, afterwards",
                        "step to LIVE",
                        "switch, callers",
                        "write after the switch",
                        "reverse",
                        "way back",
                        "way back, callers",
                        "nothing lost",
                        "delete",
                        "tidied up");
        assertThat(report.loads()).hasSize(6).allSatisfy(load -> {
            assertThat(load.calls()).isGreaterThanOrEqualTo(20);
            assertThat(load.failed() + load.wrong()).isZero();
        });
        for (DataSource each : List.of(databases.origin, databases.target)) {
            assertThat(TwoDatabases.itemsCanary(each).findById(1_000_000L)).isNull();
        }
        assertThat(databases.rows(Side.ORIGIN)).hasSize(5);
        assertThat(databases.rows(Side.TARGET)).isEmpty();

        // What was drilled is what the plan of the real way back tells.
        assertThat(Estimate.of("LIVE → SHADOW", times.of("shop")).lastDrill()).isNotNull();
        assertThat(Estimate.of("LIVE → SHADOW: writers wait", times.of("shop")).count())
                .isEqualTo(1);
        assertThat(report.markdown())
                .contains("# Rehearsal of shop", "\nReady, on ", "| outage | right |", "| LIVE → SHADOW | ")
                .contains("| callers, during | calls |");
    }

    @Test
    void aVolumeIsBroughtOverAndLeftAsItWas() throws Exception {
        for (int id = 1; id <= 500; id++) {
            TwoDatabases.run(databases.origin, "insert into item_canary values (" + id + ", 'of volume')");
        }
        RehearsalReport report = between(migration -> {}, true).rehearse();
        assertThat(report.against()).isEmpty();
        assertThat(report.checks())
                .anySatisfy(check -> assertThat(check.told()).contains("rows=508"))
                .anySatisfy(check -> assertThat(check.told()).contains("508 and 508 records compared"));
        assertThat(TwoDatabases.itemsCanary(databases.origin).findById(500)).isEqualTo(new Item(500, "of volume"));
        assertThat(TwoDatabases.itemsCanary(databases.target).findById(500)).isEqualTo(new Item(500, "of volume"));
    }

    @Test
    void aTargetThatIsNotWrappedMeetsNoTroubleAndProvesNothing() throws Exception {
        assertThat(between(migration -> {}, false, PLAN.withTroubles(List.of(new TargetTrouble.Outage())))
                        .rehearse()
                        .against())
                .containsExactly("outage, met: nothing that leads to the target is wrapped");
    }

    @Test
    void aTargetThatDoesNotFitIsNotReadyWithEveryReason() throws Exception {
        TwoDatabases.run(databases.target, "alter table item_canary alter column text varchar(5)");
        RehearsalReport report = between(migration -> {}, true).rehearse();
        assertThat(report.isReady()).isFalse();
        assertThat(report.against()).singleElement().asString().startsWith("preflight: ");
        assertThat(report.markdown()).contains("\nNot ready, on ", "| **wrong** |");
    }

    @Test
    void recordsUnderTheCanariesKeysThatAreNoneEndItBeforeAnythingIsTouched() throws Exception {
        TwoDatabases.run(databases.origin, "insert into item_canary values (1000003, 'of a user')");
        RehearsalReport report = between(migration -> {}, true).rehearse();
        assertThat(report.against())
                .singleElement()
                .asString()
                .contains("keys: under 1 of the canaries' keys", "nothing was touched");
        assertThat(TwoDatabases.itemsCanary(databases.origin).findById(1_000_003L))
                .isEqualTo(new Item(1_000_003L, "of a user"));
    }

    @Test
    void whatAKilledRehearsalLeftBehindIsRemovedByTheNextOne() throws Exception {
        between(
                        migration -> {
                            migration.approve(Stage.JOURNAL, "an earlier rehearsal");
                            migration.start();
                            try {
                                migration.moveTo(Stage.DUAL_WRITE);
                            } catch (InterruptedException stopped) {
                                Thread.currentThread().interrupt();
                            }
                            throw new IllegalStateException("killed");
                        },
                        true)
                .rehearse();
        TwoDatabases.run(databases.origin, "insert into item_canary values (1000001, 'canary 7')");
        TwoDatabases.run(databases.target, "insert into item_canary values (1000002, 'canary 9')");
        RehearsalReport report = between(migration -> {}, true).rehearse();
        assertThat(report.against()).isEmpty();
        assertThat(TwoDatabases.itemsCanary(databases.target).findById(1_000_002L))
                .isNull();
    }

    @Test
    void plainStoresSeeNoKeyButTheCanaries() throws Exception {
        Map<Long, Item> origin = new ConcurrentHashMap<>(Map.of(1L, new Item(1, "of a user")));
        Map<Long, Item> target = new ConcurrentHashMap<>();
        Set<Long> touched = new ConcurrentSkipListSet<>();
        RehearsalReport report = Rehearsal.ofStores(
                        "shop",
                        CANARIES,
                        watched(origin, touched),
                        watched(target, touched),
                        Item::id,
                        KeyCodecs.of(Long.class),
                        PLAN.withTroubles(List.of(new TargetTrouble.Delay(Duration.ofMillis(5)))),
                        times)
                .rehearse();
        assertThat(report.against()).isEmpty();
        assertThat(origin).isEqualTo(Map.of(1L, new Item(1, "of a user")));
        assertThat(target).isEmpty();
        assertThat(touched).containsExactlyElementsOf(CANARIES.keys());
    }

    @Test
    void noOtherKeyGetsThroughToAStore() {
        Set<Long> touched = new ConcurrentSkipListSet<>();
        CanaryStore<Item, Long> store = new CanaryStore<>(
                watched(new ConcurrentHashMap<>(), touched), CANARIES, Item::id, KeyCodecs.of(Long.class));
        assertThatThrownBy(() -> store.find(1L)).hasMessageContaining("no record but its canaries");
        assertThatThrownBy(() -> store.save(new Item(1, "canary 1"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.delete(1L)).isInstanceOf(IllegalArgumentException.class);
        assertThat(touched).isEmpty();
    }

    @Test
    void aTargetThatDropsWritesIsNotReady() throws Exception {
        Map<Long, Item> origin = new ConcurrentHashMap<>();
        Map<Long, Item> target = new ConcurrentHashMap<>();
        Store<Item, Long> dropping = Store.<Item, Long>of(
                target::get,
                item -> {
                    if (item.id() != 1_000_005L) {
                        target.put(item.id(), item);
                    }
                },
                target::remove);
        RehearsalReport report = Rehearsal.ofStores(
                        "shop",
                        CANARIES,
                        Store.<Item, Long>of(origin::get, item -> origin.put(item.id(), item), origin::remove),
                        dropping,
                        Item::id,
                        KeyCodecs.of(Long.class),
                        PLAN.withTroubles(List.of()),
                        times)
                .rehearse();
        assertThat(report.against()).contains("transfer: 1 of 8 are missing or differ");
        assertThat(origin).isEmpty();
        assertThat(target).isEmpty();
    }

    /** What stands against a migration between these plain stores, with nothing going wrong by itself. */
    private List<String> against(Store<Item, Long> origin, Store<Item, Long> target, RehearsalPlan plan)
            throws Exception {
        return Rehearsal.ofStores("shop", CANARIES, origin, target, Item::id, KeyCodecs.of(Long.class), plan, times)
                .rehearse()
                .against();
    }

    private static Store<Item, Long> in(Map<Long, Item> items) {
        return Store.<Item, Long>of(items::get, item -> items.put(item.id(), item), items::remove);
    }

    /** A store that takes no write of one canary once it has turned bad. */
    private static Store<Item, Long> dropping(AtomicBoolean bad) {
        Map<Long, Item> items = new ConcurrentHashMap<>();
        return Store.<Item, Long>of(
                items::get,
                item -> {
                    if (!bad.get() || item.id() != 1_000_005L) {
                        items.put(item.id(), item);
                    }
                },
                items::remove);
    }

    @Test
    void anOriginThatDropsWritesIsNotReady() throws Exception {
        RehearsalPlan brief = CALM.withRollback(RollbackOptions.defaults().withPatience(Duration.ofMillis(10)));
        assertThat(against(dropping(new AtomicBoolean(true)), in(new ConcurrentHashMap<>()), brief))
                .contains("write: 1 of 8 are missing or differ");
    }

    @Test
    void whatIsLostOnTheWayBackIsAReason() throws Exception {
        AtomicBoolean bad = new AtomicBoolean();
        Store<Item, Long> origin = dropping(bad);
        RollbackStep last = new RollbackStep(
                "turn bad",
                "Lose a record.",
                () -> {
                    bad.set(true);
                    origin.delete(1_000_005L);
                },
                List.of());
        RehearsalReport report = Rehearsal.ofStores(
                        "shop",
                        CANARIES,
                        origin,
                        in(new ConcurrentHashMap<>()),
                        Item::id,
                        KeyCodecs.of(Long.class),
                        CALM.withRollback(RollbackOptions.defaults().endingWith(last)),
                        times)
                .rehearse();
        assertThat(report.against()).contains("nothing lost: 1 of 8 are missing or differ");
    }

    @Test
    void aTargetThatKeepsWhatIsDeletedIsNotReady() throws Exception {
        Map<Long, Item> target = new ConcurrentHashMap<>();
        Store<Item, Long> keeping =
                Store.<Item, Long>of(target::get, item -> target.put(item.id(), item), key -> target.remove(key, key));
        assertThat(against(in(new ConcurrentHashMap<>()), keeping, CALM))
                .contains(
                        "delete: 8 canaries were not deleted",
                        "tidied up: 8 canaries are left, and what was rehearsed is at OFF");
    }

    @Test
    void aTargetThatChangesWhatItKeepsIsFoundByVerification() throws Exception {
        Map<Long, Item> target = new ConcurrentHashMap<>();
        Store<Item, Long> changing = Store.<Item, Long>of(
                target::get, item -> target.put(item.id(), new Item(item.id(), item.text() + " ")), target::remove);
        assertThat(against(in(new ConcurrentHashMap<>()), changing, CALM))
                .anySatisfy(reason -> assertThat(reason)
                        .startsWith("verification: ")
                        .endsWith(" 8 and 8 records compared, 8 differ in the last pass"));
    }

    @Test
    void aDifferenceThatNobodyFindsIsAReason() throws Exception {
        Stand.Setup<Item, Long> setup = between(migration -> {}, true).setup();
        RehearsalReport report = Rehearsal.of(
                        "shop",
                        CANARIES,
                        trouble -> {
                            Stand<Item, Long> stand = setup.with(trouble);
                            // What is planted does not get there.
                            Store<Item, Long> deaf = new Store<>() {
                                @Override
                                public @Nullable Item find(Long key) throws Exception {
                                    return stand.target().find(key);
                                }

                                @Override
                                public void save(Item item) {}

                                @Override
                                public void delete(Long key) throws Exception {
                                    stand.target().delete(key);
                                }
                            };
                            return new Stand<>(stand.migration(), stand.through(), stand.origin(), deaf);
                        },
                        CALM,
                        times)
                .rehearse();
        assertThat(report.against())
                .containsExactly("planted difference: of 1 planted on the target, 0 found, and repaired");
    }

    @Test
    void aWayBackWhoseChecksDoNotHoldIsAReason() throws Exception {
        RollbackOptions options = RollbackOptions.defaults()
                .withPatience(Duration.ofMillis(10))
                .beginningWith(new RollbackStep(
                        "reads",
                        "Send reads back.",
                        () -> {},
                        List.of(RollbackStep.Check.that("they are", () -> false))));
        assertThat(against(in(new ConcurrentHashMap<>()), in(new ConcurrentHashMap<>()), CALM.withRollback(options)))
                .contains("way back: it does not hold that they are");
    }

    @Test
    void whatCannotBeSetUpIsNotReady() throws Exception {
        assertThat(Rehearsal.<Item, Long>of(
                                "shop",
                                CANARIES,
                                trouble -> {
                                    throw new IllegalStateException("the key of somebody");
                                },
                                CALM,
                                times)
                        .rehearse()
                        .against())
                .containsExactly("rehearsal: it ended with IllegalStateException");
    }

    @Test
    void callersWhoFeelTheTargetsTroubleAreToldOf() throws Exception {
        Map<Long, Item> origin = new ConcurrentHashMap<>();
        Map<Long, Item> target = new ConcurrentHashMap<>();
        Store<Item, Long> next = Store.<Item, Long>of(target::get, item -> target.put(item.id(), item), target::remove);
        Stand.Setup<Item, Long> setup = Rehearsal.ofStores(
                        "shop",
                        CANARIES,
                        Store.<Item, Long>of(origin::get, item -> origin.put(item.id(), item), origin::remove),
                        next,
                        Item::id,
                        KeyCodecs.of(Long.class),
                        PLAN,
                        times)
                .setup();
        Rehearsal<Item, Long> rehearsal = Rehearsal.of(
                "shop",
                CANARIES,
                trouble -> {
                    Stand<Item, Long> stand = setup.with(trouble);
                    // A caller that asks the target by itself, as people do without a library.
                    Store<Item, Long> impatient = new Store<>() {
                        @Override
                        public @Nullable Item find(Long key) throws Exception {
                            return stand.through().find(key);
                        }

                        @Override
                        public void save(Item item) throws Exception {
                            stand.through().save(item);
                            trouble.on(next).find(item.id());
                        }

                        @Override
                        public void delete(Long key) throws Exception {
                            stand.through().delete(key);
                        }
                    };
                    return new Stand<>(stand.migration(), impatient, stand.origin(), stand.target());
                },
                PLAN.withLoad(20, Duration.ofMillis(100), 1)
                        .withTroubles(
                                List.of(new TargetTrouble.Outage(), new TargetTrouble.Delay(Duration.ofSeconds(1))))
                        .withLatency(Duration.ofMillis(30), 1),
                times);
        RehearsalReport report = rehearsal.rehearse();
        assertThat(report.against())
                .anySatisfy(reason -> assertThat(reason).startsWith("outage: ").contains("SQLException[08006]"))
                .anySatisfy(reason -> assertThat(reason).startsWith("delay of 1000 ms, latency: "));
    }

    @Test
    void callersWhoReadSomethingElseThanWasWrittenLastAreToldOf() throws Exception {
        Stand.Setup<Item, Long> setup = between(migration -> {}, true).setup();
        RehearsalReport report = Rehearsal.of(
                        "shop",
                        CANARIES,
                        trouble -> {
                            Stand<Item, Long> stand = setup.with(trouble);
                            Store<Item, Long> stale = new Store<>() {
                                @Override
                                public @Nullable Item find(Long key) throws Exception {
                                    boolean caller =
                                            Thread.currentThread().getName().startsWith("dualwrite-rehearsal-");
                                    return caller && key == 1_000_003L
                                            ? new Item(key, "canary of yesterday")
                                            : stand.through().find(key);
                                }

                                @Override
                                public void save(Item item) throws Exception {
                                    stand.through().save(item);
                                }

                                @Override
                                public void delete(Long key) throws Exception {
                                    stand.through().delete(key);
                                }
                            };
                            return new Stand<>(stand.migration(), stale, stand.origin(), stand.target());
                        },
                        CALM,
                        times)
                .rehearse();
        assertThat(report.against())
                .hasSize(3)
                .allSatisfy(reason -> assertThat(reason)
                        .matches("(load|switch, callers|way back, callers): \\d+ calls, 0 failed, [1-9]\\d* wrong"));
    }

    @Test
    void aRehearsalThatHasTheNameOfTheRealMigrationIsNone() throws Exception {
        RehearsalReport report = Rehearsal.of(
                        "shop-rehearsal",
                        CANARIES,
                        between(migration -> {}, true).setup(),
                        PLAN,
                        times)
                .rehearse();
        assertThat(report.against()).containsExactly("name: what is rehearsed has the name of the real migration");
    }

    @Test
    void canariesThatAreNoneAreRefused() throws Exception {
        Canaries<Item, Long> same =
                new Canaries<>(8, number -> 1L, (key, revision) -> new Item(key, "canary " + revision), item -> true);
        assertThat(same.problems()).containsExactly("two canaries have the same key");
        Canaries<Item, Long> equal =
                new Canaries<>(8, number -> (long) number, (key, revision) -> new Item(key, "canary"), item -> true);
        assertThat(equal.problems().toString()).contains("two revisions of a canary are equal");
        Canaries<Item, Long> unmarked = new Canaries<>(
                8, number -> (long) number, (key, revision) -> new Item(key, "c" + revision), item -> false);
        assertThat(unmarked.problems()).containsExactly("a canary is not recognised as one");
        assertThatThrownBy(() -> new Canaries<>(
                        1, number -> 1L, (key, revision) -> new Item(key, "canary " + revision), item -> true))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RehearsalPlan.defaults().withLoad(0, Duration.ZERO, 0))
                .hasMessageContainingAll("perSecond", "lasting", "workers");
    }

    private static Store<Item, Long> watched(Map<Long, Item> items, Set<Long> touched) {
        return Store.<Item, Long>of(
                key -> {
                    touched.add(key);
                    return items.get(key);
                },
                item -> {
                    touched.add(item.id());
                    items.put(item.id(), item);
                },
                key -> {
                    touched.add(key);
                    items.remove(key);
                });
    }
}
