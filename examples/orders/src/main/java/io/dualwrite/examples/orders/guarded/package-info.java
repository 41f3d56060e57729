/** What a guarded ramp does when the new store turns bad on the way up. */
@NullMarked
package io.dualwrite.examples.orders.guarded;

import org.jspecify.annotations.NullMarked;
