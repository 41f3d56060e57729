/**
 * Finds out which records are changed by whatever an application executes on a DataSource (JPA, Spring Data, JdbcTemplate,
 * anything over JDBC), and writes their intents into the same transaction. Start at {@link
 * io.dualwrite.spring.capture.CapturingDataSource}.
 */
@NullMarked
package io.dualwrite.spring.capture;

import org.jspecify.annotations.NullMarked;
