package io.dualwrite.control.incident;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.control.incident.TimelineEntry.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

abstract class IncidentStoreContract {
    private static final Instant AT = Instant.parse("2026-11-23T10:00:00.123Z");

    abstract IncidentStore store() throws Exception;

    private static Incident incident(String rule, Severity severity) {
        IncidentRule of = new IncidentRule(
                rule,
                severity,
                "copy",
                "It happens",
                facts -> true,
                new Runbook("T", List.of(), Runbook.does("over")),
                true);
        return Incident.opened(UUID.randomUUID().toString(), "shop", of, AT);
    }

    private static TimelineEntry entry(Kind kind, String text) {
        return new TimelineEntry(AT, kind, "n1", text);
    }

    @Test
    void anIncidentIsKeptAsItIsWithItsStory() throws Exception {
        IncidentStore store = store();
        Incident opened = incident("a", Severity.CRITICAL);
        assertThat(store.open(opened, entry(Kind.OPENED, "so"))).isTrue();
        assertThat(store.open("shop")).containsExactly(opened);
        Incident taken = opened.acknowledged("ann", AT.plusSeconds(60));
        assertThat(store.change(opened, taken, List.of(entry(Kind.ACKNOWLEDGED, "taken"), entry(Kind.UPDATED, "two"))))
                .isTrue();
        Incident updated = taken.updated(new Incident.Status("s", "a", "n", "e"), true, AT.plusSeconds(90));
        store.change(taken, updated, List.of(entry(Kind.UPDATED, "three")));
        assertThat(store.all("shop")).containsExactly(updated);
        assertThat(store.timeline(opened.id()))
                .extracting(TimelineEntry::text)
                .containsExactly("so", "taken", "two", "three");
        assertThat(store.timeline(opened.id()).get(0)).isEqualTo(entry(Kind.OPENED, "so"));
        assertThat(store.open("other")).isEmpty();
    }

    @Test
    void oneIsOpenForOneTroubleAndAfterItsEndAnotherOne() throws Exception {
        IncidentStore store = store();
        Incident first = incident("a", Severity.LOW);
        store.open(first, entry(Kind.OPENED, "so"));
        assertThat(store.open(incident("a", Severity.LOW), entry(Kind.OPENED, "so")))
                .isFalse();
        assertThat(store.open(incident("b", Severity.LOW), entry(Kind.OPENED, "so")))
                .isTrue();
        store.change(first, first.resolved(AT), List.of(entry(Kind.RESOLVED, "over")));
        assertThat(store.open("shop")).extracting(Incident::rule).containsExactly("b");
        Incident again = incident("a", Severity.LOW);
        assertThat(store.open(again, entry(Kind.OPENED, "so"))).isTrue();
        store.change(again, again.resolved(AT), List.of());
        assertThat(store.all("shop")).hasSize(3);
    }

    @Test
    void aChangeFromAVersionThatIsGoneChangesNothing() throws Exception {
        IncidentStore store = store();
        Incident opened = incident("a", Severity.HIGH);
        store.open(opened, entry(Kind.OPENED, "so"));
        Incident escalated = opened.escalated(AT.plus(Duration.ofMinutes(5)));
        assertThat(store.change(opened, escalated, List.of(entry(Kind.ESCALATED, "n1"))))
                .isTrue();
        assertThat(store.change(opened, escalated, List.of(entry(Kind.ESCALATED, "n2"))))
                .isFalse();
        assertThat(store.timeline(opened.id())).hasSize(2);
        assertThat(store.open("shop")).containsExactly(escalated);
    }

    @Test
    void ofManyThatOpenAtOnceOneDoes() throws Exception {
        IncidentStore store = store();
        ExecutorService nodes = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Boolean>> tries = IntStream.range(0, 4)
                    .<Callable<Boolean>>mapToObj(
                            node -> () -> store.open(incident("a", Severity.HIGH), entry(Kind.OPENED, "so")))
                    .toList();
            int opened = 0;
            for (var one : nodes.invokeAll(tries)) {
                opened += one.get() ? 1 : 0;
            }
            assertThat(opened).isEqualTo(1);
        } finally {
            nodes.shutdownNow();
        }
    }

    @Test
    void actionItemsAreKeptByTheirDueDateAndChanged() throws Exception {
        IncidentStore store = store();
        Incident of = incident("a", Severity.HIGH);
        store.open(of, entry(Kind.OPENED, "so"));
        ActionItem late = new ActionItem("1", of.id(), "alert on space", "bob", AT.plusSeconds(60), null);
        ActionItem soon = new ActionItem("2", of.id(), "mend the mapping", "ann", AT, null);
        store.keep(late);
        store.keep(soon);
        assertThat(store.actions("shop")).containsExactly(soon, late);
        ActionItem done = soon.handedTo("cleo", AT.plusSeconds(90)).done(AT.plusSeconds(5));
        store.keep(done);
        assertThat(store.actions("shop")).containsExactly(late, done);
        assertThat(store.actions("other")).isEmpty();
    }

    @Test
    void whatIsTooLongIsCutAndNotRefused() throws Exception {
        IncidentStore store = store();
        Incident opened = incident("a", Severity.HIGH);
        store.open(opened, entry(Kind.OPENED, "t".repeat(5_000)));
        String text = "s".repeat(5_000);
        assertThat(store.change(
                        opened,
                        opened.updated(new Incident.Status(text, text, text, text), true, AT),
                        List.of(entry(Kind.UPDATED, text))))
                .isTrue();
        assertThat(store.open("shop").get(0).status().state()).startsWith("sss");
    }
}
