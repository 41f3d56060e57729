/** How a repository interface of the user's own is wrapped. */
@NullMarked
package io.dualwrite.decorate;

import org.jspecify.annotations.NullMarked;
