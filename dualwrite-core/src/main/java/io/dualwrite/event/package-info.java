/** What happens inside a migration, as values that listeners receive. */
@NullMarked
package io.dualwrite.event;

import org.jspecify.annotations.NullMarked;
