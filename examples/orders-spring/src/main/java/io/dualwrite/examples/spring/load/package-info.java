/** Customers of the shop, as a program. */
@NullMarked
package io.dualwrite.examples.spring.load;

import org.jspecify.annotations.NullMarked;
