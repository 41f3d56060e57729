package io.dualwrite.testkit.simulation;

/**
 * Something was asked of a simulated store that it cannot do: a gap in the simulation. Ends the run at once, since code that
 * is being simulated may well go on after whatever it catches.
 */
public final class Unsimulated extends AssertionError {
    private static final long serialVersionUID = 1;

    private Unsimulated(String message) {
        super(message);
    }

    static Unsimulated of(String what) {
        Unsimulated gap = new Unsimulated("The simulated store does not know " + what);
        Baton current = Baton.current();
        if (current != null) {
            current.fail(gap);
        }
        return gap;
    }

    static Unsimulated of(String what, String sql) {
        return of(what + " in: " + sql);
    }
}
