/** What keeps two sides from accepting authoritative writes at the same time. */
@NullMarked
package io.dualwrite.fence;

import org.jspecify.annotations.NullMarked;
