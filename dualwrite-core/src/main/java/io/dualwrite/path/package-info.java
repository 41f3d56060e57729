/** How one read and one write go through. */
@NullMarked
package io.dualwrite.path;

import org.jspecify.annotations.NullMarked;
