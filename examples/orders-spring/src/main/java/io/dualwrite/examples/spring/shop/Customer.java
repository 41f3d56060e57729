package io.dualwrite.examples.spring.shop;

import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.NotBlank;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Who buys. Its key comes from an identity column. */
@Entity
@Table(name = "customers")
public class Customer {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    @Version
    private int version;

    @NotBlank private String name = "";

    @Email @Column(unique = true, nullable = false, length = 120)
    private String email = "";

    @Valid @Embedded
    private @Nullable Address address;

    @ElementCollection
    @CollectionTable(name = "customer_interests", joinColumns = @JoinColumn(name = "customer_id"))
    @Column(name = "interest", length = 60)
    private Set<String> interests = new TreeSet<>();

    protected Customer() {}

    public Customer(String name, String email, @Nullable Address address) {
        this.name = name;
        this.email = email;
        this.address = address;
    }

    public @Nullable Long getId() {
        return id;
    }

    public int getVersion() {
        return version;
    }

    public String getName() {
        return name;
    }

    public String getEmail() {
        return email;
    }

    public @Nullable Address getAddress() {
        return address;
    }

    public void setAddress(Address address) {
        this.address = address;
    }

    public Set<String> getInterests() {
        return interests;
    }
}
