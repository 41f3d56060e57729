/** The application: two kinds of records, their repositories on either schema, and the mapping between the schemas. */
@NullMarked
package io.dualwrite.examples.orders.shop;

import org.jspecify.annotations.NullMarked;
