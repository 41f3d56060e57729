/**
 * Spring Boot's part: migrations are declared as properties under {@code dualwrite.migrations.<name>} and built from the
 * application's beans. Start at {@link io.dualwrite.spring.boot.DualwriteAutoConfiguration}.
 */
@NullMarked
package io.dualwrite.spring.boot;

import org.jspecify.annotations.NullMarked;
