/** Where notices of incidents are sent. */
@NullMarked
package io.dualwrite.control.sink;

import org.jspecify.annotations.NullMarked;
