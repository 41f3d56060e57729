package io.dualwrite.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes calls of a bean take part in a migration: on a repository interface of Spring Data, on a bean's class or interface, on a
 * bean method, or on single methods. Each call from outside of a transaction becomes one transaction, begun by Spring where the
 * method does not begin one itself, and is run again when the authority moved away from under it: nothing of it was committed
 * then. Methods with {@link io.dualwrite.decorate.Reads} are reads instead: the copy's answer is compared, or, where it may be
 * stale, given for a share of the keys, or after a failure of the authority.
 *
 * <p>Which records change is found out at the {@code DataSource} in any case; an application that starts with an annotation on a
 * bean and no capturing {@code DataSource} is refused. Calls of a bean to itself pass the annotation by, as with all of Spring's.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface DualWrite {
    /** The migration's name; may be left out where there is only one. */
    String value() default "";
}
