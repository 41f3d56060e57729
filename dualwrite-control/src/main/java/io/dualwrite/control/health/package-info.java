/** Whether a migration, and what it needs, is well: looked at within time limits. */
@NullMarked
package io.dualwrite.control.health;

import org.jspecify.annotations.NullMarked;
