/** What Spring Boot 3.5 has other classes for than 4: health. */
@NullMarked
package io.dualwrite.spring.boot3;

import org.jspecify.annotations.NullMarked;
