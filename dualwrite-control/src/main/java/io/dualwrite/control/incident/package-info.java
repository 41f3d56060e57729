/** Incidents: found by rules, owned by people, escalated and updated in time, and reported afterwards. */
@NullMarked
package io.dualwrite.control.incident;

import org.jspecify.annotations.NullMarked;
