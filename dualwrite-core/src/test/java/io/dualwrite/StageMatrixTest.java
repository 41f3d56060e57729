package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.dualwrite.FaultyStore.Outage;
import io.dualwrite.flag.StageSource;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every stage that a flag may ask for, with every operation, with every outage of either side. */
class StageMatrixTest {
    private static final Order BEFORE = Order.of(1, "before");
    private static final Order AFTER = Order.of(1, "after");

    enum Operation {
        FIND {
            @Override
            Order run(DualWriteRepository<Order, Long> orders) {
                return orders.find(1L);
            }
        },
        SAVE {
            @Override
            Order run(DualWriteRepository<Order, Long> orders) {
                orders.save(AFTER);
                return AFTER;
            }
        },
        DELETE {
            @Override
            Order run(DualWriteRepository<Order, Long> orders) {
                orders.delete(1L);
                return null;
            }
        };

        /** What the authority has afterwards; runs the operation. */
        abstract Order run(DualWriteRepository<Order, Long> orders);
    }

    private final Sides<FaultyStore> stores = Sides.each(side -> new FaultyStore());

    static Stream<Arguments> stagesAndOperations() {
        return wishable()
                .flatMap(stage -> Arrays.stream(Operation.values()).map(operation -> Arguments.of(stage, operation)));
    }

    static Stream<Arguments> stagesOperationsAndOutages() {
        return stagesAndOperations()
                .flatMap(row -> Arrays.stream(Outage.values())
                        .filter(outage -> outage != Outage.NONE)
                        .map(outage -> Arguments.of(row.get()[0], row.get()[1], outage)));
    }

    private static Stream<Stage> wishable() {
        return Arrays.stream(Stage.values()).filter(Stage::isWishable);
    }

    @ParameterizedTest
    @MethodSource("stagesAndOperations")
    void theAuthorityAnswersAndTheCopyFollowsWhereTheStageSaysSo(Stage stage, Operation operation) {
        Side authority = authority(stage);
        stores.origin().rows.put(1L, BEFORE);
        stores.target().rows.put(1L, BEFORE);
        try (DualWriteRepository<Order, Long> orders = at(stage)) {
            Order expected = operation.run(orders);
            assertThat(stores.of(authority).rows.get(1L)).isEqualTo(expected);
            if (stage.write().followed()) {
                await().untilAsserted(() ->
                        assertThat(stores.of(authority.other()).rows.get(1L)).isEqualTo(expected));
            }
            if (operation == Operation.FIND && stage.read().compared()) {
                await().untilAsserted(() ->
                        assertThat(stores.of(authority.other()).finds.get()).isPositive());
            }
        }
        if (!stage.write().followed()) {
            assertThat(stores.of(authority.other()).writes).hasValue(0);
        }
        if (operation == Operation.FIND) {
            boolean called = stores.of(authority.other()).finds.get() > 0;
            assertThat(called).isEqualTo(stage.read().compared());
        }
    }

    @ParameterizedTest
    @MethodSource("stagesOperationsAndOutages")
    void noOutageOfTheCopyReachesTheCaller(Stage stage, Operation operation, Outage outage) {
        Side authority = authority(stage);
        stores.of(authority).rows.put(1L, BEFORE);
        stores.of(authority.other()).outage = outage;
        try (DualWriteRepository<Order, Long> orders = at(stage)) {
            Order expected = operation.run(orders);
            assertThat(stores.of(authority).rows.get(1L)).isEqualTo(expected);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("stagesAndOperations")
    void theAuthoritysOwnExceptionReachesTheCallerUnchanged(Stage stage, Operation operation) {
        Side authority = authority(stage);
        stores.origin().rows.put(1L, BEFORE);
        stores.target().rows.put(1L, BEFORE);
        stores.of(authority).outage = Outage.THROWS_CHECKED;
        try (DualWriteRepository<Order, Long> orders =
                builder(stage).fallback(false).build()) {
            assertThat(catchThrowable(() -> operation.run(orders)))
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessage("down");
            // What the authority did not take never gets to the other side.
            assertThat(stores.of(authority.other()).rows).containsEntry(1L, BEFORE);
        }
        assertThat(stores.of(authority.other()).writes).hasValue(0);
    }

    private static Side authority(Stage stage) {
        return stage.isBeyondFlip() ? Side.TARGET : Side.ORIGIN;
    }

    private DualWriteRepository<Order, Long> at(Stage stage) {
        return builder(stage).build();
    }

    private DualWriteRepository.Builder<Order, Long> builder(Stage stage) {
        return DualWriteRepository.between(stores.origin(), stores.target())
                .name("orders")
                .key(Order::id)
                .copyDeadline(Duration.ofMillis(50))
                .stage(StageSource.constant(stage));
    }
}
