package io.dualwrite.spring.jpa;

import jakarta.persistence.CascadeType;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.DiscriminatorColumn;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderColumn;
import jakarta.persistence.SequenceGenerator;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.hibernate.annotations.Formula;

/** A shop as an application would have it: nothing in it knows of a migration. */
public final class Model {
    private Model() {}

    @Embeddable
    public static class Address {
        @Column(name = "street")
        public String street;

        @Column(name = "city")
        public String city;

        protected Address() {}

        public Address(String street, String city) {
            this.street = street;
            this.city = city;
        }
    }

    @Entity(name = "Customer")
    @Table(name = "customers")
    public static class Customer {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        public Long id;

        @Version
        public int version;

        public String name;

        @Embedded
        public Address address;

        @Formula("upper(name)")
        public String shouted;

        @ElementCollection
        @CollectionTable(name = "customer_tags", joinColumns = @JoinColumn(name = "customer_id"))
        @Column(name = "tag")
        public Set<String> tags = new HashSet<>();

        @ElementCollection
        @CollectionTable(name = "customer_phones", joinColumns = @JoinColumn(name = "customer_id"))
        @OrderColumn(name = "position")
        @Column(name = "phone")
        public List<String> phones = new ArrayList<>();

        @OneToMany(mappedBy = "customer", cascade = CascadeType.ALL, orphanRemoval = true)
        public List<Order> orders = new ArrayList<>();

        protected Customer() {}

        public Customer(String name) {
            this.name = name;
        }

        public Order order(String status) {
            Order order = new Order(this, status);
            orders.add(order);
            return order;
        }
    }

    @Entity(name = "Order")
    @Table(name = "orders")
    public static class Order {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "orders_seq")
        @SequenceGenerator(name = "orders_seq", sequenceName = "orders_seq", allocationSize = 10)
        public Long id;

        @ManyToOne(optional = false)
        @JoinColumn(name = "customer_id")
        public Customer customer;

        public String status;

        @ManyToMany
        @JoinTable(
                name = "order_products",
                joinColumns = @JoinColumn(name = "order_id"),
                inverseJoinColumns = @JoinColumn(name = "product_id"))
        public Set<Product> products = new HashSet<>();

        /** The notes do not know their order: Hibernate updates their foreign key by itself. */
        @OneToMany(cascade = CascadeType.ALL)
        @JoinColumn(name = "order_id")
        public List<Note> notes = new ArrayList<>();

        protected Order() {}

        Order(Customer customer, String status) {
            this.customer = customer;
            this.status = status;
        }
    }

    @Entity(name = "Note")
    @Table(name = "notes")
    public static class Note {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        public Long id;

        public String text;

        protected Note() {}

        public Note(String text) {
            this.text = text;
        }
    }

    @Entity(name = "Product")
    @Table(name = "products")
    public static class Product {
        @Id
        public UUID id;

        public String title;

        protected Product() {}

        public Product(UUID id, String title) {
            this.id = id;
            this.title = title;
        }
    }

    @Embeddable
    public record StockId(int warehouse, String sku) {}

    @Entity(name = "Stock")
    @Table(name = "stocks")
    public static class Stock {
        @EmbeddedId
        public StockId id;

        public int amount;

        protected Stock() {}

        public Stock(StockId id, int amount) {
            this.id = id;
            this.amount = amount;
        }
    }

    @Entity(name = "Payment")
    @Table(name = "payments")
    @Inheritance(strategy = InheritanceType.JOINED)
    public abstract static class Payment {
        @Id
        public Long id;

        public BigDecimal amount;
    }

    @Entity(name = "CardPayment")
    @Table(name = "card_payments")
    public static class CardPayment extends Payment {
        public String card;
    }

    @Entity(name = "Discount")
    @Table(name = "discounts")
    @Inheritance(strategy = InheritanceType.SINGLE_TABLE)
    @DiscriminatorColumn(name = "kind")
    public abstract static class Discount {
        @Id
        public Long id;

        public int value;
    }

    @Entity(name = "Percent")
    public static class Percent extends Discount {}

    @Entity(name = "Flat")
    public static class Flat extends Discount {}
}
