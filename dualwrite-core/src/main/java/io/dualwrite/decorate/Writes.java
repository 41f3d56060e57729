package io.dualwrite.decorate;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says that a repository method writes, where its name does not. Its arguments or its result must still name every record
 * that it changes, see {@link RecordKey}; or it says of which range they are, as {@code deleteAll()} and
 * {@code closeOlderThan(date)} have to. Everything in the range is then compared with the authority and made the same, which
 * costs a read of each record of the range.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Writes {
    /** Which records it may change, where neither arguments nor result name them. */
    Range range() default Range.NONE;

    /** The record types that the range is about; only needed where the interface is about several. */
    String[] types() default {};
}
