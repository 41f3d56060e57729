/** The independent checker; it shares no code with the library's copying and verifying. */
@NullMarked
package io.dualwrite.examples.orders.check;

import org.jspecify.annotations.NullMarked;
