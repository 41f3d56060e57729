/** What the stores of this module share that keep their things in a database. */
@NullMarked
package io.dualwrite.control.sql;

import org.jspecify.annotations.NullMarked;
