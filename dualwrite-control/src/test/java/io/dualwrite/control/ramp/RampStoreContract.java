package io.dualwrite.control.ramp;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.control.evidence.Evidence;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

abstract class RampStoreContract {
    private static final Instant AT = Instant.parse("2026-11-23T10:00:00.123Z");

    abstract RampStore store() throws Exception;

    private static RampState ramping(RampState from) {
        return from.at(RampPhase.RAMPING, 0, 5, "begun");
    }

    private static RampEntry entry(RampState from, RampState to, String who) {
        return new RampEntry(
                to.version(), AT, who, from.phase(), to.phase(), from.percent(), to.percent(), to.why(), "errors PASS");
    }

    @Test
    void nothingWasEverBegunAtFirst() throws Exception {
        RampStore store = store();
        assertThat(store.read("shop")).isEqualTo(RampState.FIRST);
        assertThat(store.reports("shop", 0)).isEmpty();
        assertThat(store.audit("shop")).isEmpty();
    }

    @Test
    void aChangeIsKeptWithItsEntryAndOtherMigrationsAreApart() throws Exception {
        RampStore store = store();
        RampState to = ramping(RampState.FIRST);
        assertThat(store.change("shop", RampState.FIRST, to, entry(RampState.FIRST, to, "ann")))
                .isTrue();
        assertThat(store.read("shop")).isEqualTo(to);
        assertThat(store.audit("shop")).containsExactly(entry(RampState.FIRST, to, "ann"));
        assertThat(store.read("other")).isEqualTo(RampState.FIRST);
    }

    @Test
    void aChangeFromAVersionThatIsGoneChangesNothing() throws Exception {
        RampStore store = store();
        RampState to = ramping(RampState.FIRST);
        store.change("shop", RampState.FIRST, to, entry(RampState.FIRST, to, "ann"));
        assertThat(store.change("shop", RampState.FIRST, to, entry(RampState.FIRST, to, "bob")))
                .isFalse();
        RampState back = to.rolledBack("wrong");
        assertThat(store.change("shop", to, back, entry(to, back, "n1"))).isTrue();
        assertThat(store.change("shop", to, back, entry(to, back, "n2"))).isFalse();
        assertThat(store.audit("shop")).extracting(RampEntry::who).containsExactly("ann", "n1");
    }

    @Test
    void ofManyThatChangeAtOnceOneDoes() throws Exception {
        RampStore store = store();
        ExecutorService nodes = Executors.newFixedThreadPool(4);
        try {
            RampState at = RampState.FIRST;
            for (int round = 0; round < 5; round++) {
                RampState from = at;
                RampState to = at.at(RampPhase.RAMPING, 0, 5, "round");
                List<Callable<Boolean>> tries = IntStream.range(0, 4)
                        .<Callable<Boolean>>mapToObj(
                                node -> () -> store.change("shop", from, to, entry(from, to, "n" + node)))
                        .toList();
                int made = 0;
                for (var one : nodes.invokeAll(tries)) {
                    made += one.get() ? 1 : 0;
                }
                assertThat(made).isEqualTo(1);
                at = to;
            }
            assertThat(store.read("shop")).isEqualTo(at);
            assertThat(store.audit("shop")).hasSize(5);
        } finally {
            nodes.shutdownNow();
        }
    }

    @Test
    void aNodesReportTakesThePlaceOfItsLastOne() throws Exception {
        RampStore store = store();
        store.report("shop", new NodeReport("n1", 3, 1, "", Map.of("errors", new Evidence(1, 10))));
        store.report("shop", new NodeReport("n2", 3, 1, "no data", Map.of("errors", new Evidence(2, 20))));
        NodeReport later =
                new NodeReport("n1", 3, 2, "", Map.of("errors", new Evidence(4, 40), "#asked", new Evidence(0, 40.5)));
        store.report("shop", later);
        assertThat(store.reports("shop", 3))
                .containsExactlyInAnyOrder(
                        later, new NodeReport("n2", 3, 1, "no data", Map.of("errors", new Evidence(2, 20))));
        assertThat(store.reports("shop", 4)).isEmpty();
        assertThat(store.reports("other", 3)).isEmpty();
    }

    @Test
    void whatIsTooLongIsCutAndNotRefused() throws Exception {
        RampStore store = store();
        RampState to = RampState.FIRST.at(RampPhase.RAMPING, 0, 5, "w".repeat(5_000));
        assertThat(store.change("shop", RampState.FIRST, to, entry(RampState.FIRST, to, "ann")))
                .isTrue();
        assertThat(store.read("shop").why()).startsWith("www");
        store.report("shop", new NodeReport("n1", 1, 1, "h".repeat(5_000), Map.of()));
        assertThat(store.reports("shop", 1)).hasSize(1);
    }
}
