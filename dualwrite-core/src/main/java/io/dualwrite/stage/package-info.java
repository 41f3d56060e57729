/** The words of a migration: sides, stages with their plans, and the control rows that hold the truth. */
@NullMarked
package io.dualwrite.stage;

import org.jspecify.annotations.NullMarked;
