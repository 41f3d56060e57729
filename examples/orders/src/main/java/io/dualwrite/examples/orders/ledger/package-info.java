/** What was intended and what was acknowledged, kept where a killed process cannot take it along. */
@NullMarked
package io.dualwrite.examples.orders.ledger;

import org.jspecify.annotations.NullMarked;
