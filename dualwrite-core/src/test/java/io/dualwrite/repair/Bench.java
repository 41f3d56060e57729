package io.dualwrite.repair;

import io.dualwrite.event.Contexts;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.Control;
import io.dualwrite.fence.LocalFence;
import io.dualwrite.fence.Pace;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.MemoryJournal;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.RecordType;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A pair of sides in memory, and as many nodes on it as a test wants. */
public final class Bench {
    static final BackfillSettings CHUNKS_OF_TWO =
            new BackfillSettings(2, 2, Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofMinutes(10));
    static final HandoverSettings HANDOVER =
            new HandoverSettings(Duration.ofSeconds(5), Duration.ofSeconds(5), 3, Duration.ofMillis(20));
    static final RelaySettings RELAY =
            RelaySettings.defaults().withAttempts(3, Duration.ofMillis(100), Duration.ofSeconds(30));

    public final SteppedPace pace = new SteppedPace();
    public final SeenEvents events = new SeenEvents();
    public final Sides<LocalFence> fences;
    public final Sides<ReachableControl> controls;
    public final Sides<MemoryJournal> journals = Sides.each(side -> new MemoryJournal(pace::nanos));
    public final MemoryCheckpoints checkpoints = new MemoryCheckpoints();
    public final Maps maps;
    /** What the stores have against going on, per kind of question. */
    public final List<String> againstAuthority = new ArrayList<>();

    public final List<String> againstCopy = new ArrayList<>();

    public final List<String> againstHandover = new ArrayList<>();
    /** Sides whose generators were asked to be set ahead. */
    public final List<Side> generatorsAheadOf = new ArrayList<>();

    public volatile Generators generators = generatorsAheadOf::add;
    /** Before a control row is read, and before the stores are asked whether a handover may be. */
    volatile Consumer<Side> beforeRead = side -> {};

    volatile Runnable whenAskedForHandover = () -> {};

    public Bench() {
        this(ControlRow.firstOrigin(), ControlRow.firstTarget());
    }

    public Bench(ControlRow origin, ControlRow target) {
        this(origin, target, Duration.ofMillis(200));
    }

    Bench(ControlRow origin, ControlRow target, Duration lockTimeout) {
        fences = new Sides<>(new LocalFence(origin, lockTimeout, pace), new LocalFence(target, lockTimeout, pace));
        controls = Sides.each(side -> new ReachableControl(fences.of(side), () -> beforeRead.accept(side)));
        maps = new Maps(fences, journals, checkpoints);
    }

    /** A bench in the first generation, at a stage that the origin has the authority in. */
    public static Bench at(Stage stage) {
        return stage.isBeyondFlip()
                ? new Bench(
                        new ControlRow(Role.COPY, Stage.SHADOW, 1, 9, true, 1, null),
                        new ControlRow(
                                Role.AUTHORITY, stage, 1, 5, stage.write().journalled(), 1, null))
                : new Bench(
                        new ControlRow(
                                Role.AUTHORITY, stage, 0, 4, stage.write().journalled(), 1, null),
                        new ControlRow(Role.COPY, Stage.OFF, 0, 1, false, 1, null));
    }

    /** At SHADOW, with everything there that a flip asks for. */
    static Bench readyToFlip() throws Exception {
        Bench bench = at(Stage.SHADOW);
        bench.items(Side.ORIGIN).put(1L, "one");
        bench.items(Side.ORIGIN).put(2L, "two");
        Node node = bench.node();
        node.backfill.run();
        node.verifier.recheck(Side.ORIGIN, 100);
        node.verifier.verify(VerifyPolicy.REPAIR);
        return bench;
    }

    public Map<Long, String> items(Side side) {
        return maps.items.of(side);
    }

    /** What happens before a control row is read, on the thread that reads it. */
    public void beforeRead(Consumer<Side> what) {
        beforeRead = what;
    }

    /** Writes as a fenced transaction does; false when no side has the authority now. */
    public boolean write(long id, String text) {
        for (Side side : Side.values()) {
            if (write(side, id, text)) {
                return true;
            }
        }
        return false;
    }

    /** Writes on one side as a fenced transaction does; false when that side has no authority now. */
    boolean write(Side side, long id, String text) {
        try (LocalFence.Hold hold = fences.of(side).hold(Role.AUTHORITY)) {
            if (hold == null) {
                return false;
            }
            items(side).put(id, text);
            if (hold.row().journalled()) {
                journals.of(side).append(Item.records(id));
            }
            return true;
        } catch (InterruptedException unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    /** How many sides say that they have the authority; more than one would be the end. */
    int authorities() {
        return (int) Arrays.stream(Side.values())
                .filter(side -> row(side).role() == Role.AUTHORITY)
                .count();
    }

    public ControlRow row(Side side) {
        return fences.of(side).read();
    }

    Stage stage() {
        return node().board.stage();
    }

    /** A node that has just looked at both rows. */
    public Node node() {
        return new Node(this, RELAY, CHUNKS_OF_TWO, HANDOVER);
    }

    /** A breaker that opens when half of its last calls failed, ten at least, and stays as it is until a test moves it on. */
    static CircuitBreaker breaker() {
        return CircuitBreaker.of(
                "test",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(20)
                        .minimumNumberOfCalls(10)
                        .waitDurationInOpenState(Duration.ofDays(1))
                        .permittedNumberOfCallsInHalfOpenState(3)
                        .build());
    }

    /** What one process has: its own picture of the rows, and every worker. */
    public static final class Node {
        final Board board;
        final CircuitBreaker breaker = breaker();
        final Transfer transfer;
        final Relay relay;
        final Verifier verifier;
        final Backfill backfill;
        final Handover handover;
        final Steps steps;

        Node(Bench bench, RelaySettings relaying, BackfillSettings backfilling, HandoverSettings handing) {
            Pace pace = bench.pace;
            List<RecordType<?, ?>> types = List.of(Item.TYPE);
            Sides<Control> controls = new Sides<>(bench.controls.origin(), bench.controls.target());
            Sides<Journal> journals = new Sides<>(bench.journals.origin(), bench.journals.target());
            board = new Board(controls);
            board.refresh();
            transfer = new Transfer(journals, bench.maps);
            relay = new Relay(
                    board,
                    journals,
                    transfer,
                    new RangeRelay.Listing(types, bench.maps),
                    breaker,
                    relaying,
                    bench.events,
                    pace,
                    Contexts.of(null));
            verifier =
                    new Verifier(board, types, bench.maps, bench.maps, bench.checkpoints, transfer, bench.events, pace);
            backfill = new Backfill(
                    board, types, bench.maps, bench.checkpoints, transfer, backfilling, bench.events, pace);
            handover = new Handover(
                    board,
                    controls,
                    journals,
                    relay,
                    verifier,
                    from -> bench.generators.ahead(from),
                    handing,
                    bench.events,
                    pace);
            steps = new Steps(
                    board, controls, journals, bench.preflight(), backfill, verifier, handover, handing, pace);
        }
    }

    public Preflight preflight() {
        return new Preflight() {
            @Override
            public List<String> authority(Side side) {
                return List.copyOf(againstAuthority);
            }

            @Override
            public List<String> copy(Side side) {
                return List.copyOf(againstCopy);
            }

            @Override
            public List<String> handover(Side authority) {
                whenAskedForHandover.run();
                return List.copyOf(againstHandover);
            }
        };
    }
}
