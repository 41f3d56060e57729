/**
 * Migrations among Spring's beans, without Spring Boot: a {@link io.dualwrite.spring.MigrationFactory} builds them, a {@link
 * io.dualwrite.spring.MigrationLifecycle} starts and stops them with the application, and {@link
 * io.dualwrite.spring.SpringRepositories} take part in Spring's transactions. Runs on Framework 6.2 and 7.0.
 */
@NullMarked
package io.dualwrite.spring;

import org.jspecify.annotations.NullMarked;
