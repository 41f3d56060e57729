/** One place that walks the stages: gates, approvals, holding, going on, and going back. */
@NullMarked
package io.dualwrite.control.conduct;

import org.jspecify.annotations.NullMarked;
