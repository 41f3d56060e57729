/**
 * One abstract JUnit test per extension point: what the library relies on. Extend the one for what you plug in, say how an
 * instance is made, and run it.
 */
@NullMarked
package io.dualwrite.testkit.contract;

import org.jspecify.annotations.NullMarked;
