/** For tests of applications that migrate. */
@NullMarked
package io.dualwrite.spring.test;

import org.jspecify.annotations.NullMarked;
