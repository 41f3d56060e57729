package io.dualwrite.examples.spring.shop;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** What products have in common. Its key comes from a sequence, in blocks. */
@Entity
@Table(name = "categories")
public class Category {
    @Id
    @GeneratedValue
    private @Nullable Long id;

    @Column(unique = true, nullable = false, length = 60)
    private String name = "";

    protected Category() {}

    public Category(String name) {
        this.name = name;
    }

    public @Nullable Long getId() {
        return id;
    }

    public String getName() {
        return name;
    }
}
