/** What a migration needs to know of a store and of its records. */
@NullMarked
package io.dualwrite.store;

import org.jspecify.annotations.NullMarked;
