/** What Spring Boot's health endpoint says of migrations. */
@NullMarked
package io.dualwrite.spring.boot.health;

import org.jspecify.annotations.NullMarked;
