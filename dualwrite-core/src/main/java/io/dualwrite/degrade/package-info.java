/** Lets the application go on when a part of it fails that it can do without. */
@NullMarked
package io.dualwrite.degrade;

import org.jspecify.annotations.NullMarked;
