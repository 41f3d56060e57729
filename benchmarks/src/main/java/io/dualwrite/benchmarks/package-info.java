/** What a call costs with Dualwrite around it, next to the same call without, in one run. */
@NullMarked
package io.dualwrite.benchmarks;

import org.jspecify.annotations.NullMarked;
