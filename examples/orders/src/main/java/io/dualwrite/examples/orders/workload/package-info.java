/** The traffic: writers, readers, and what they know. */
@NullMarked
package io.dualwrite.examples.orders.workload;

import org.jspecify.annotations.NullMarked;
