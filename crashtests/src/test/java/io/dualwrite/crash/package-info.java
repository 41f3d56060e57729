/** Processes, servers and networks that fail for real, and histories that tell whether anything was lost. */
@NullMarked
package io.dualwrite.crash;

import org.jspecify.annotations.NullMarked;
