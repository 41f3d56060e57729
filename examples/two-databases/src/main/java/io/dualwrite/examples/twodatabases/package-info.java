/** The README's second snippet, around it what it needs. */
@NullMarked
package io.dualwrite.examples.twodatabases;

import org.jspecify.annotations.NullMarked;
