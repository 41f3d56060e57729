/**
 * What clients of a migrating application did and were told, written down outside of it, and a checker that says whether
 * the two databases can have ended as they did. Shares no code with the library.
 */
@NullMarked
package io.dualwrite.testkit.history;

import org.jspecify.annotations.NullMarked;
