/** The textbook dual write, to see what it loses. */
@NullMarked
package io.dualwrite.examples.orders.naive;

import org.jspecify.annotations.NullMarked;
