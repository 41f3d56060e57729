package io.dualwrite.decorate;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says that an argument, or on a method its result, is a record's key or a collection, an array or a map of keys: where types
 * and names leave a doubt, nothing is guessed. A map of keys has them as its keys, where those are of the key's class, or else
 * as its values. Two arguments may be the bounds of a {@link Range#BETWEEN range}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.PARAMETER, ElementType.METHOD})
public @interface RecordKey {
    /** The record type's name; only needed where several types of the migration have keys of this class. */
    String value() default "";
}
