/** User sessions move between two key-value stores that have no transactions, through a crash. */
@NullMarked
package io.dualwrite.examples.sessions;

import org.jspecify.annotations.NullMarked;
