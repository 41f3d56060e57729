/** Where a wish for a stage comes from, and how a wish is kept from doing harm. */
@NullMarked
package io.dualwrite.flag;

import org.jspecify.annotations.NullMarked;
