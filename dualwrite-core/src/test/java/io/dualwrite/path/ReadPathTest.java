package io.dualwrite.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.compare.Equivalence;
import io.dualwrite.compare.Equivalences;
import io.dualwrite.compare.Findings;
import io.dualwrite.event.Contexts;
import io.dualwrite.event.Fault;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.FellBack;
import io.dualwrite.event.MigrationEvent.ShadowCompared;
import io.dualwrite.event.MigrationEvent.ShadowFailed;
import io.dualwrite.event.MigrationEvent.ShadowShed;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.LocalFence;
import io.dualwrite.fence.Pace;
import io.dualwrite.fence.Transactions;
import io.dualwrite.flag.Ramp;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReadPathTest {
    private static final RecordId KEY = new RecordId("orders", "1");
    private static final ReadPath.Query TOLERANT = new ReadPath.Query("find", KEY, true, true);
    private static final ReadPath.Query STRICT = new ReadPath.Query("find", KEY, false, true);
    private static final ReadPath.Query KEYLESS = new ReadPath.Query("findAll", null, true, true);

    private final List<MigrationEvent> events = new CopyOnWriteArrayList<>();
    private final List<RecordId> suspects = new CopyOnWriteArrayList<>();
    private final AtomicBoolean fresh = new AtomicBoolean(true);
    private final Ramp ramp = new Ramp("reads");
    private final CountDownLatch forever = new CountDownLatch(1);
    private FakeTransactions transactions = new FakeTransactions(Side.ORIGIN);
    private BooleanSupplier sampler = () -> true;
    private final Findings findings = new Findings();
    private Equivalence<Object> equivalence = Equivalences.equality();
    private ShadowReader shadow;
    private CallPolicy calls;

    @AfterEach
    void close() {
        forever.countDown();
        if (shadow != null) {
            shadow.close();
            calls.close();
        }
        Thread.interrupted();
    }

    private ReadPath at(Stage stage) {
        ControlRow origin = ControlRow.firstOrigin().authority(stage);
        Sides<LocalFence> fences = Sides.each(side -> new LocalFence(
                side == Side.ORIGIN ? origin : ControlRow.firstTarget(), Duration.ofMillis(10), Pace.real()));
        Board board = new Board(Sides.each(fences::of));
        board.refresh();
        shadow = new ShadowReader(
                transactions,
                new ShadowReader.Plan("reads", 1, 1, sampler, equivalence, suspects::add, findings, Contexts.of(null)),
                events::add);
        calls = new CallPolicy(
                "reads",
                "copy",
                CallPolicy.breaker("reads"),
                new CallPolicy.Limits(Duration.ofMillis(30), 2, 1, Duration.ofMillis(1)));
        ReadPath.Copy copy = new ReadPath.Copy(calls, ramp, key -> fresh.get(), FallbackPolicy.onErrors());
        return new ReadPath(transactions, board, shadow, copy, events::add);
    }

    @Test
    void aReadInsideATransactionIsAnsweredByItsSide() throws Exception {
        transactions = new FakeTransactions(Side.TARGET);
        transactions.open = transactions.transaction();
        ramp.percent(100);
        assertThat(at(Stage.SHADOW).<Side>read(TOLERANT, side -> side)).isEqualTo(Side.TARGET);
        assertThat(events).isEmpty();
    }

    @Test
    void theRampedShareIsAnsweredByTheCopyWhereAllowed() throws Exception {
        ReadPath reads = at(Stage.SHADOW);
        assertThat(reads.<Side>read(TOLERANT, side -> side)).isEqualTo(Side.ORIGIN);
        ramp.percent(100);
        assertThat(reads.<Side>read(TOLERANT, side -> side)).isEqualTo(Side.TARGET);
        assertThat(reads.<Side>read(STRICT, side -> side)).isEqualTo(Side.ORIGIN);
        assertThat(reads.<Side>read(KEYLESS, side -> side)).isEqualTo(Side.ORIGIN);
        fresh.set(false);
        assertThat(reads.<Side>read(TOLERANT, side -> side)).isEqualTo(Side.ORIGIN);
    }

    @ParameterizedTest
    @EnumSource(names = {"OFF", "JOURNAL", "DUAL_WRITE"})
    void noOtherStageRampsComparesOrFallsBack(Stage stage) throws Exception {
        ramp.percent(100);
        ReadPath reads = at(stage);
        assertThat(reads.<Side>read(TOLERANT, side -> side)).isEqualTo(Side.ORIGIN);
        assertThatThrownBy(() -> reads.<Side>read(TOLERANT, side -> {
                    throw new IOException("down");
                }))
                .isInstanceOf(IOException.class);
        assertThat(events).isEmpty();
    }

    @Test
    void aRampedReadThatFailsIsAnsweredByTheAuthority() throws Exception {
        ramp.percent(100);
        assertThat(at(Stage.SHADOW).<Side>read(TOLERANT, failingOn(Side.TARGET, new NoClassDefFoundError("driver"))))
                .isEqualTo(Side.ORIGIN);
        assertThat(events).hasAtLeastOneElementOfType(FellBack.class);
    }

    @Test
    void aRampedReadThatHangsCostsTheDeadlineAndIsAnsweredByTheAuthority() throws Exception {
        ramp.percent(100);
        Side answer = at(Stage.SHADOW).<Side>read(TOLERANT, side -> {
            if (side == Side.TARGET) {
                forever.await();
            }
            return side;
        });
        assertThat(answer).isEqualTo(Side.ORIGIN);
    }

    @Test
    void anErrorOfTheStoreFallsBackAndNotFoundDoesNot() throws Exception {
        ReadPath reads = at(Stage.SHADOW);
        assertThat(reads.<Side>read(STRICT, failingOn(Side.ORIGIN, new IOException("down"))))
                .isEqualTo(Side.TARGET);
        assertThat(events).containsExactly(new FellBack(Side.ORIGIN, new Fault("IOException")));
        NoSuchElementException notFound = new NoSuchElementException("1");
        assertThatThrownBy(() -> reads.<Side>read(STRICT, failingOn(Side.ORIGIN, notFound)))
                .isSameAs(notFound);
        assertThat(reads.<Object>read(STRICT, side -> null)).isNull();
    }

    @Test
    void theAuthoritysErrorAndTheFailureOfBothReachTheCallerUnchanged() {
        ReadPath reads = at(Stage.SHADOW);
        StackOverflowError error = new StackOverflowError();
        assertThatThrownBy(() -> reads.<Side>read(STRICT, failingOn(Side.ORIGIN, error)))
                .isSameAs(error);
        IOException down = new IOException("down");
        assertThatThrownBy(() -> reads.<Side>read(STRICT, side -> {
                    throw side == Side.ORIGIN ? down : new IOException("down too");
                }))
                .isSameAs(down);
        fresh.set(false);
        assertThatThrownBy(() -> reads.<Side>read(STRICT, failingOn(Side.ORIGIN, down)))
                .isSameAs(down);
    }

    @Test
    void aDifferenceMakesTheRecordASuspect() throws Exception {
        assertThat(at(Stage.SHADOW).<Side>read(STRICT, side -> side)).isEqualTo(Side.ORIGIN);
        await().untilAsserted(() -> assertThat(suspects).containsExactly(KEY));
        assertThat(events).containsExactly(new ShadowCompared("find", false, List.of("")));
    }

    @Test
    void whatAWriteInFlightMadeDifferIsReadAgainBeforeItCounts() throws Exception {
        AtomicInteger answers = new AtomicInteger();
        at(Stage.SHADOW).<Integer>read(STRICT, side -> Math.min(1, answers.getAndIncrement()));
        await().untilAsserted(() -> assertThat(events).containsExactly(new ShadowCompared("find", true, List.of())));
        assertThat(suspects).isEmpty();
        assertThat(findings.all()).isEmpty();
    }

    @Test
    void whatDiffersFromOneReadToTheNextIsLearntAsNoise() throws Exception {
        AtomicInteger answers = new AtomicInteger();
        at(Stage.SHADOW).<Integer>read(STRICT, side -> answers.getAndIncrement());
        await().untilAsserted(() -> assertThat(events).containsExactly(new ShadowCompared("find", true, List.of())));
        assertThat(suspects).isEmpty();
        assertThat(findings.all()).singleElement().satisfies(finding -> {
            assertThat(finding.isNoise()).isTrue();
            assertThat(finding.differed()).isEqualTo(1);
        });
    }

    @Test
    void whatIsNotToBeComparedIsNotReadTwice() throws Exception {
        at(Stage.SHADOW).<Side>read(new ReadPath.Query("export", null, false, false), side -> side);
        shadow.close();
        assertThat(events).isEmpty();
    }

    @Test
    void shadowReadsBeyondTheBoundAreShedWithoutWaiting() throws Exception {
        ReadPath reads = at(Stage.SHADOW);
        for (int read = 0; read < 5; read++) {
            assertThat(reads.<Side>read(STRICT, side -> {
                        if (side == Side.TARGET) {
                            forever.await();
                        }
                        return side;
                    }))
                    .isEqualTo(Side.ORIGIN);
        }
        assertThat(events).containsOnly(new ShadowShed()).hasSizeBetween(3, 4);
    }

    @Test
    void nothingASamplerAComparisonOrTheCopyThrowsReachesTheCaller() throws Exception {
        sampler = () -> {
            throw new StackOverflowError();
        };
        assertThat(at(Stage.SHADOW).<Side>read(STRICT, side -> side)).isEqualTo(Side.ORIGIN);
        assertThat(events).hasOnlyElementsOfType(ShadowFailed.class).hasSize(1);
        close();
        sampler = () -> true;
        equivalence = (one, two) -> {
            throw new StackOverflowError();
        };
        ReadPath reads = at(Stage.SHADOW);
        assertThat(reads.<Side>read(STRICT, side -> side)).isEqualTo(Side.ORIGIN);
        await().untilAsserted(() -> assertThat(events).hasSize(2));
        assertThat(reads.<Side>read(STRICT, failingOn(Side.TARGET, new StackOverflowError())))
                .isEqualTo(Side.ORIGIN);
        await().untilAsserted(() -> assertThat(events).hasSize(3));
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    private static Transactions.Reading<Side> failingOn(Side failing, Throwable failure) {
        return side -> {
            if (side == failing) {
                throw ReadPathTest.<RuntimeException>sneaked(failure);
            }
            return side;
        };
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E sneaked(Throwable failure) throws E {
        throw (E) failure;
    }
}
