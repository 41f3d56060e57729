package io.dualwrite.stage;

import java.util.Objects;
import java.util.function.Function;

/**
 * A pair of the same thing, one per side. Immutable.
 *
 * @param origin what belongs to the origin
 * @param target what belongs to the target
 */
public record Sides<T>(T origin, T target) {
    public Sides {
        Objects.requireNonNull(origin, "origin");
        Objects.requireNonNull(target, "target");
    }

    /** The thing of the given side. */
    public T of(Side side) {
        return side == Side.ORIGIN ? origin : target;
    }

    /** Builds the pair by asking {@code factory} once per side, origin first. */
    public static <T> Sides<T> each(Function<Side, T> factory) {
        return new Sides<>(factory.apply(Side.ORIGIN), factory.apply(Side.TARGET));
    }
}
