import io.dualwrite.DualWriteRepository;
import io.dualwrite.flag.SettableStage;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.Store;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

final class FirstSteps {
    record Order(Long id, String status) {}

    /** Stands for any repository: its methods may have any names and do anything. */
    static final class Orders {
        private final Map<Long, Order> rows = new ConcurrentHashMap<>();

        Order find(Long id) {
            return rows.get(id);
        }

        void save(Order order) {
            rows.put(order.id(), order);
        }

        void delete(Long id) {
            rows.remove(id);
        }
    }

    public static void main(String[] args) {
        Orders old = new Orders();
        Orders next = new Orders();
        // README
        SettableStage flag = new SettableStage(Stage.DUAL_WRITE); // or any flag: () -> Stage.parse(flags.get("orders"))

        try (DualWriteRepository<Order, Long> orders = DualWriteRepository.between(
                        Store.of(old::find, old::save, old::delete), Store.of(next::find, next::save, next::delete))
                .key(Order::id)
                .stage(flag)
                .waitForCopy(Duration.ofSeconds(1)) // by default a write waits for nothing
                .build()) {

            orders.save(new Order(1L, "OPEN")); // old alone decides; next follows, or is retried until it does
            System.out.println("copied: " + next.find(1L));

            flag.set(Stage.LIVE);
            orders.refresh(); // or within a second: drained, fenced, switched
            orders.save(new Order(1L, "PAID")); // next alone decides; old follows, so the way back stays open
            System.out.println(orders.stage() + ", and old has " + old.find(1L));
        }
        // end
    }
}
