/** Everything that works in the background: transfer, relay, backfill, verification, handover. */
@NullMarked
package io.dualwrite.repair;

import org.jspecify.annotations.NullMarked;
