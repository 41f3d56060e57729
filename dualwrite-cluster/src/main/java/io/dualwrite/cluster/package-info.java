/** Spreads a backfill and verifications over the nodes of an application. */
@NullMarked
package io.dualwrite.cluster;

import org.jspecify.annotations.NullMarked;
