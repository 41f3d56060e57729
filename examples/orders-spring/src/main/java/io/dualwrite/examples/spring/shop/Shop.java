package io.dualwrite.examples.spring.shop;

import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Valid;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The shop over HTTP. Entities are read lazily while answers are written, as Spring Boot has it by default. */
@RestController
public class Shop {
    private final Customers customers;
    private final Orders orders;
    private final Catalogue catalogue;
    private final Counter counter;

    Shop(Customers customers, Orders orders, Catalogue catalogue, Counter counter) {
        this.customers = customers;
        this.orders = orders;
        this.catalogue = catalogue;
        this.counter = counter;
    }

    /** Who registers. */
    public record Registration(String name, String email, Address address) {}

    /** What is added to the catalogue. */
    public record Offer(String title, BigDecimal price, List<String> categories) {}

    /** Who orders how many of what. */
    public record Basket(long customer, Map<UUID, Integer> quantities) {}

    /** An order as it is shown. */
    public record Shown(
            long id, String customer, Status status, int lines, BigDecimal total, Map<String, Integer> quantities) {}

    @PostMapping("/customers")
    @ResponseStatus(HttpStatus.CREATED)
    long register(@Valid @RequestBody Registration registration) {
        Customer customer =
                customers.save(new Customer(registration.name(), registration.email(), registration.address()));
        return id(customer.getId());
    }

    /** Loaded in one transaction, saved in another, both in one session of the request's. */
    @PutMapping("/customers/{id}/address")
    void move(@PathVariable long id, @Valid @RequestBody Address address) {
        Customer customer = customers.findById(id).orElseThrow();
        customer.setAddress(address);
        customers.save(customer);
    }

    @PostMapping("/customers/{id}/interests/{interest}")
    void interested(@PathVariable long id, @PathVariable String interest) {
        Customer customer = customers.findById(id).orElseThrow();
        customer.getInterests().add(interest);
        customers.save(customer);
    }

    @GetMapping("/customers/{id}")
    Map<String, Object> customer(@PathVariable long id) {
        Customer customer = customers.findById(id).orElseThrow();
        Map<String, Object> shown = new TreeMap<>();
        shown.put("name", customer.getName());
        shown.put(
                "city",
                customer.getAddress() == null ? "" : customer.getAddress().city());
        shown.put("interests", customer.getInterests());
        return shown;
    }

    @GetMapping("/customers/{id}/orders")
    List<Shown> ordersOf(@PathVariable long id) {
        return orders.findByCustomerIdOrderById(id).stream().map(Shop::shown).toList();
    }

    @PostMapping("/customers/{id}/sending")
    int send(@PathVariable long id) {
        return counter.sendPaid(id);
    }

    @PostMapping("/products")
    @ResponseStatus(HttpStatus.CREATED)
    UUID offer(@RequestBody Offer offer) {
        return Objects.requireNonNull(
                catalogue.add(offer.title(), offer.price(), offer.categories()).getId());
    }

    @PutMapping("/products/{id}/price")
    void reprice(@PathVariable UUID id, @RequestBody BigDecimal price) {
        catalogue.reprice(id, price);
    }

    @GetMapping("/products/{id}/price")
    BigDecimal price(@PathVariable UUID id) {
        return catalogue.price(id);
    }

    @GetMapping("/products")
    List<String> titles(@RequestParam String category) {
        return catalogue.titles(category);
    }

    @GetMapping("/products/cheap")
    long cheap(@RequestParam BigDecimal below) {
        return catalogue.cheaperThan(below);
    }

    @PostMapping("/orders")
    @ResponseStatus(HttpStatus.CREATED)
    long place(@RequestBody Basket basket) {
        return id(counter.place(basket.customer(), basket.quantities()).getId());
    }

    @GetMapping("/orders/{id}")
    Shown order(@PathVariable long id) {
        return shown(orders.findById(id).orElseThrow());
    }

    @PostMapping("/orders/{id}/payment")
    void pay(@PathVariable long id) {
        counter.pay(id);
    }

    @DeleteMapping("/orders/{id}/lines/first")
    void dropLine(@PathVariable long id) {
        counter.dropFirstLine(id);
    }

    @DeleteMapping("/orders/{id}")
    void cancel(@PathVariable long id) {
        counter.cancel(id);
    }

    @ExceptionHandler(NoSuchElementException.class)
    @ResponseStatus(HttpStatus.NOT_FOUND)
    void missing() {}

    @ExceptionHandler(ConstraintViolationException.class)
    @ResponseStatus(HttpStatus.UNPROCESSABLE_CONTENT)
    void invalid() {}

    private static Shown shown(Order order) {
        Map<String, Integer> quantities = new TreeMap<>();
        BigDecimal total = BigDecimal.ZERO;
        for (OrderLine line : order.getLines()) {
            quantities.merge(Objects.requireNonNull(line.getProduct()).getTitle(), line.getQuantity(), Integer::sum);
            total = total.add(line.getPrice().multiply(BigDecimal.valueOf(line.getQuantity())));
        }
        return new Shown(
                id(order.getId()),
                Objects.requireNonNull(order.getCustomer()).getName(),
                order.getStatus(),
                order.getLines().size(),
                total,
                quantities);
    }

    private static long id(@Nullable Long id) {
        return Objects.requireNonNull(id, "an entity that was saved has an id");
    }
}
