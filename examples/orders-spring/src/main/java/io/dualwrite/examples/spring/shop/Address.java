package io.dualwrite.examples.spring.shop;

import jakarta.persistence.Embeddable;
import jakarta.validation.constraints.NotBlank;

/** Where a customer lives. */
@Embeddable
public record Address(@NotBlank String street, @NotBlank String city) {}
