/**
 * A JPA persistence unit on each side of a migration, of which the application sees one: its repositories, entity managers and
 * transactions follow the authority. Made for Hibernate.
 */
@NullMarked
package io.dualwrite.spring.jpa;

import org.jspecify.annotations.NullMarked;
