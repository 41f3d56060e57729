/** What counted events say about a budget, however often one looks. */
@NullMarked
package io.dualwrite.control.evidence;

import org.jspecify.annotations.NullMarked;
