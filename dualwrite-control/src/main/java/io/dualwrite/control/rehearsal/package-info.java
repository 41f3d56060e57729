/** A migration tried out before it begins: with records that are nobody's, against the real stores, with things going wrong. */
@NullMarked
package io.dualwrite.control.rehearsal;

import org.jspecify.annotations.NullMarked;
