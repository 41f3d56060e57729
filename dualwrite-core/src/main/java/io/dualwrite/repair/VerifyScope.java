package io.dualwrite.repair;

import io.dualwrite.stage.RecordRange;
import java.util.Objects;

/**
 * What a verification looks at. Only {@link Everything} can prove a record type clean; a difference that is confirmed in any
 * other scope voids such a proof all the same.
 */
public sealed interface VerifyScope {
    /** Every record of every type, on both sides. */
    record Everything() implements VerifyScope {}

    /** The records of one type between two keys; see {@link io.dualwrite.store.RecordType#between}. */
    record Within(RecordRange range) implements VerifyScope {
        public Within {
            Objects.requireNonNull(range, "range");
        }
    }

    /**
     * A share of every record type: of the pages of 500 records that both sides' keys make, those that a generator of random
     * numbers picks, one at least. The same seed picks the same pages while no keys come and go. All keys are listed, which an
     * index alone can answer, but only the records of those pages are read.
     *
     * <p>Pages and not single keys, since neighbours are read with one seek, and since what one side lacks shows only in a
     * range that is read on both.
     *
     * @param share of the pages, above 0.0 up to 1.0
     * @param seed of the random numbers
     */
    record Sample(double share, long seed) implements VerifyScope {
        public Sample {
            if (!(share > 0 && share <= 1)) {
                throw new IllegalArgumentException("A sample is a share above 0.0 and up to 1.0, not " + share);
            }
        }
    }

    /**
     * The records that transfers have written and nobody has confirmed since, those that have waited longest first; what a
     * backfill has brought over is not among them. They need not be listed, so this works with stores that cannot list their
     * keys too.
     *
     * @param most how many at most, from 1
     */
    record Recent(int most) implements VerifyScope {
        public Recent {
            if (most < 1) {
                throw new IllegalArgumentException("At least 1 recent record is looked at, not " + most);
            }
        }
    }
}
