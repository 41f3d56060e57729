package io.dualwrite.decorate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dualwrite.Order;
import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.RecordType;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MethodTableTest {
    record Customer(Long id, String name) {}

    private static final RecordType<Order, Long> ORDERS =
            new RecordType<>("orders", Order.class, Long.class, KeyCodecs.of(Long.class), Order::id);
    private static final RecordType<Customer, Long> CUSTOMERS =
            new RecordType<>("customers", Customer.class, Long.class, KeyCodecs.of(Long.class), Customer::id);

    interface Unclear {
        Order find(Long id);

        void process(Order order);

        Order findOrCreate(String customer);

        Order getForUpdate(Long id);

        void get(Long id);

        void deleteByCustomerId(Long customerId);

        void deleteAll();

        Stream<Order> streamAll();

        Stream<Order> findAll();

        CompletableFuture<Order> saveLater(Order order);

        Iterator<Order> listAll();

        Flow.Publisher<Order> findMany();

        void saveAll(Stream<Order> orders);

        void updateStatus(Long order, Long status);
    }

    @Test
    void everyMethodThatIsNotClearIsReportedAtOnce() {
        UnclassifiedMethodsException thrown = catchThrowableOfType(
                UnclassifiedMethodsException.class,
                () -> MethodTable.of(Unclear.class, List.of(ORDERS)).build());
        assertThat(thrown.problems())
                .extracting(problem -> problem.substring(0, problem.indexOf('(')))
                .containsExactlyInAnyOrder(
                        "process",
                        "findOrCreate",
                        "getForUpdate",
                        "get",
                        "deleteByCustomerId",
                        "deleteAll",
                        "streamAll",
                        "findAll",
                        "saveLater",
                        "listAll",
                        "findMany",
                        "saveAll",
                        "updateStatus");
        assertThat(thrown).hasMessageContaining("process(Order)").hasMessageContaining("@Writes");
    }

    interface Declared {
        @Writes
        void process(Order order);

        Order findOrCreate(String customer);

        void wipe();

        @Writes
        @RecordKey
        Long place(String cart);

        boolean equals(Object other);
    }

    @Test
    void annotationsAndDeclarationsDecide() throws Exception {
        MethodTable table = MethodTable.of(Declared.class, List.of(ORDERS))
                .writes("findOrCreate")
                .refuses("wipe")
                .build();
        assertThat(table.route(Declared.class.getMethod("process", Order.class)))
                .isInstanceOf(Route.Write.class);
        assertThat(table.route(Declared.class.getMethod("findOrCreate", String.class)))
                .isInstanceOf(Route.Write.class);
        assertThat(table.route(Declared.class.getMethod("place", String.class))).isInstanceOf(Route.Write.class);
        assertThat(table.route(Declared.class.getMethod("wipe"))).isInstanceOf(Route.Refused.class);
        assertThat(table.route(Declared.class.getMethod("equals", Object.class)))
                .isNull();
    }

    @Test
    void aDeclarationOfNoMethodIsAMistake() {
        assertThatThrownBy(() -> MethodTable.of(Declared.class, List.of(ORDERS))
                        .writes("findOrCreate")
                        .refuses("wipe", "wipeAll")
                        .build())
                .hasMessageContaining("wipeAll");
        assertThatThrownBy(() -> MethodTable.of(Order.class, List.of(ORDERS)).build())
                .hasMessageContaining("no interface");
    }

    interface TwoTypes {
        void save(Order order);

        void saveCustomer(Customer customer);

        void deleteById(Long id);

        void removeCustomer(@RecordKey("customers") Long id);

        Order find(Long id);
    }

    @Test
    void aKeyThatMayBeOfTwoTypesIsNotGuessed() {
        assertThatThrownBy(() -> MethodTable.of(TwoTypes.class, List.of(ORDERS, CUSTOMERS))
                        .build())
                .isInstanceOf(UnclassifiedMethodsException.class)
                .hasMessageContaining("deleteById")
                .hasMessageNotContaining("removeCustomer");
    }

    interface Foreign {
        void save(Order order);

        void updateStatus(Long order, Long status);

        void move(Long from, Long to);
    }

    @Test
    void keysOfAnInterfaceThatCannotBeAnnotatedAreDeclaredInCode() throws Exception {
        MethodTable table = MethodTable.of(Foreign.class, List.of(ORDERS))
                .writes("move")
                .key("updateStatus", 0)
                .key("move", 0)
                .key("move", 1, "orders")
                .build();
        Route.Write update = (Route.Write) table.route(Foreign.class.getMethod("updateStatus", Long.class, Long.class));
        assertThat(update.keys(new Object[] {1L, 2L}).before()).containsExactly(ORDERS.id(1L));
        Route.Write move = (Route.Write) table.route(Foreign.class.getMethod("move", Long.class, Long.class));
        assertThat(move.keys(new Object[] {1L, 2L}).before()).containsExactly(ORDERS.id(1L), ORDERS.id(2L));
        assertThatThrownBy(() -> MethodTable.of(Foreign.class, List.of(ORDERS))
                        .writes("move")
                        .key("move", 1, "customers")
                        .build())
                .hasMessageContaining("move(Long, Long)")
                .hasMessageContaining("name the type");
    }

    interface Named {
        Order find(Long id);

        boolean existsById(Long id);

        Order getOrder(Long id);

        Order loadOrderById(Long id);

        List<Order> findAll(List<Long> ids);

        List<Order> findByCustomerId(Long customerId);

        Order find(Long customer, Long number);

        int countByIds(List<Long> ids);
    }

    @Test
    void aReadAsksByKeyOnlyWhereNameAndTypeSaySo() {
        MethodTable table = MethodTable.of(Named.class, List.of(ORDERS)).build();
        List<String> byKey = Arrays.stream(Named.class.getMethods())
                .filter(method -> ((Route.Read) table.route(method)).key() != null)
                .map(Method::getName)
                .sorted()
                .toList();
        assertThat(byKey).containsExactly("countByIds", "existsById", "find", "findAll", "getOrder", "loadOrderById");
        assertThat(Arrays.stream(Named.class.getMethods())
                        .filter(method -> method.getName().equals("find") && method.getParameterCount() == 2)
                        .map(method -> ((Route.Read) table.route(method)).key()))
                .containsOnlyNulls();
    }

    @Test
    void severalKeysAreNoReadByKey() throws Exception {
        MethodTable table = MethodTable.of(Named.class, List.of(ORDERS)).build();
        Route.Read read = (Route.Read) table.route(Named.class.getMethod("findAll", List.class));
        assertThat(read.query(new Object[] {List.of(1L)}).key()).isEqualTo(ORDERS.id(1L));
        assertThat(read.query(new Object[] {List.of(1L, 2L)}).key()).isNull();
        assertThat(read.query(new Object[] {null}).key()).isNull();
    }
}
