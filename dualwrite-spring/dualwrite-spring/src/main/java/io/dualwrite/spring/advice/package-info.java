/** What annotations do: calls that take part in a migration, and parts that may fail. */
@NullMarked
package io.dualwrite.spring.advice;

import org.jspecify.annotations.NullMarked;
