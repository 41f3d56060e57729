/** A read ramp that goes up on evidence, and back by itself. */
@NullMarked
package io.dualwrite.control.ramp;

import org.jspecify.annotations.NullMarked;
