/** What an application without Spring Boot switches on; it knows all the other packages, and none of them knows it. */
@NullMarked
package io.dualwrite.spring.config;

import org.jspecify.annotations.NullMarked;
