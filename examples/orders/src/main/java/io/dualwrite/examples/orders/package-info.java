/** The main job: the orders of TPC-H move from one database to another while a shop goes on writing them. */
@NullMarked
package io.dualwrite.examples.orders;

import org.jspecify.annotations.NullMarked;
