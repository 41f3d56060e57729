package io.dualwrite.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says that the application can do without a bean, or without a method of it: recommendations, a rating, an address check. Its
 * calls always end within a deadline and always have an answer; see {@link io.dualwrite.degrade.NonCritical}, on whose threads
 * they run: without the caller's transaction. Not for writes that must not be lost, and refused beside {@link DualWrite}.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface GracefulDegradation {
    /**
     * The method of the same bean that answers in the place of one that fails, with the same parameters; by default the answer
     * is null, empty, zero or false, as the method's result has it.
     */
    String fallbackMethod() default "";

    /** How long a caller waits for one answer, as an ISO 8601 duration or like {@code 500ms}. */
    String deadline() default "1s";

    /** How many calls may be under way or hang at once; further ones get a substitute at once. */
    int atOnce() default 16;

    /** How old a last true answer to the same arguments may be to be given again; by default none is. */
    String lastGood() default "0s";
}
