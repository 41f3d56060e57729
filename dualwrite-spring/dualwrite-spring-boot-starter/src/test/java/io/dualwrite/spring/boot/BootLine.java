package io.dualwrite.spring.boot;

import java.util.List;
import org.springframework.util.ClassUtils;

/** Spring Boot's own auto-configurations by their simple names: each line has them in other packages. */
public final class BootLine {
    private static final List<String> PACKAGES = List.of(
            "org.springframework.boot.jdbc.autoconfigure.",
            "org.springframework.boot.autoconfigure.jdbc.",
            "org.springframework.boot.actuate.autoconfigure.endpoint.",
            "org.springframework.boot.actuate.autoconfigure.endpoint.web.",
            "org.springframework.boot.transaction.autoconfigure.",
            "org.springframework.boot.autoconfigure.transaction.");

    private BootLine() {}

    /** @throws IllegalArgumentException when no line has one of that name */
    public static Class<?> named(String simpleName) {
        for (String place : PACKAGES) {
            if (ClassUtils.isPresent(place + simpleName, BootLine.class.getClassLoader())) {
                return ClassUtils.resolveClassName(place + simpleName, BootLine.class.getClassLoader());
            }
        }
        throw new IllegalArgumentException("No line of Spring Boot is known to have " + simpleName);
    }
}
