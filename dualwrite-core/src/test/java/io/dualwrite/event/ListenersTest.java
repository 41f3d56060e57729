package io.dualwrite.event;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dualwrite.event.MigrationEvent.BacklogMeasured;
import io.dualwrite.event.MigrationEvent.BreakerMoved;
import io.dualwrite.event.MigrationEvent.FlagFailed;
import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.event.MigrationEvent.Progress;
import io.dualwrite.event.MigrationEvent.ShadowCompared;
import io.dualwrite.event.MigrationEvent.ShadowShed;
import io.dualwrite.event.MigrationEvent.TransferFailed;
import io.dualwrite.event.MigrationEvent.Transferred;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ListenersTest {
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @AfterEach
    void clearInterrupt() {
        Thread.interrupted();
    }

    @Test
    void whatAListenerThrowsReachesNobodyAndIsLoggedOncePerKind() {
        watch(Listeners.class.getName());
        List<MigrationEvent> heard = new ArrayList<>();
        Listeners listeners = new Listeners(List.of(
                event -> {
                    throw new StackOverflowError();
                },
                heard::add));
        listeners.on(new ShadowShed());
        listeners.on(new ShadowShed());
        assertThat(heard).hasSize(2);
        assertThat(log.list).hasSize(1);
    }

    @Test
    void aListenerThatWasAddedIsToldUntilItsSubscriptionEnds() {
        List<MigrationEvent> always = new ArrayList<>();
        List<MigrationEvent> twice = new ArrayList<>();
        Listeners listeners = new Listeners(List.of(always::add));
        MigrationListener listener = twice::add;
        Subscription first = listeners.add(listener);
        Subscription second = listeners.add(listener);
        listeners.on(new ShadowShed());
        assertThat(twice).hasSize(2);

        first.close();
        first.close();
        listeners.on(new ShadowShed());
        assertThat(twice).hasSize(3);

        second.close();
        listeners.on(new ShadowShed());
        assertThat(twice).hasSize(3);
        assertThat(always).hasSize(3);
    }

    @Test
    void aListenerThatClearsTheInterruptFlagClearsItForNobody() {
        Listeners listeners = new Listeners(List.of(event -> Thread.interrupted()));
        Thread.currentThread().interrupt();
        listeners.on(new ShadowShed());
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    void anInterruptedListenerLeavesTheFlagSet() {
        Listeners listeners = new Listeners(List.of(event -> sneak(new InterruptedException())));
        listeners.on(new ShadowShed());
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    void aRepeatedFailureIsAWarningOnceAndAgainAfterASuccess() {
        watch("io.dualwrite.migration.orders");
        LoggingListener listener = new LoggingListener("orders");
        MigrationEvent failed = new TransferFailed(Side.ORIGIN, 1, new Fault("IOException"));
        listener.on(failed);
        listener.on(failed);
        listener.on(new Transferred(Side.ORIGIN, 1, Duration.ZERO));
        listener.on(failed);
        assertThat(log.list)
                .extracting(ILoggingEvent::getLevel)
                .containsExactly(Level.WARN, Level.DEBUG, Level.DEBUG, Level.WARN);
    }

    @Test
    void aLongJobIsToldEveryHalfMinuteAndAtItsEnd() {
        watch("io.dualwrite.migration.orders");
        AtomicLong nanos = new AtomicLong();
        LoggingListener listener = new LoggingListener("orders", nanos::get);
        for (int halves = 1; halves <= 180; halves++) {
            nanos.addAndGet(Duration.ofMillis(500).toNanos());
            listener.on(progress("orders", -1, 100 * halves, 1_000_000, halves));
        }
        listener.on(progress("orders", -1, 18_100, 18_100, 181));

        assertThat(told())
                .containsExactly(
                        "backfill of orders: 0 %, 6,000 of about 1,000,000 records, 200/s, 83 min left",
                        "backfill of orders: 1 %, 12,000 of about 1,000,000 records, 200/s, 82 min left",
                        "backfill of orders: 1 %, 18,000 of about 1,000,000 records, 200/s, 82 min left",
                        "backfill of orders: 100 %, 18,100 records, 200/s");
        assertThat(log.list).hasSize(181);
    }

    @Test
    void whatIsDoneInAMomentIsToldByItsEndOnlyAndWhatHasNoneNever() {
        watch("io.dualwrite.migration.orders");
        AtomicLong nanos = new AtomicLong();
        LoggingListener listener = new LoggingListener("orders", nanos::get);
        listener.on(progress("orders", -1, 100, 200, 1));
        listener.on(progress("orders", -1, 200, 200, 2));
        nanos.addAndGet(Duration.ofHours(1).toNanos());
        listener.on(new Progress(Progress.CONTINUOUS, "orders", 10, -1, Duration.ofHours(1)));
        assertThat(told()).isEmpty();
    }

    @Test
    void partsOfOneTypeAreToldApartAndWhatAJobWaitsForIsTold() {
        watch("io.dualwrite.migration.orders");
        LoggingListener listener = new LoggingListener("orders", () -> 0);
        listener.on(progress("orders", 0, 100, -1, 60));
        listener.on(progress("orders", 0, 101, -1, 61));
        listener.on(new Progress(
                "backfill", "orders", 1, 0, -1, Duration.ofSeconds(30), 0, List.of("paused, on this node")));
        assertThat(told())
                .containsExactly(
                        "backfill of orders, part 0: 100 records, 3/s",
                        "backfill of orders, part 1: 0 records, waiting: paused, on this node");
    }

    private static Progress progress(String type, int part, long done, long total, int halfSeconds) {
        Duration elapsed = Duration.ofMillis(500L * halfSeconds);
        return new Progress("backfill", type, part, done, total, elapsed, Progress.rate(done, elapsed), List.of());
    }

    /** What is there for people. */
    private List<String> told() {
        return log.list.stream()
                .filter(line -> line.getLevel() == Level.INFO)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Test
    void keysAreNotLogged() {
        watch("io.dualwrite.migration.orders");
        new LoggingListener("orders")
                .on(new MismatchConfirmed(new RecordId("orders", "ann@example.org"), "MISSING", List.of()));
        assertThat(log.list).hasSize(1);
        assertThat(log.list.get(0).getLevel()).isEqualTo(Level.ERROR);
        assertThat(log.list.get(0).getFormattedMessage()).contains("orders#").doesNotContain("ann");
    }

    @Test
    void everyMeterIsTaggedWithTheMigrationAndGoesWithIt() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (Meters meters = new Meters(registry, "orders", () -> Stage.SHADOW)) {
            meters.on(new Transferred(Side.ORIGIN, 3, Duration.ofMillis(4)));
            meters.on(new BacklogMeasured(7, 2, Duration.ofMillis(1500)));
            meters.on(new ShadowCompared("find", false, List.of("total")));
            meters.on(new FlagFailed(new Fault("IOException")));
            meters.on(new BreakerMoved("OPEN"));
            assertThat(registry.getMeters())
                    .extracting(Meter::getId)
                    .allMatch(id -> "orders".equals(id.getTag(Meters.MIGRATION)));
            assertThat(registry.get(Meters.TRANSFERRED).counter().count()).isEqualTo(3);
            assertThat(registry.get(Meters.TRANSFERS).timer().count()).isEqualTo(1);
            assertThat(registry.get(Meters.BACKLOG).gauge().value()).isEqualTo(7);
            assertThat(registry.get(Meters.BACKLOG_OLDEST).gauge().value()).isEqualTo(1.5);
            assertThat(registry.get(Meters.QUARANTINED).gauge().value()).isEqualTo(2);
            assertThat(registry.get(Meters.STAGE).gauge().value()).isEqualTo(Stage.SHADOW.ordinal());
            assertThat(registry.get(Meters.BREAKER).gauge().value()).isEqualTo(2);
            assertThat(registry.get(Meters.FLAG_FAILURES).counter().count()).isEqualTo(1);
            assertThat(registry.get(Meters.SHADOW_COMPARED)
                            .tag("equal", "false")
                            .counter()
                            .count())
                    .isEqualTo(1);
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    private void watch(String logger) {
        Logger watched = (Logger) LoggerFactory.getLogger(logger);
        watched.setLevel(Level.DEBUG);
        log.start();
        watched.addAppender(log);
    }

    @AfterEach
    void stopWatching() {
        for (String logger : List.of(Listeners.class.getName(), "io.dualwrite.migration.orders")) {
            ((Logger) LoggerFactory.getLogger(logger)).detachAppender(log);
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable thrown) throws E {
        throw (E) thrown;
    }
}
