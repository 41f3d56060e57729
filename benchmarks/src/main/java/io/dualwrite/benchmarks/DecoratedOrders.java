package io.dualwrite.benchmarks;

import io.dualwrite.compare.Equivalences;
import io.dualwrite.compare.Findings;
import io.dualwrite.decorate.RepositoryDecorator;
import io.dualwrite.event.Contexts;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.FenceContext;
import io.dualwrite.fence.LocalFence;
import io.dualwrite.fence.LocalIntents;
import io.dualwrite.fence.LocalTransactions;
import io.dualwrite.fence.Pace;
import io.dualwrite.flag.Ramp;
import io.dualwrite.path.CallPolicy;
import io.dualwrite.path.CopyCalls;
import io.dualwrite.path.FallbackPolicy;
import io.dualwrite.path.ReadPath;
import io.dualwrite.path.ShadowReader;
import io.dualwrite.path.WritePath;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.RecordType;
import java.time.Duration;
import java.util.List;

/** {@link Orders} decorated over two stores without a fence of their own, at a stage that leaves no intents. */
final class DecoratedOrders implements AutoCloseable {
    private static final RecordType<Order, Long> TYPE =
            new RecordType<>("orders", Order.class, Long.class, KeyCodecs.of(Long.class), Order::id);

    private final ShadowReader shadow;
    private final CallPolicy calls;
    private final Orders orders;

    DecoratedOrders(Orders old, Orders next, Stage stage) {
        Sides<LocalFence> fences =
                Sides.each(side -> new LocalFence(row(side, stage), Duration.ofMillis(200), Pace.real()));
        Board board = new Board(Sides.each(fences::of));
        board.refresh();
        MigrationListener nobody = event -> {};
        LocalTransactions transactions = new LocalTransactions(
                fences,
                new LocalIntents(Sides.each(side -> ids -> {})),
                new FenceContext(board, ids -> {}, side -> {}, Duration.ofSeconds(1), Pace.real()));
        shadow = new ShadowReader(
                transactions,
                new ShadowReader.Plan(
                        "orders",
                        1,
                        1,
                        () -> false,
                        Equivalences.fields(),
                        record -> {},
                        new Findings(),
                        Contexts.of(null)),
                nobody);
        calls = CallPolicy.of("orders", CallPolicy.breaker("orders"), CopyCalls.defaults());
        orders = RepositoryDecorator.decorate(
                Orders.class,
                new Sides<>(old, next),
                List.of(TYPE),
                new WritePath(transactions),
                new ReadPath(
                        transactions,
                        board,
                        shadow,
                        new ReadPath.Copy(calls, new Ramp("orders"), record -> false, FallbackPolicy.never()),
                        nobody));
    }

    private static ControlRow row(Side side, Stage stage) {
        if (stage == Stage.OFF) {
            return side == Side.ORIGIN ? ControlRow.firstOrigin() : ControlRow.firstTarget();
        }
        return side == Side.TARGET
                ? new ControlRow(Role.AUTHORITY, stage, 1, 0, stage.write().journalled(), 1, null)
                : new ControlRow(Role.CLOSED, Stage.SHADOW, 1, 0, false, 1, null);
    }

    Orders orders() {
        return orders;
    }

    @Override
    public void close() {
        shadow.close();
        calls.close();
    }
}
