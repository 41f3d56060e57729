package io.dualwrite.decorate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.Order;
import io.dualwrite.compare.Findings;
import io.dualwrite.event.Contexts;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.LocalFence;
import io.dualwrite.fence.Pace;
import io.dualwrite.fence.Transaction;
import io.dualwrite.fence.Transactions;
import io.dualwrite.flag.Ramp;
import io.dualwrite.path.CallPolicy;
import io.dualwrite.path.FallbackPolicy;
import io.dualwrite.path.ReadPath;
import io.dualwrite.path.ShadowReader;
import io.dualwrite.path.WritePath;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.RecordType;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RepositoryDecoratorTest {
    /** A base interface as frameworks have them. */
    interface Crud<T, I> {
        T save(T entity);

        List<T> saveAll(Iterable<T> entities);

        Optional<T> findById(I id);

        void deleteById(I id);

        long count();
    }

    interface Orders extends Crud<Order, Long> {
        Order create(String customer);

        long insert(Order order) throws IOException;

        void put(Map<String, Order> byCustomer);

        void delete(Order... orders);

        void deleteAllById(Collection<Long> ids);

        void updateTotal(@RecordKey long id, BigDecimal total);

        List<Order> findByCustomer(String customer);

        @Reads(staleAllowed = true)
        Order lookUp(@RecordKey long id);

        default Order rename(long id, String customer) {
            Order order = findById(id).orElseThrow();
            return save(new Order(order.id(), customer, order.total()));
        }
    }

    private static final class Table implements Orders {
        final TreeMap<Long, Order> rows = new TreeMap<>();
        Exception failure;

        @Override
        public Order save(Order order) {
            Order kept = order.id() == null ? new Order(rows.size() + 100L, order.customer(), order.total()) : order;
            rows.put(kept.id(), kept);
            return kept;
        }

        @Override
        public List<Order> saveAll(Iterable<Order> orders) {
            List<Order> saved = new ArrayList<>();
            orders.forEach(order -> saved.add(save(order)));
            return saved;
        }

        @Override
        public Optional<Order> findById(Long id) {
            return Optional.ofNullable(rows.get(id));
        }

        @Override
        public void deleteById(Long id) {
            rows.remove(id);
        }

        @Override
        public long count() {
            return rows.size();
        }

        @Override
        public Order create(String customer) {
            return save(new Order(null, customer, BigDecimal.ONE));
        }

        @Override
        public long insert(Order order) throws IOException {
            if (failure instanceof IOException io) {
                throw io;
            }
            return save(order).id();
        }

        @Override
        public void put(Map<String, Order> byCustomer) {
            byCustomer.values().forEach(this::save);
        }

        @Override
        public void delete(Order... orders) {
            Arrays.stream(orders).forEach(order -> rows.remove(order.id()));
        }

        @Override
        public void deleteAllById(Collection<Long> ids) {
            rows.keySet().removeAll(ids);
        }

        @Override
        public void updateTotal(long id, BigDecimal total) {
            rows.computeIfPresent(id, (same, order) -> new Order(same, order.customer(), total));
        }

        @Override
        public List<Order> findByCustomer(String customer) {
            return rows.values().stream()
                    .filter(order -> order.customer().equals(customer))
                    .toList();
        }

        @Override
        public Order lookUp(long id) {
            return rows.get(id);
        }
    }

    /** Remembers what was noted; each write is a transaction on the target, each read one on the side asked for. */
    private static final class Noting implements Transactions {
        final List<RecordId> changed = new ArrayList<>();
        int writes;
        RuntimeException doom;

        @Override
        public Transaction current() {
            return null;
        }

        @Override
        public <T> T write(Work<T> work) throws Exception {
            writes++;
            return work.run(new Transaction() {
                @Override
                public Side side() {
                    return Side.ORIGIN;
                }

                @Override
                public void changed(RecordId record) {
                    changed.add(record);
                }

                @Override
                public void mustRollBack(RuntimeException why) {
                    doom = why;
                }
            });
        }

        @Override
        public <T> T read(Side side, boolean asCopy, Reading<T> reading) throws Exception {
            return reading.on(side);
        }
    }

    private static final RecordType<Order, Long> ORDERS =
            new RecordType<>("orders", Order.class, Long.class, KeyCodecs.of(Long.class), Order::id);

    private final Noting transactions = new Noting();
    private final Sides<Table> tables = Sides.each(side -> new Table());
    private final Ramp ramp = new Ramp("orders");
    private final MigrationListener nobody = event -> {};
    private final ShadowReader shadow = new ShadowReader(
            transactions,
            new ShadowReader.Plan(
                    "orders", 1, 1, () -> false, (one, two) -> null, suspect -> {}, new Findings(), Contexts.of(null)),
            nobody);
    private final CallPolicy calls = new CallPolicy(
            "orders", "copy", CallPolicy.breaker("orders"), CallPolicy.Limits.within(Duration.ofSeconds(5)));
    private final Orders orders = RepositoryDecorator.decorate(
            Orders.class, tables, List.of(ORDERS), new WritePath(transactions), readsAtShadow());

    private ReadPath readsAtShadow() {
        Sides<LocalFence> fences = Sides.each(side -> new LocalFence(
                side == Side.ORIGIN ? ControlRow.firstOrigin().authority(Stage.SHADOW) : ControlRow.firstTarget(),
                Duration.ofMillis(10),
                Pace.real()));
        Board board = new Board(Sides.each(fences::of));
        board.refresh();
        return new ReadPath(
                transactions,
                board,
                shadow,
                new ReadPath.Copy(calls, ramp, key -> true, FallbackPolicy.never()),
                nobody);
    }

    @AfterEach
    void close() {
        shadow.close();
        calls.close();
    }

    @Test
    void aSavedRecordIsNamedByItsArgument() {
        assertThat(orders.save(Order.of(1, "ann")).id()).isEqualTo(1);
        assertThat(transactions.changed).containsExactly(id(1));
        assertThat(tables.origin().rows).containsOnlyKeys(1L);
        assertThat(tables.target().rows).isEmpty();
    }

    @Test
    void aGeneratedKeyIsNamedByTheResult() throws IOException {
        orders.save(new Order(null, "ann", BigDecimal.ONE));
        orders.create("bob");
        orders.insert(new Order(null, "zoe", BigDecimal.ONE));
        assertThat(transactions.changed).containsExactly(id(100), id(101), id(102));
    }

    @Test
    void aReturnedCountIsNoKeyWhenTheArgumentHasOne() throws IOException {
        orders.insert(Order.of(1, "ann"));
        assertThat(transactions.changed).containsExactly(id(1));
    }

    @Test
    void recordsAreFoundInIterablesArraysAndMaps() {
        // Can be iterated once, as a cursor would be.
        Iterable<Order> once = List.of(Order.of(1, "ann"), new Order(null, "bob", BigDecimal.ONE)).stream()::iterator;
        assertThat(orders.saveAll(once)).hasSize(2);
        orders.put(Map.of("zoe", Order.of(3, "zoe")));
        orders.delete(Order.of(1, "ann"), Order.of(3, "zoe"));
        assertThat(transactions.changed).containsExactly(id(1), id(101), id(3), id(1), id(3));
        assertThat(tables.origin().rows).containsOnlyKeys(101L);
    }

    @Test
    void keysNameRecordsToo() {
        orders.save(Order.of(1, "ann"));
        transactions.changed.clear();
        orders.updateTotal(1, BigDecimal.TEN);
        orders.deleteById(1L);
        orders.deleteAllById(List.of(2L, 3L));
        assertThat(transactions.changed).containsExactly(id(1), id(1), id(2), id(3));
    }

    @Test
    void whatCannotBeNamedIsRefusedBeforeAnythingIsWritten() {
        assertThatThrownBy(() -> orders.save(null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> orders.saveAll(Arrays.asList(Order.of(1, "ann"), null)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> orders.deleteById(null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> orders.put(Map.of("bob", new Order(null, "bob", BigDecimal.ONE))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no key");
        assertThat(transactions.writes).isZero();
        assertThat(tables.origin().rows).isEmpty();
    }

    @Test
    void aCheckedExceptionPassesUnchanged() {
        tables.origin().failure = new IOException("disk");
        assertThatThrownBy(() -> orders.insert(Order.of(1, "ann"))).isSameAs(tables.origin().failure);
    }

    @Test
    void aDefaultMethodRunsItsBodyAndItsCallsAreRouted() {
        orders.save(Order.of(1, "ann"));
        assertThat(orders.rename(1, "bob").customer()).isEqualTo("bob");
        assertThat(transactions.changed).containsExactly(id(1), id(1));
        assertThatThrownBy(() -> orders.rename(9, "bob")).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void onlyReadsByKeyThatAllowItAreAnsweredByTheCopy() {
        tables.origin().rows.put(1L, Order.of(1, "origin"));
        tables.target().rows.put(1L, Order.of(1, "target"));
        ramp.percent(100);
        assertThat(orders.lookUp(1).customer()).isEqualTo("target");
        assertThat(orders.findById(1L).orElseThrow().customer()).isEqualTo("origin");
        assertThat(orders.findByCustomer("target")).isEmpty();
    }

    @Test
    void aDecoratedRepositoryIsEqualToItselfOnly() {
        assertThat(orders).isEqualTo(orders).isNotEqualTo(tables.origin()).hasToString("Orders over origin and target");
        assertThat(orders.hashCode()).isEqualTo(orders.hashCode());
    }

    @Test
    void theSameDelegateTwiceIsRefused() {
        assertThatThrownBy(() -> RepositoryDecorator.decorate(
                        Orders.class,
                        new Sides<>(tables.origin(), tables.origin()),
                        List.of(ORDERS),
                        new WritePath(transactions),
                        readsAtShadow()))
                .hasMessageContaining("both sides");
    }

    private static RecordId id(long key) {
        return ORDERS.id(key);
    }
}
