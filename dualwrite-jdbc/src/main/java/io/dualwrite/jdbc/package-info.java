/**
 * The whole promise over two databases and plain JDBC: control rows, journal and transfers beside the application's own
 * tables. Start at {@link io.dualwrite.jdbc.Jdbc}.
 */
@NullMarked
package io.dualwrite.jdbc;

import org.jspecify.annotations.NullMarked;
