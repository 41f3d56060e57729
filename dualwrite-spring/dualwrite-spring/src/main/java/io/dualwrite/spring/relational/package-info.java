/**
 * Spring Data JDBC on two sides that speak different dialects. Start at {@link
 * io.dualwrite.spring.relational.RoutedAggregates}.
 */
@NullMarked
package io.dualwrite.spring.relational;

import org.jspecify.annotations.NullMarked;
