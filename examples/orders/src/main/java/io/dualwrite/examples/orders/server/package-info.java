/** Databases: one inside this process, one in a process of its own. */
@NullMarked
package io.dualwrite.examples.orders.server;

import org.jspecify.annotations.NullMarked;
