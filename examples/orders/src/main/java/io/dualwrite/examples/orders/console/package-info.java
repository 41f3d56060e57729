/** What the job says, and how long things take. */
@NullMarked
package io.dualwrite.examples.orders.console;

import org.jspecify.annotations.NullMarked;
