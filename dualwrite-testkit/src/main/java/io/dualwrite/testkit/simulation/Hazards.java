package io.dualwrite.testkit.simulation;

import java.util.Random;

/**
 * How often something goes wrong, each in one out of so many steps; zero means never. Immutable.
 *
 * @param crash a thread dies for good and its server rolls back; per step
 * @param stall a thread stands still for 50 ms to 60 s of simulated time, keeping its locks or losing its connections;
 *     per step
 * @param loss a connection is lost before or after a statement; per statement
 * @param victim a transaction is rolled back as a deadlock's victim (40001); per statement
 * @param unknownCommit a commit fails with 08006, having happened or not; per commit
 * @param atMost how many of these, all kinds together, one run may suffer
 */
public record Hazards(int crash, int stall, int loss, int victim, int unknownCommit, int atMost) {
    /** Nothing goes wrong; only the order of steps varies. */
    public static final Hazards NONE = new Hazards(0, 0, 0, 0, 0, 0);

    /** A mixture for this run, each hazard frequent, rare or absent: mixtures find what all of them together hide. */
    public static Hazards drawn(Random random) {
        return new Hazards(
                draw(random, 150, 600),
                draw(random, 60, 300),
                draw(random, 100, 500),
                draw(random, 100, 500),
                draw(random, 15, 60),
                1 + random.nextInt(8));
    }

    private static int draw(Random random, int frequent, int rare) {
        int kind = random.nextInt(3);
        return kind == 0 ? 0 : kind == 1 ? frequent : rare;
    }
}
