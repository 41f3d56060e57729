package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.Store;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Changes of plain stores that nobody names record by record. */
class BulkChangesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final FaultyStore origin = new FaultyStore();
    private final FaultyStore target = new FaultyStore();

    private DualWriteRepository.Builder<Order, Long> between(Store<Order, Long> one, Store<Order, Long> other) {
        return DualWriteRepository.between(one, other)
                .name("orders")
                .key(Order::id)
                .keyClass(Long.class)
                .startingAt(Stage.SHADOW);
    }

    @Test
    void theCopyComesToHaveWhatTheAuthorityHas() throws Exception {
        for (long id = 1; id <= 300; id++) {
            origin.rows.put(id, Order.of(id, "ann"));
            target.rows.put(id, Order.of(id, "ann"));
        }
        try (DualWriteRepository<Order, Long> orders =
                between(origin, target).bulkChanges().build()) {
            orders.changeAll(store -> {
                assertThat(store).isSameAs(origin);
                origin.rows.headMap(100L).clear();
                origin.rows.put(200L, Order.of(200, "bob"));
                origin.rows.put(999L, Order.of(999, "zoe"));
            });
            orders.save(Order.of(150, "cid"));
            assertThat(orders.migration().awaitDrained(PATIENCE)).isTrue();
            assertThat(target.rows).isEqualTo(origin.rows).hasSize(202);
            assertThat(orders.migration().verify(VerifyPolicy.REPORT).confirmed())
                    .isZero();
        }
    }

    @Test
    void oneThatFailsHalfWayIsBroughtOverAsFarAsItCame() throws Exception {
        origin.rows.put(1L, Order.of(1, "ann"));
        target.rows.put(1L, Order.of(1, "ann"));
        try (DualWriteRepository<Order, Long> orders =
                between(origin, target).bulkChanges().build()) {
            assertThatThrownBy(() -> orders.changeAll(store -> {
                        origin.rows.clear();
                        throw new java.io.IOException("disk");
                    }))
                    .isInstanceOf(java.io.IOException.class);
            assertThat(orders.migration().awaitDrained(PATIENCE)).isTrue();
            assertThat(target.rows).isEmpty();
        }
    }

    @Test
    void theyAreRefusedWhereKeysCannotBeListedAndWhereTheyWereNotDeclared() {
        Store<Order, Long> bare = Store.of(key -> null, order -> {}, key -> {});
        assertThatThrownBy(() -> between(origin, bare).bulkChanges().build())
                .isInstanceOf(DeclarationException.class)
                .hasMessageContaining("ScannableStore");
        try (DualWriteRepository<Order, Long> orders = between(origin, target).build()) {
            assertThatThrownBy(() -> orders.changeAll(store -> origin.rows.clear()))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("bulkChanges");
        }
    }
}
