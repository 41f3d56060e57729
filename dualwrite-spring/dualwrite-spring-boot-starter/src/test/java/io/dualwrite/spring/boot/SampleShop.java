package io.dualwrite.spring.boot;

/** The parts of {@link Shop} for tests in other packages. */
public final class SampleShop {
    private SampleShop() {}

    /** The application's own database. */
    public static Class<?> origin() {
        return Shop.Origin.class;
    }

    /** Where it moves to. */
    public static Class<?> target() {
        return Shop.Target.class;
    }

    /** Where it would move to, if that were there. */
    public static Class<?> unreachableTarget() {
        return Shop.UnreachableTarget.class;
    }

    /** What moves. */
    public static Class<?> tables() {
        return Shop.Tables.class;
    }
}
