package io.dualwrite.decorate;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says that a repository method only reads, where its name does not. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Reads {
    /**
     * Whether callers can do with an answer that is a little old, and do not save what they get: then the copy may answer
     * once the read ramp includes the key. Only looked at for reads by key.
     */
    boolean staleAllowed() default false;

    /** Whether the read may be repeated on the copy, off the caller's thread, to compare the answers. */
    boolean compared() default true;
}
