package io.dualwrite.decorate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

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
import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.RecordType;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every kind of argument with every kind of result, in a method that reads, one that writes and one that writes a range: what
 * can be followed is, with exactly the records that it names, and everything else is refused by name.
 */
class MethodShapesTest {
    private static final RecordType<Order, Long> ORDERS =
            new RecordType<>("orders", Order.class, Long.class, KeyCodecs.of(Long.class), Order::id);
    private static final Order ONE = Order.of(1, "ann");
    private static final Order TWO = Order.of(2, "bob");
    private static final Order NINE = Order.of(9, "zoe");

    /** What a method does. */
    private enum Kind {
        READ("@Reads"),
        WRITE("@Writes"),
        RANGE("@Writes(range = Range.ALL)");

        final String annotation;

        Kind(String annotation) {
            this.annotation = annotation;
        }
    }

    /** A kind of argument, a sample of it, and the records that the sample names; null where it can be read only once. */
    private record Argument(
            String label,
            String source,
            @Nullable Object sample,
            @Nullable Set<Long> names) {}

    /** A kind of result, a sample of it, and the records that it names; null where it would be worked off later. */
    private record Result(
            String label,
            String source,
            @Nullable Object sample,
            @Nullable Set<Long> names) {}

    private static final List<Argument> ARGUMENTS = List.of(
            new Argument("Record", "Order given", ONE, Set.of(1L)),
            new Argument("Optional", "Optional<Order> given", Optional.of(ONE), Set.of(1L)),
            new Argument("List", "List<Order> given", List.of(ONE, TWO), Set.of(1L, 2L)),
            new Argument("Wildcard", "Collection<? extends Order> given", List.of(ONE, TWO), Set.of(1L, 2L)),
            new Argument("Iterable", "Iterable<Order> given", List.of(ONE, TWO), Set.of(1L, 2L)),
            new Argument(
                    "Nested", "List<? extends List<Order>> given", List.of(List.of(ONE), List.of(TWO)), Set.of(1L, 2L)),
            new Argument("Array", "Order[] given", new Order[] {ONE, TWO}, Set.of(1L, 2L)),
            new Argument("Varargs", "Order... given", new Order[] {ONE}, Set.of(1L)),
            new Argument("Map", "Map<String, Order> given", Map.of("ann", ONE), Set.of(1L)),
            new Argument("Key", "@RecordKey Long given", 1L, Set.of(1L)),
            new Argument("Primitive", "@RecordKey long given", 1L, Set.of(1L)),
            new Argument("Keys", "@RecordKey Set<Long> given", new TreeSet<>(Set.of(1L, 2L)), Set.of(1L, 2L)),
            new Argument("KeyArray", "@RecordKey Long[] given", new Long[] {1L, 2L}, Set.of(1L, 2L)),
            new Argument("PrimitiveKeys", "@RecordKey long[] given", new long[] {1, 2}, Set.of(1L, 2L)),
            new Argument("KeyedMap", "@RecordKey Map<Long, String> given", Map.of(1L, "paid"), Set.of(1L)),
            new Argument("ValuedMap", "@RecordKey Map<String, Long> given", Map.of("paid", 1L), Set.of(1L)),
            new Argument("Text", "String given", "ann", Set.of()),
            new Argument("Number", "Long given", 1L, Set.of()),
            new Argument("Stream", "Stream<Order> given", null, null),
            new Argument("Iterator", "Iterator<Order> given", null, null),
            new Argument("Flux", "Flux<Order> given", null, null));

    private static final List<Result> RESULTS = List.of(
            new Result("Void", "void", null, Set.of()),
            new Result("Record", "Order", NINE, Set.of(9L)),
            new Result("Optional", "Optional<Order>", Optional.of(NINE), Set.of(9L)),
            new Result("List", "List<Order>", List.of(NINE), Set.of(9L)),
            new Result("Iterable", "Iterable<Order>", List.of(NINE), Set.of(9L)),
            new Result("Array", "Order[]", new Order[] {NINE}, Set.of(9L)),
            new Result("Map", "Map<Long, Order>", Map.of(7L, NINE), Set.of(9L)),
            new Result("Key", "@RecordKey Long", 9L, Set.of(9L)),
            new Result("Primitive", "@RecordKey long", 9L, Set.of(9L)),
            new Result("Keys", "@RecordKey List<Long>", List.of(9L), Set.of(9L)),
            new Result("PrimitiveKeys", "@RecordKey long[]", new long[] {9}, Set.of(9L)),
            new Result("KeyedMap", "@RecordKey Map<Long, Integer>", Map.of(9L, 1), Set.of(9L)),
            new Result("Count", "int", 3, Set.of()),
            new Result("Boolean", "boolean", true, Set.of()),
            new Result("Text", "String", "done", Set.of()),
            new Result("Stream", "Stream<Order>", null, null),
            new Result("IntStream", "IntStream", null, null),
            new Result("Iterator", "Iterator<Order>", null, null),
            new Result("Cursor", "Cursor<Order>", null, null),
            new Result("Future", "Future<Order>", null, null),
            new Result("CompletionStage", "CompletionStage<Order>", null, null),
            new Result("CompletableFuture", "CompletableFuture<Order>", null, null),
            new Result("Publisher", "Flow.Publisher<Order>", null, null),
            new Result("Mono", "Mono<Order>", null, null),
            new Result("Flux", "Flux<Order>", null, null),
            new Result("Supplier", "Supplier<Order>", null, null),
            new Result("OptionalStream", "Optional<Stream<Order>>", null, null),
            new Result("Futures", "List<CompletableFuture<Order>>", null, null));

    private final Noting transactions = new Noting();

    private static String method(Kind kind, Argument argument, Result result) {
        return "handle" + kind + argument.label() + "To" + result.label();
    }

    private static Class<?> generate() throws Exception {
        StringBuilder source = new StringBuilder("""
                package shapes;
                import io.dualwrite.Order;
                import io.dualwrite.decorate.*;
                import java.util.*;
                import java.util.concurrent.*;
                import java.util.function.*;
                import java.util.stream.*;
                public interface Shapes {
                    interface Cursor<T> extends Iterable<T>, AutoCloseable {}
                    interface Mono<T> {}
                    interface Flux<T> {}
                """);
        for (Kind kind : Kind.values()) {
            for (Argument argument : ARGUMENTS) {
                for (Result result : RESULTS) {
                    source.append("    ")
                            .append(kind.annotation)
                            .append(' ')
                            .append(result.source())
                            .append(' ')
                            .append(method(kind, argument, result))
                            .append('(')
                            .append(argument.source())
                            .append(") throws java.io.IOException;\n");
                }
            }
        }
        return GeneratedInterfaces.compile("shapes.Shapes", source.append("}\n").toString(), Order.class, Writes.class);
    }

    private static boolean canBeFollowed(Kind kind, Argument argument, Result result) {
        Set<Long> names = argument.names();
        Set<Long> returned = result.names();
        if (returned == null) {
            return false;
        }
        return kind != Kind.WRITE || names != null && !(names.isEmpty() && returned.isEmpty());
    }

    @Test
    void everyShapeIsFollowedExactlyOrRefusedByName() throws Exception {
        Class<?> shapes = generate();
        Set<String> unfollowed = new TreeSet<>();
        int followed = 0;
        for (Kind kind : Kind.values()) {
            for (Argument argument : ARGUMENTS) {
                for (Result result : RESULTS) {
                    if (canBeFollowed(kind, argument, result)) {
                        followed++;
                    } else {
                        unfollowed.add(method(kind, argument, result));
                    }
                }
            }
        }
        UnclassifiedMethodsException refusal = catchThrowableOfType(
                UnclassifiedMethodsException.class,
                () -> MethodTable.of(shapes, List.of(ORDERS)).build());
        assertThat(refusal.problems())
                .extracting(problem -> problem.substring(0, problem.indexOf('(')))
                .containsExactlyInAnyOrderElementsOf(unfollowed);
        assertThat(followed).isGreaterThan(600);
        MethodTable table = MethodTable.of(shapes, List.of(ORDERS))
                .refuses(unfollowed.toArray(String[]::new))
                .build();
        for (Kind kind : Kind.values()) {
            for (Argument argument : ARGUMENTS) {
                for (Result result : RESULTS) {
                    if (canBeFollowed(kind, argument, result)) {
                        call(shapes, table, kind, argument, result);
                    }
                }
            }
        }
    }

    private <T> void call(Class<T> shapes, MethodTable table, Kind kind, Argument argument, Result result)
            throws Exception {
        String name = method(kind, argument, result);
        Method method = Arrays.stream(shapes.getMethods())
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow();
        Delegate origin = new Delegate(result.sample());
        Object repository = decorated(shapes, table, origin);
        transactions.forget();
        if (argument.names() == null) {
            // A sample would be read by the first call.
            return;
        }
        assertThat(method.invoke(repository, argument.sample())).as(name).isEqualTo(result.sample());
        assertThat(origin.given).as(name).containsExactly(argument.sample());
        assertThat(transactions.changed).as(name).isEqualTo(expected(kind, argument, result));

        origin.failure = new IOException("disk");
        assertThatThrownBy(() -> method.invoke(repository, argument.sample()))
                .as(name)
                .isInstanceOf(InvocationTargetException.class)
                .extracting(Throwable::getCause)
                .isSameAs(origin.failure);
    }

    private static Set<RecordId> expected(Kind kind, Argument argument, Result result) {
        Set<RecordId> expected = new HashSet<>();
        if (kind == Kind.RANGE) {
            expected.add(ORDERS.all().id());
        } else if (kind == Kind.WRITE && argument.names() != null && result.names() != null) {
            argument.names().forEach(key -> expected.add(ORDERS.id(key)));
            result.names().forEach(key -> expected.add(ORDERS.id(key)));
        }
        return expected;
    }

    private Object decorated(Class<?> type, MethodTable table, Delegate origin) {
        return decorate(type, table, new Sides<>(origin.as(type), new Delegate(null).as(type)));
    }

    @SuppressWarnings("unchecked")
    private <T> T decorate(Class<T> type, MethodTable table, Sides<?> delegates) {
        return RepositoryDecorator.decorate(
                type, (Sides<? extends T>) delegates, table, new WritePath(transactions), reads());
    }

    private ReadPath reads() {
        MigrationListener nobody = event -> {};
        Sides<LocalFence> fences = Sides.each(side -> new LocalFence(
                side == Side.ORIGIN ? ControlRow.firstOrigin() : ControlRow.firstTarget(),
                Duration.ofMillis(10),
                Pace.real()));
        Board board = new Board(Sides.each(fences::of));
        board.refresh();
        try (ShadowReader shadow = new ShadowReader(
                        transactions,
                        new ShadowReader.Plan(
                                "orders",
                                1,
                                1,
                                () -> false,
                                (one, two) -> null,
                                suspect -> {},
                                new Findings(),
                                Contexts.of(null)),
                        nobody);
                CallPolicy calls = new CallPolicy(
                        "orders",
                        "copy",
                        CallPolicy.breaker("orders"),
                        CallPolicy.Limits.within(Duration.ofSeconds(5)))) {
            return new ReadPath(
                    transactions,
                    board,
                    shadow,
                    new ReadPath.Copy(calls, new Ramp("orders"), key -> false, FallbackPolicy.never()),
                    nobody);
        }
    }

    /** Answers every method alike, and remembers what it was given. */
    private static final class Delegate {
        private final @Nullable Object answer;

        @Nullable Exception failure;

        List<@Nullable Object> given = List.of();

        Delegate(@Nullable Object answer) {
            this.answer = answer;
        }

        <T> T as(Class<T> type) {
            return type.cast(
                    Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
                        if (failure != null) {
                            throw failure;
                        }
                        given = args == null ? List.of() : Arrays.asList(args);
                        return answer;
                    }));
        }
    }

    private static final class Noting implements Transactions {
        final Set<RecordId> changed = new HashSet<>();
        int writes;
        int reads;

        void forget() {
            changed.clear();
            writes = 0;
            reads = 0;
        }

        @Override
        public @Nullable Transaction current() {
            return null;
        }

        @Override
        public <T extends @Nullable Object> T write(Work<T> work) throws Exception {
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
                    throw why;
                }
            });
        }

        @Override
        public <T extends @Nullable Object> T read(Side side, boolean asCopy, Reading<T> reading) throws Exception {
            reads++;
            return reading.on(side);
        }
    }

    /** As frameworks declare them. */
    public interface Crud<T, I> {
        T save(T entity);

        Iterable<T> findAll();

        Optional<T> findById(I id);

        @Writes(range = Range.ALL)
        void deleteAll();
    }

    /** Says some of it again with its own types, for which the compiler adds bridges. */
    public interface Orders extends Crud<Order, Long> {
        @Override
        Order save(Order order);

        @Override
        List<Order> findAll();

        Order save(Order order, String reason);

        @Writes(range = Range.BETWEEN)
        int closeBetween(@RecordKey long first, @RecordKey Long last, String reason);

        <S extends Order> List<S> saveAll(Iterable<S> orders);

        <C extends List<Order>> void insertAll(C orders);

        <T> T withAll(Function<Stream<Order>, T> reader);

        void findEach(BiConsumer<Long, ? super Order> consumer);

        default boolean isKnown(Long id) {
            return findById(id).isPresent();
        }
    }

    private Orders orders(Delegate origin) {
        MethodTable table =
                MethodTable.of(Orders.class, List.of(ORDERS)).reads("withAll").build();
        return decorate(Orders.class, table, new Sides<>(origin.as(Orders.class), new Delegate(null).as(Orders.class)));
    }

    @Test
    void aCallThroughTheBaseInterfaceGoesByItsBridgeToTheMethodItself() {
        Crud<Order, Long> crud = orders(new Delegate(ONE));
        assertThat(crud.save(ONE)).isSameAs(ONE);
        assertThat(transactions.changed).containsExactly(ORDERS.id(1L));
        assertThat(transactions.writes).isEqualTo(1);
        Crud<Order, Long> list = orders(new Delegate(List.of(ONE)));
        assertThat(list.findAll()).containsExactly(ONE);
        assertThat(transactions.reads).isEqualTo(1);
    }

    @Test
    void typeParametersOfMethodsAreSeenThrough() {
        orders(new Delegate(List.of(ONE, TWO))).saveAll(List.of(ONE, TWO));
        orders(new Delegate(null)).insertAll(List.of(NINE));
        assertThat(transactions.changed).containsExactlyInAnyOrder(ORDERS.id(1L), ORDERS.id(2L), ORDERS.id(9L));
    }

    @Test
    void aRangeIsNotedBeforeTheCallAndGoesByItsBounds() {
        orders(new Delegate(2)).closeBetween(8, 3L, "old");
        assertThat(transactions.changed).containsExactly(ORDERS.between(3L, 8L).id());
        assertThatThrownBy(() -> orders(new Delegate(2)).closeBetween(8, null, "old"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("was not called");
        transactions.forget();
        Delegate failing = new Delegate(null);
        failing.failure = new IllegalStateException("no");
        assertThatThrownBy(() -> orders(failing).deleteAll()).isSameAs(failing.failure);
        assertThat(transactions.changed).containsExactly(ORDERS.all().id());
    }

    @Test
    void whatIsHandedToAConsumerIsReadInOneTransactionAndNoRecordIsNoted() {
        String read = orders(new Delegate("read")).withAll(stream -> "unused");
        assertThat(read).isEqualTo("read");
        orders(new Delegate(null)).findEach((key, order) -> {});
        assertThat(transactions.writes).isEqualTo(2);
        assertThat(transactions.reads).isZero();
        assertThat(transactions.changed).isEmpty();
    }

    @Test
    void anIterableThatIsNoCollectionIsReadBeforeTheTransactionEnds() {
        interface Listing {
            Iterable<Order> findAll();
        }
        List<String> read = new ArrayList<>();
        Iterable<Order> lazy = () -> {
            read.add("read");
            return List.of(ONE).iterator();
        };
        MethodTable table = MethodTable.of(Listing.class, List.of(ORDERS)).build();
        Listing listing =
                decorate(Listing.class, table, new Sides<>((Listing) () -> lazy, (Listing) () -> List.<Order>of()));
        Iterable<Order> answer = listing.findAll();
        assertThat(read).hasSize(1);
        assertThat(answer).isInstanceOf(List.class).containsExactly(ONE);
    }

    interface Overloaded {
        Order find(Long id);

        Order find(Order like);

        void touch(Order order);

        void touch(Long id, String reason);

        void purge();

        void purge(Long from, Long to);
    }

    @Test
    void anOverloadIsDeclaredByItsSignature() throws Exception {
        MethodTable table = MethodTable.of(Overloaded.class, List.of(ORDERS))
                .writes("find(Order)", "touch")
                .refuses("touch(Long,String)")
                .rangeDirty("purge()", "orders")
                .rangeDirty("purge(Long, Long)", 0, 1)
                .build();
        assertThat(table.route(Overloaded.class.getMethod("find", Long.class))).isInstanceOf(Route.Read.class);
        assertThat(table.route(Overloaded.class.getMethod("find", Order.class))).isInstanceOf(Route.Write.class);
        assertThat(table.route(Overloaded.class.getMethod("touch", Order.class)))
                .isInstanceOf(Route.Write.class);
        assertThat(table.route(Overloaded.class.getMethod("touch", Long.class, String.class)))
                .isInstanceOf(Route.Refused.class);
        Route.RangeWrite all = (Route.RangeWrite) table.route(Overloaded.class.getMethod("purge"));
        assertThat(all.keys(new Object[0]).before())
                .containsExactly(ORDERS.all().id());
        Route.RangeWrite some =
                (Route.RangeWrite) table.route(Overloaded.class.getMethod("purge", Long.class, Long.class));
        assertThat(some.keys(new Object[] {5L, 2L}).before())
                .containsExactly(ORDERS.between(2L, 5L).id());
        assertThatThrownBy(() -> MethodTable.of(Overloaded.class, List.of(ORDERS))
                        .writes("find(String)")
                        .build())
                .hasMessageContaining("find(String): is declared");
    }

    record Customer(String id) {}

    private static final RecordType<Customer, String> CUSTOMERS =
            new RecordType<>("customers", Customer.class, String.class, KeyCodecs.of(String.class), Customer::id);

    interface BadRanges {
        @Writes(range = Range.ALL)
        void deleteEverything();

        @Writes(range = Range.ALL, types = "orderz")
        void deleteMisnamed();

        @Writes(range = Range.BETWEEN)
        void deleteBetween(@RecordKey("orders") Long first, Long last);

        @Writes(range = Range.BETWEEN)
        void deleteNames(@RecordKey("customers") String first, @RecordKey("customers") String last);

        @Writes(
                range = Range.ALL,
                types = {"orders", "customers"})
        CompletableFuture<Integer> deleteLater();

        @Writes(
                range = Range.ALL,
                types = {"orders", "customers"})
        int deleteBoth();
    }

    @Test
    void aRangeThatIsNotClearIsRefusedWithTheMethodsName() {
        UnclassifiedMethodsException refusal = catchThrowableOfType(
                UnclassifiedMethodsException.class,
                () -> MethodTable.of(BadRanges.class, List.of(ORDERS, CUSTOMERS))
                        .build());
        assertThat(refusal.problems())
                .hasSize(5)
                .anyMatch(problem -> problem.startsWith("deleteEverything(): ") && problem.contains("name them"))
                .anyMatch(problem -> problem.startsWith("deleteMisnamed(): ") && problem.contains("'orderz'"))
                .anyMatch(problem -> problem.startsWith("deleteBetween(Long, Long): ") && problem.contains("two"))
                .anyMatch(problem -> problem.startsWith("deleteNames(String, String): ") && problem.contains("order"))
                .anyMatch(problem -> problem.startsWith("deleteLater(): ") && problem.contains("supplyAsync"));
    }

    @Test
    void whereKeysCannotBeListedNoRangeIsAccepted() {
        assertThatThrownBy(() -> MethodTable.of(Overloaded.class, List.of(ORDERS))
                        .writes("find(Order)", "touch(Order)")
                        .refuses("touch(Long, String)", "purge(Long, Long)")
                        .rangeDirty("purge()")
                        .withoutRanges("nobody lists keys here")
                        .build())
                .isInstanceOf(UnclassifiedMethodsException.class)
                .hasMessageContaining("purge(): is declared to change a range, and nobody lists keys here")
                .hasMessageNotContaining("touch");
    }

    @Test
    void annotationsAreFoundOnTheInterfaceThatTheRepositoryTells() throws Exception {
        Orders orders = orders(new Delegate(null));
        assertThat(orders.getClass().getInterfaces()).containsExactly(Orders.class);
        Method between =
                orders.getClass().getInterfaces()[0].getMethod("closeBetween", long.class, Long.class, String.class);
        assertThat(between.getAnnotation(Writes.class).range()).isEqualTo(Range.BETWEEN);
        assertThat(between.getParameters()[0].isAnnotationPresent(RecordKey.class))
                .isTrue();
    }
}
