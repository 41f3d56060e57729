package io.dualwrite.examples.spring.shop;

import jakarta.persistence.CascadeType;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a customer buys at once. Its key comes from a sequence, in blocks. */
@Entity
@Table(name = "orders")
public class Order {
    @Id
    @GeneratedValue
    private @Nullable Long id;

    @Version
    private int version;

    @ManyToOne(optional = false, fetch = FetchType.LAZY)
    private @Nullable Customer customer;

    @Enumerated(EnumType.STRING)
    private Status status = Status.OPEN;

    private LocalDateTime placedAt = LocalDateTime.MIN;

    @OneToMany(mappedBy = "order", cascade = CascadeType.ALL, orphanRemoval = true)
    private List<OrderLine> lines = new ArrayList<>();

    protected Order() {}

    public Order(Customer customer, LocalDateTime placedAt) {
        this.customer = customer;
        this.placedAt = placedAt;
    }

    public void add(Product product, int quantity) {
        lines.add(new OrderLine(this, product, quantity));
    }

    public @Nullable Long getId() {
        return id;
    }

    public @Nullable Customer getCustomer() {
        return customer;
    }

    public Status getStatus() {
        return status;
    }

    public void setStatus(Status status) {
        this.status = status;
    }

    public LocalDateTime getPlacedAt() {
        return placedAt;
    }

    public List<OrderLine> getLines() {
        return lines;
    }
}
