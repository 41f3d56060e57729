/** How two answers are compared and how a difference is told without telling the data. */
@NullMarked
package io.dualwrite.compare;

import org.jspecify.annotations.NullMarked;
