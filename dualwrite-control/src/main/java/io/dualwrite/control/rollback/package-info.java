/** Ways back as data: rendered for people, executed by the same objects, and timed whenever they are. */
@NullMarked
package io.dualwrite.control.rollback;

import org.jspecify.annotations.NullMarked;
