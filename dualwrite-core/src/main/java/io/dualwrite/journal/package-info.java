/** The memory of every key that may differ on the copy. */
@NullMarked
package io.dualwrite.journal;

import org.jspecify.annotations.NullMarked;
