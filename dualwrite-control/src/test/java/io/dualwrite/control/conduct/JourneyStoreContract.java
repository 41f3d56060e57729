package io.dualwrite.control.conduct;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.control.conduct.Journey.Phase;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every store of journeys does. */
abstract class JourneyStoreContract {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    /** A store with nothing in it. */
    abstract JourneyStore store() throws Exception;

    private static JourneyEntry entry(Journey to, String what) {
        return new JourneyEntry(to.version(), NOON, "ann", to.phase(), to.at(), what);
    }

    @Test
    void beforeAnythingThereIsTheFirst() throws Exception {
        JourneyStore store = store();
        assertThat(store.read("shop")).isEqualTo(Journey.FIRST);
        assertThat(store.audit("shop")).isEmpty();
        assertThat(store.sights("shop")).isEmpty();
    }

    @Test
    void everythingOfAJourneyIsKept() throws Exception {
        JourneyStore store = store();
        Journey all = new Journey(
                1,
                Phase.TRAVELLING,
                Stage.LIVE,
                Stage.SHADOW,
                Duration.ofHours(30),
                Stage.LIVE,
                Map.of(Stage.LIVE, "ann = lead", Stage.COMPLETE, "bob"),
                "it was sent");
        assertThat(store.change("shop", Journey.FIRST, all, entry(all, "sent"))).isTrue();
        assertThat(store.read("shop")).isEqualTo(all);
        assertThat(store.read("other")).isEqualTo(Journey.FIRST);
        Journey none = new Journey(2, Phase.RESTING, null, null, Duration.ZERO, null, Map.of(), "over");
        assertThat(store.change("shop", all, none, null)).isTrue();
        assertThat(store.read("shop")).isEqualTo(none);
        assertThat(store.audit("shop"))
                .containsExactly(new JourneyEntry(1, NOON, "ann", Phase.TRAVELLING, Stage.SHADOW, "sent"));
    }

    @Test
    void ofTwoWhoChangeTheSameVersionOneDoes() throws Exception {
        JourneyStore store = store();
        Journey one = Journey.FIRST.to(Phase.TRAVELLING, Stage.LIVE, "one");
        Journey two = Journey.FIRST.to(Phase.HELD, null, "two");
        assertThat(store.change("shop", Journey.FIRST, one, entry(one, "one"))).isTrue();
        assertThat(store.change("shop", Journey.FIRST, two, entry(two, "two"))).isFalse();
        assertThat(store.read("shop")).isEqualTo(one);
        Journey further = one.to(Phase.HELD, Stage.LIVE, "further");
        assertThat(store.change("shop", one, further, entry(further, "further")))
                .isTrue();
        assertThat(store.change("shop", one, one.soaked(Duration.ofHours(1)), null))
                .isFalse();
        assertThat(store.audit("shop")).extracting(JourneyEntry::what).containsExactly("one", "further");
    }

    @Test
    void whatANodeSaysTakesThePlaceOfWhatItSaid() throws Exception {
        JourneyStore store = store();
        store.report("shop", new NodeSight("n1", 1, Stage.OFF));
        store.report("shop", new NodeSight("n2", 7, Stage.SHADOW));
        store.report("shop", new NodeSight("n1", 2, Stage.SHADOW));
        assertThat(store.sights("shop"))
                .containsExactly(new NodeSight("n1", 2, Stage.SHADOW), new NodeSight("n2", 7, Stage.SHADOW));
        store.forget("shop", "n1");
        store.forget("shop", "nobody");
        assertThat(store.sights("shop")).isEqualTo(List.of(new NodeSight("n2", 7, Stage.SHADOW)));
        assertThat(store.sights("other")).isEmpty();
    }

    @Test
    void whatIsTooLongIsCut() throws Exception {
        JourneyStore store = store();
        Journey long1 = Journey.FIRST.to(Phase.HELD, null, "x".repeat(5_000));
        assertThat(store.change("shop", Journey.FIRST, long1, entry(long1, "y".repeat(5_000))))
                .isTrue();
        assertThat(store.read("shop").why()).startsWith("xxx");
        assertThat(store.audit("shop")).hasSize(1);
    }
}
