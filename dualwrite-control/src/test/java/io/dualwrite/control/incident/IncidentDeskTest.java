package io.dualwrite.control.incident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.DualWriteRepository;
import io.dualwrite.Migration;
import io.dualwrite.control.incident.Incident.Status;
import io.dualwrite.control.incident.TimelineEntry.Kind;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.Store;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class IncidentDeskTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final EscalationMatrix MATRIX = EscalationMatrix.builder()
            .component("copy", new Contacts("ann", "bob", "#shop"))
            .component("copy", Severity.CRITICAL, new Contacts("cleo", "dan", "#everybody"))
            .build();
    private static final Runbook RUNBOOK =
            new Runbook("What to do", List.of("status"), Runbook.does("over", "Mend it."));

    private static DualWriteRepository<String, Long> items;
    private static Migration migration;

    private final AtomicBoolean holds = new AtomicBoolean();
    private final Times times = new Times();
    private final List<Notice> notices = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private IncidentStore store;

    @BeforeAll
    static void migration() {
        Map<Long, String> origin = new ConcurrentHashMap<>();
        Map<Long, String> target = new ConcurrentHashMap<>();
        items = DualWriteRepository.between(
                        Store.<String, Long>of(origin::get, text -> origin.put(1L, text), origin::remove),
                        Store.<String, Long>of(target::get, text -> target.put(1L, text), target::remove))
                .name("shop")
                .key(text -> 1L)
                .startingAt(Stage.SHADOW)
                .build();
        migration = items.migration();
    }

    @AfterAll
    static void closeMigration() {
        items.close();
    }

    @BeforeEach
    void database() throws Exception {
        store = JdbcIncidentStoreTest.on(JdbcIncidentStoreTest.database());
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private IncidentRule rule(Severity severity, boolean resolvesItself) {
        return new IncidentRule("slow", severity, "copy", "It is slow", facts -> holds.get(), RUNBOOK, resolvesItself);
    }

    private IncidentDesk desk(String node, IncidentRule... rules) {
        IncidentDesk desk = IncidentDesk.byHand(
                migration,
                List.of(rules),
                MATRIX,
                store,
                IncidentSettings.defaults().withNode(node).withClock(times).withSink(notices::add));
        open.add(desk);
        return desk;
    }

    private Incident only(IncidentDesk desk) throws Exception {
        assertThat(desk.open()).hasSize(1);
        return desk.open().get(0);
    }

    private List<String> told() {
        return notices.stream().map(notice -> notice.kind() + " " + notice.to()).toList();
    }

    private void awaitTold(String... told) {
        await().untilAsserted(() -> assertThat(told()).containsExactly(told));
    }

    @Test
    void oneIncidentIsOpenedForANumberOfNodesAndOnePageGoesOut() throws Exception {
        IncidentDesk first = desk("n1", rule(Severity.HIGH, false));
        IncidentDesk second = desk("n2", rule(Severity.HIGH, false));
        first.look();
        assertThat(first.open()).isEmpty();
        holds.set(true);
        first.look();
        second.look();
        first.look();
        awaitTold("OPENED ann");
        assertThat(only(second).dedup()).isEqualTo("shop/slow");
        assertThat(notices.get(0).advice()).isEqualTo("What to do: 0 of 0 answered; next: Mend it.");
    }

    @Test
    void withoutAnOwnerItEscalatesAfterFiveMinutesAndAgainUntilSomebodyHasSaidWhatIsBeingDone() throws Exception {
        IncidentDesk desk = desk("n1", rule(Severity.CRITICAL, false));
        holds.set(true);
        desk.look();
        times.later(MINUTE.multipliedBy(4));
        desk.look();
        awaitTold("OPENED cleo");
        times.later(MINUTE);
        desk.look();
        awaitTold("OPENED cleo", "ESCALATED dan");
        times.later(MINUTE.multipliedBy(5));
        desk.look();
        awaitTold("OPENED cleo", "ESCALATED dan", "ESCALATED cleo, dan");
        desk.acknowledge(only(desk).id(), "eve");
        times.later(MINUTE.multipliedBy(5));
        desk.look();
        assertThat(store.timeline(only(desk).id()))
                .filteredOn(entry -> entry.kind() == Kind.ESCALATED)
                .last()
                .satisfies(entry -> assertThat(entry.text()).contains("nobody has said what is being done"));
        desk.update(only(desk).id(), "eve", new Status("slow", "restarted it", "watch it", "10 min"));
        int escalations = only(desk).escalations();
        times.later(Duration.ofHours(1));
        desk.look();
        assertThat(only(desk).escalations()).isEqualTo(escalations);
    }

    @Test
    void aStatusIsToldInTimeThoughNobodyHasSaidAnythingAndThatIsNoResponse() throws Exception {
        IncidentDesk desk = desk("n1", rule(Severity.HIGH, false));
        holds.set(true);
        desk.look();
        times.later(MINUTE.multipliedBy(14));
        desk.look();
        String id = only(desk).id();
        assertThat(store.timeline(id)).extracting(TimelineEntry::kind).doesNotContain(Kind.UPDATED);
        times.later(MINUTE);
        desk.look();
        assertThat(store.timeline(id)).extracting(TimelineEntry::kind).containsOnlyOnce(Kind.UPDATED);
        assertThat(only(desk).respondedAt()).isNull();
    }

    @Test
    void whoeverSaysHowThingsStandWithoutTakingItLeavesItWithoutAnOwner() throws Exception {
        IncidentDesk desk = desk("n1", rule(Severity.CRITICAL, false));
        holds.set(true);
        desk.look();
        desk.update(only(desk).id(), "eve", new Status("slow", "looked at it", "none", "unknown"));
        times.later(MINUTE.multipliedBy(5));
        desk.look();
        awaitTold("OPENED cleo", "UPDATED cleo", "ESCALATED dan");
    }

    @Test
    void ofTwoNodesThatActAtTheSameMomentOnePages() throws Exception {
        IncidentDesk faster = desk("n2", rule(Severity.HIGH, false));
        AtomicBoolean race = new AtomicBoolean();
        IncidentStore slow = (IncidentStore) Proxy.newProxyInstance(
                IncidentStore.class.getClassLoader(), new Class<?>[] {IncidentStore.class}, (self, method, given) -> {
                    boolean opens = method.getName().equals("open") && given[0] instanceof Incident;
                    boolean escalates = method.getName().equals("change")
                            && given[1] instanceof Incident to
                            && to.escalations() > 0;
                    if ((opens || escalates) && race.getAndSet(false)) {
                        faster.look();
                    }
                    return method.invoke(store, given);
                });
        IncidentDesk slower = IncidentDesk.byHand(
                migration,
                List.of(rule(Severity.HIGH, false)),
                MATRIX,
                slow,
                IncidentSettings.defaults().withNode("n1").withClock(times).withSink(notices::add));
        open.add(slower);
        holds.set(true);
        for (Duration later : List.of(Duration.ZERO, MINUTE.multipliedBy(5))) {
            times.later(later);
            race.set(true);
            slower.look();
            assertThat(race).as("both were at it").isFalse();
        }
        slower.resolve(only(slower).id(), "ann", "gone");
        await().until(() -> told().contains("RESOLVED bob"));
        assertThat(notices)
                .extracting(notice -> notice.node() + " " + notice.kind())
                .containsExactlyInAnyOrder("n2 OPENED", "n2 ESCALATED", "n1 RESOLVED");
    }

    @Test
    void timersOutliveTheNodeThatOpenedIt() throws Exception {
        holds.set(true);
        IncidentDesk first = desk("n1", rule(Severity.HIGH, false));
        first.look();
        awaitTold("OPENED ann");
        first.close();
        times.later(MINUTE.multipliedBy(5));
        desk("n2", rule(Severity.HIGH, false)).look();
        awaitTold("OPENED ann", "ESCALATED bob");
        assertThat(notices.get(1).node()).isEqualTo("n2");
    }

    @Test
    void itsStatusIsToldEveryQuarterOfAnHourEvenWhenNothingHasChanged() throws Exception {
        IncidentDesk desk = desk("n1", rule(Severity.HIGH, false));
        holds.set(true);
        desk.look();
        String id = only(desk).id();
        desk.acknowledge(id, "ann");
        desk.update(id, "ann", new Status("slow", "asked the provider", "wait", "noon"));
        for (int quarter = 0; quarter < 3; quarter++) {
            times.later(MINUTE.multipliedBy(15));
            desk.look();
            desk.look();
        }
        awaitTold("OPENED ann", "ACKNOWLEDGED ann", "UPDATED ann", "UPDATED ann", "UPDATED ann", "UPDATED ann");
        assertThat(store.timeline(id))
                .last()
                .satisfies(
                        entry -> assertThat(entry.text())
                                .isEqualTo(
                                        "nothing new was said; state: slow; done: asked the provider; next: wait; estimate: noon"));
    }

    @Test
    void aMediumOneIsNotUpdatedAndALowOnePagesNobody() throws Exception {
        holds.set(true);
        IncidentDesk desk = desk("n1", rule(Severity.LOW, false));
        desk.look();
        times.later(Duration.ofHours(10));
        desk.look();
        awaitTold("OPENED ann");
        assertThat(Severity.MEDIUM.updateEvery()).isEmpty();
        assertThat(Severity.MEDIUM.respondWithin()).isEqualTo(Duration.ofHours(1));
        assertThat(Severity.CRITICAL.respondWithin()).isEqualTo(Duration.ofMinutes(5));
        assertThat(Severity.HIGH.respondWithin()).isEqualTo(Duration.ofMinutes(15));
    }

    @Test
    void whatDoesNotHoldOnAnyNodeForAWhileIsOver() throws Exception {
        IncidentDesk sees = desk("n1", rule(Severity.HIGH, true));
        IncidentDesk other = desk(
                "n2", new IncidentRule("slow", Severity.HIGH, "copy", "It is slow", facts -> false, RUNBOOK, true));
        holds.set(true);
        for (int minute = 0; minute < 10; minute++) {
            sees.look();
            other.look();
            assertThat(only(other).isOpen()).as("one node still sees it").isTrue();
            times.later(MINUTE);
        }
        holds.set(false);
        times.later(MINUTE.multipliedBy(3));
        other.look();
        assertThat(other.open()).isEmpty();
        assertThat(store.all("shop"))
                .singleElement()
                .satisfies(over -> assertThat(over.resolvedAt()).isNotNull());
    }

    @Test
    void whatAPersonHasToEndIsMitigatedAndMayHoldAgain() throws Exception {
        IncidentDesk desk = desk("n1", rule(Severity.HIGH, false));
        holds.set(true);
        desk.look();
        holds.set(false);
        times.later(MINUTE.multipliedBy(4));
        desk.look();
        assertThat(only(desk).mitigatedAt()).isNotNull();
        holds.set(true);
        desk.look();
        assertThat(only(desk).mitigatedAt()).isNull();
        assertThat(store.timeline(only(desk).id()))
                .last()
                .satisfies(entry -> assertThat(entry.text()).isEqualTo("it holds again"));
        desk.mitigate(only(desk).id(), "ann", "moved the load");
        assertThat(only(desk).mitigatedAt()).isNotNull();
    }

    @Test
    void whatAPersonHasResolvedPagesAgainOnlyAfterItHasNotHeld() throws Exception {
        IncidentDesk desk = desk("n1", rule(Severity.HIGH, false));
        holds.set(true);
        desk.look();
        desk.resolve(only(desk).id(), "ann", "known and accepted");
        desk.look();
        desk.look();
        assertThat(desk.open()).isEmpty();
        IncidentDesk restarted = desk("n2", rule(Severity.HIGH, false));
        restarted.look();
        assertThat(restarted.open()).isEmpty();
        holds.set(false);
        desk.look();
        holds.set(true);
        desk.look();
        assertThat(desk.open()).hasSize(1);
    }

    @Test
    void whatNoEventTellsIsRaisedByTheApplication() throws Exception {
        IncidentDesk desk = desk("n1", rule(Severity.CRITICAL, false));
        desk.raise("slow");
        desk.raise("slow");
        assertThat(only(desk).severity()).isEqualTo(Severity.CRITICAL);
        assertThatThrownBy(() -> desk.raise("unknown")).hasMessageContaining("unknown");
    }

    @Test
    void aSinkThatHangsOrThrowsHoldsUpNeitherTheDeskNorOtherSinks() throws Exception {
        CountDownLatch forever = new CountDownLatch(1);
        IncidentDesk desk = IncidentDesk.byHand(
                migration,
                List.of(rule(Severity.HIGH, false)),
                MATRIX,
                store,
                IncidentSettings.defaults()
                        .withClock(times)
                        .withSink(notice -> forever.await())
                        .withSink(notice -> {
                            throw new NoClassDefFoundError("client");
                        })
                        .withSink(notices::add));
        open.add(desk);
        holds.set(true);
        desk.look();
        String id = only(desk).id();
        for (int update = 0; update < SinkQueue.MOST_WAITING + 50; update++) {
            times.later(MINUTE);
            desk.look();
            desk.update(id, "ann", new Status("s", "a", "n", "e"));
        }
        await().until(() -> notices.size() > 100);
        assertThat(desk.dropped()).isPositive();
        forever.countDown();
    }

    @Test
    void callersPayNothingForAStoreThatHangs() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch forever = new CountDownLatch(1);
        IncidentStore hanging = (IncidentStore) Proxy.newProxyInstance(
                IncidentStore.class.getClassLoader(), new Class<?>[] {IncidentStore.class}, (self, method, given) -> {
                    asked.countDown();
                    forever.await();
                    throw new SQLException("gone");
                });
        holds.set(true);
        try (IncidentDesk desk = IncidentDesk.open(
                migration, List.of(rule(Severity.HIGH, false)), MATRIX, hanging, IncidentSettings.defaults())) {
            asked.await();
            items.save("written meanwhile");
            assertThat(items.find(1L)).isEqualTo("written meanwhile");
            assertThat(desk.walk("slow").told()).endsWith("next: Mend it.");
            forever.countDown();
        }
    }

    @Test
    void aFailedNoticeIsTriedAgain() throws Exception {
        List<Notice> received = new CopyOnWriteArrayList<>();
        AtomicInteger tried = new AtomicInteger();
        try (SinkQueue queue = new SinkQueue(
                "sink",
                notice -> {
                    switch (tried.incrementAndGet()) {
                        case 1 -> throw new IllegalStateException("first");
                        case 2 -> throw new NoClassDefFoundError("client");
                        default -> {}
                    }
                    received.add(notice);
                },
                Duration.ofMillis(1))) {
            holds.set(true);
            IncidentDesk desk = desk("n1", rule(Severity.HIGH, false));
            desk.look();
            await().until(() -> notices.size() == 1);
            queue.offer(notices.get(0));
            await().until(() -> received.size() == 1);
            assertThat(queue.dropped()).isZero();
        }
    }

    @Test
    void aSinkThatWantsToIsToldEveryMinuteThatItIsOpen() throws Exception {
        List<Notice> active = new CopyOnWriteArrayList<>();
        IncidentSink alertmanager = new IncidentSink() {
            @Override
            public void send(Notice notice) {
                active.add(notice);
            }

            @Override
            public boolean wantsActive() {
                return true;
            }
        };
        IncidentDesk desk = IncidentDesk.byHand(
                migration,
                List.of(rule(Severity.LOW, false)),
                MATRIX,
                store,
                IncidentSettings.defaults().withClock(times).withSink(alertmanager));
        open.add(desk);
        holds.set(true);
        desk.look();
        for (int half = 0; half < 4; half++) {
            times.later(Duration.ofSeconds(30));
            desk.look();
        }
        await().untilAsserted(() -> assertThat(active)
                .extracting(Notice::kind)
                .containsExactly(Notice.Kind.OPENED, Notice.Kind.ACTIVE, Notice.Kind.ACTIVE, Notice.Kind.ACTIVE));
    }

    @Test
    void aReportTellsTheStoryWithDurationsAndEarlierOnesOfItsRule() throws Exception {
        IncidentDesk desk = desk("n1", rule(Severity.HIGH, false));
        holds.set(true);
        desk.look();
        Incident before = only(desk);
        desk.resolve(before.id(), "ann", "gone");
        holds.set(false);
        desk.look();
        times.later(Duration.ofHours(1));
        holds.set(true);
        desk.look();
        String id = only(desk).id();
        times.later(MINUTE.multipliedBy(2));
        desk.acknowledge(id, "ann");
        times.later(MINUTE.multipliedBy(8));
        desk.update(id, "ann", new Status("slow", "restarted", "watch", "soon"));
        desk.mitigate(id, "ann", "load moved");
        times.later(MINUTE.multipliedBy(20));
        desk.resolve(id, "ann", "mended");
        assertThat(desk.report(id))
                .contains("# HIGH: It is slow")
                .contains("| detected | 2026-11-23T11:00:00Z | PT0S |")
                .contains("| acknowledged | 2026-11-23T11:02:00Z | PT2M |")
                .contains("| first response | 2026-11-23T11:10:00Z | PT10M |")
                .contains("| mitigated | 2026-11-23T11:10:00Z | PT10M |")
                .contains("| resolved | 2026-11-23T11:30:00Z | PT30M |")
                .contains("This report is due 2026-11-25T11:30:00Z.")
                .contains("- 2026-11-23T11:30:00Z RESOLVED by ann: mended")
                .contains("- 2026-11-23T10:00:00Z, " + before.id())
                .contains("| what | who | until |");
    }

    @Test
    void aReportNamesNoIncidentOfAnotherRule() throws Exception {
        IncidentRule odd = new IncidentRule("odd", Severity.LOW, "copy", "It is odd", facts -> false, RUNBOOK, true);
        IncidentDesk desk = desk("n1", rule(Severity.HIGH, false), odd);
        List<String> ids = new ArrayList<>();
        for (String rule : List.of("odd", "slow", "odd")) {
            desk.raise(rule);
            ids.add(only(desk).id());
            desk.resolve(only(desk).id(), "ann", "gone");
            times.later(MINUTE);
        }
        assertThat(desk.report(ids.get(1)))
                .contains("It is the first one of its rule.", "It has not come back.")
                .doesNotContain(ids.get(0), ids.get(2));
    }

    @Test
    void aRunbookSaysWhenItWasLastExercised() throws Exception {
        IncidentDesk desk = desk("n1", rule(Severity.HIGH, false));
        assertThat(desk.runbook("slow")).startsWith("# What to do").endsWith("\nLast exercised: never\n");
        desk.raise("slow");
        desk.resolve(only(desk).id(), "n1", "nobody has looked at it");
        assertThat(desk.runbook("slow")).endsWith("\nLast exercised: never\n");
        times.later(MINUTE);
        desk.raise("slow");
        desk.acknowledge(only(desk).id(), "ann");
        desk.resolve(only(desk).id(), "ann", "a drill");
        assertThat(desk.runbook("slow")).endsWith("\nLast exercised: 2026-11-23T10:01:00Z by ann\n");
        assertThatThrownBy(() -> desk.runbook("unknown")).hasMessageContaining("unknown");
    }

    @Test
    void whatIsToBeDoneHasAnOwnerAndADateAndIsInTheReport() throws Exception {
        IncidentDesk desk = desk("n1", rule(Severity.HIGH, false));
        desk.raise("slow");
        String id = only(desk).id();
        Instant due = times.instant().plus(Duration.ofDays(3));
        ActionItem item = desk.addAction(id, "ann", "alert on | space", "bob", due);
        assertThat(desk.openActions()).containsExactly(item);
        assertThat(desk.report(id)).contains("| alert on \\| space | bob | 2026-11-26T10:00:00Z |  |");
        desk.changeAction(item.handedTo("cleo", due.plus(Duration.ofDays(1))), "bob");
        assertThat(desk.openActions()).extracting(ActionItem::owner).containsExactly("cleo");
        desk.resolve(id, "ann", "gone");
        times.later(MINUTE);
        desk.changeAction(desk.openActions().get(0).done(times.instant()), "cleo");
        assertThat(desk.openActions()).isEmpty();
        assertThat(desk.report(id))
                .contains("| cleo | 2026-11-27T10:00:00Z | 2026-11-23T10:01:00Z |")
                .contains("ACTION by bob: alert on | space is cleo's now")
                .contains("ACTION by cleo: alert on | space was done")
                .contains("## Since\nIt has not come back.");
        assertThatThrownBy(() -> desk.addAction(id, "ann", "what", " ", due))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> desk.addAction("none", "ann", "what", "bob", due))
                .hasMessageContaining("There is no incident none");
        desk.raise("slow");
        assertThat(desk.report(id)).contains("## Since\n- 2026-11-23T10:01:00Z, ");
    }

    @Test
    void whatIsOverdueOpensALowIncidentAndEndsIt() throws Exception {
        IncidentRule overdue = new IncidentRule(
                "overdue", Severity.LOW, "copy", "It is overdue", facts -> facts.overdue() > 0, RUNBOOK, true);
        IncidentDesk desk = desk("n1", rule(Severity.HIGH, false), overdue);
        desk.raise("slow");
        String id = only(desk).id();
        desk.resolve(id, "ann", "gone");
        ActionItem item =
                desk.addAction(id, "ann", "alert", "bob", times.instant().plus(Duration.ofHours(49)));
        times.later(Duration.ofHours(48));
        desk.look();
        assertThat(desk.open()).isEmpty();
        // The report is due 48 hours after the incident was resolved.
        times.later(MINUTE);
        desk.look();
        assertThat(only(desk).rule()).isEqualTo("overdue");
        assertThat(only(desk).severity()).isEqualTo(Severity.LOW);
        desk.reviewed(id, "ann", "in the wiki");
        desk.look();
        times.later(IncidentDesk.CLEARED_AFTER.plusSeconds(1));
        desk.look();
        assertThat(desk.open()).isEmpty();
        desk.look();
        times.later(Duration.ofHours(1));
        desk.look();
        assertThat(only(desk).rule()).isEqualTo("overdue");
        desk.changeAction(item.done(times.instant()), "bob");
        desk.look();
        times.later(IncidentDesk.CLEARED_AFTER.plusSeconds(1));
        desk.look();
        assertThat(desk.open()).isEmpty();
    }

    private static final Runbook TREE = new Runbook(
            "What to do",
            List.of("status"),
            Runbook.asks(
                    "Is it open?",
                    facts -> false,
                    Runbook.does("never"),
                    Runbook.asksPerson("Is it up?", Runbook.does("over", "Wait.", "Look."), Runbook.does("no"))));

    @Test
    void aWalkAnswersWhatItCanWritesEverythingDownAndExercisesTheRunbook() throws Exception {
        IncidentDesk desk = desk(
                "n1", new IncidentRule("slow", Severity.HIGH, "copy", "It is slow", facts -> holds.get(), TREE, false));
        holds.set(true);
        desk.look();
        String id = only(desk).id();
        Walkthrough walk = desk.begin(id, "ann");
        assertThat(walk.told()).isEqualTo("Is it up?");
        assertThatThrownBy(walk::did).hasMessageContaining("nothing to be done, but: Is it up?");
        walk.answer(true);
        assertThatThrownBy(() -> walk.answer(true)).hasMessageContaining("no question");
        assertThat(walk.told()).isEqualTo("Wait.");
        walk.did();
        assertThatThrownBy(walk::end).hasMessageContaining("not at its end, but at: Look.");
        walk.did();
        assertThat(walk.told()).isEqualTo("Done when: over");
        assertThat(desk.lastExercised("slow")).isEmpty();
        assertThat(walk.end()).isFalse();
        assertThatThrownBy(walk::end).hasMessageContaining("ended before");
        assertThat(desk.lastExercised("slow").orElseThrow().text())
                .isEqualTo("runbook walked to its end: over (the rule holds still)");
        assertThat(desk.runbook("slow")).endsWith("\nLast exercised: 2026-11-23T10:00:00Z by ann\n");
        assertThat(store.timeline(id))
                .filteredOn(entry -> entry.kind() == Kind.WALKED)
                .extracting(TimelineEntry::text)
                .containsExactly("Is it open? No, by itself.", "Is it up? Yes.", "did: Wait.", "did: Look.");
        assertThatThrownBy(() -> desk.begin("none", "ann")).hasMessageContaining("no open incident");
    }

    private String typed(IncidentDesk desk, int exit, String typed, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int got = IncidentCommand.run(
                desk,
                new BufferedReader(new StringReader(typed)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                args);
        String said = out.toString(StandardCharsets.UTF_8);
        assertThat(got).as(said).isEqualTo(exit);
        return said;
    }

    @Test
    void aRunbookIsWalkedFromACommandLine() throws Exception {
        IncidentDesk desk = desk(
                "n1", new IncidentRule("slow", Severity.HIGH, "copy", "It is slow", facts -> holds.get(), TREE, false));
        assertThat(typed(desk, 0, "", "list")).isEmpty();
        assertThat(typed(desk, 0, "what?\ny\n\n\n", "drill", "slow", "ann"))
                .containsSubsequence(
                        "Is it up? [y/n]",
                        "Is it up? [y/n]",
                        "Wait. [enter when done]",
                        "Look. [enter when done]",
                        "Done when: over",
                        "The rule holds no longer.");
        assertThat(desk.open()).isEmpty();
        assertThat(typed(desk, 0, "", "runbook", "slow")).contains("# What to do", "by ann");
        desk.look();
        holds.set(true);
        desk.look();
        String id = only(desk).id();
        assertThat(typed(desk, 0, "", "list")).contains(id, "HIGH slow, taken by nobody: It is slow");
        assertThat(typed(desk, 1, "n\n", "walk", id, "bob")).contains("Done when: no", "The rule holds still.");
        assertThat(typed(desk, 3, "", "walk", id, "bob")).contains("failed (IOException)");
        assertThat(typed(desk, 0, "", "report", id)).contains("EXERCISED by bob");
        assertThat(typed(desk, 2, "", "dance")).contains("usage:");
        assertThat(typed(desk, 2, "", "drill", "unknown", "bob")).contains("There is no rule unknown here");
    }

    @Test
    void aComponentWithoutAPrimaryAndAnotherBackupContactIsRefused() {
        assertThatThrownBy(() -> EscalationMatrix.builder()
                        .component("copy", Severity.HIGH, new Contacts("ann", "ann", "#shop"))
                        .component("payments", new Contacts("ann", " ", "#shop"))
                        .build())
                .hasMessageContaining("copy at HIGH has a backup who is the primary contact")
                .hasMessageContaining("copy at LOW has nobody")
                .hasMessageContaining("payments at CRITICAL has no backup contact");
        IncidentRule elsewhere =
                new IncidentRule("x", Severity.LOW, "payments", "It is down", facts -> false, RUNBOOK, true);
        assertThatThrownBy(() -> IncidentDesk.byHand(
                        migration, List.of(elsewhere, elsewhere), MATRIX, store, IncidentSettings.defaults()))
                .hasMessageContaining("nobody for payments")
                .hasMessageContaining("two rules are called x");
    }

    @Test
    void aRuleWithoutARunbookIsRefused() {
        assertThatThrownBy(() -> new IncidentRule("x", Severity.LOW, "copy", "It is down", facts -> false, null, true))
                .hasMessageContaining("no runbook");
    }

    @Test
    void aRuleThatThrowsHoldsUpNoOther() throws Exception {
        IncidentRule broken = new IncidentRule(
                "broken",
                Severity.LOW,
                "copy",
                "It is down",
                facts -> {
                    throw new IllegalStateException("secret");
                },
                RUNBOOK,
                true);
        holds.set(true);
        IncidentDesk desk = desk("n1", broken, rule(Severity.LOW, true));
        desk.look();
        assertThat(only(desk).rule()).isEqualTo("slow");
    }

    @Test
    void itsThreadOpensWhatHolds() throws Exception {
        DataSource database = JdbcIncidentStoreTest.database();
        IncidentStore own = JdbcIncidentStoreTest.on(database);
        holds.set(true);
        try (IncidentDesk desk = IncidentDesk.open(
                migration, List.of(rule(Severity.HIGH, false)), MATRIX, own, IncidentSettings.defaults())) {
            await().until(() -> desk.open().size() == 1);
        }
    }
}
