/** Real input: the orders and customers of TPC-H. */
@NullMarked
package io.dualwrite.examples.orders.tpch;

import org.jspecify.annotations.NullMarked;
