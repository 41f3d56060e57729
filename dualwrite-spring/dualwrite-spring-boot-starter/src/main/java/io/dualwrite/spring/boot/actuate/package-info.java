/** Migrations as an endpoint of Spring Boot's Actuator: looked at by default, and operated where that was allowed. */
@NullMarked
package io.dualwrite.spring.boot.actuate;

import org.jspecify.annotations.NullMarked;
