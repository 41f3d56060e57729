package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.repair.Generators;
import io.dualwrite.stage.Side;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the library relies on in {@link Generators}. */
public abstract class GeneratorsContract {
    /** Two stores with a generator of keys each, both new. */
    public interface Numbered {
        Generators generators();

        /** Takes a number from a side's generator, as an application does that then inserts no record. */
        long next(Side side) throws Exception;
    }

    /** New stores at each call. */
    protected abstract Numbered makeNumbered() throws Exception;

    @Test
    protected void afterwardsNothingIsGivenOutThatTheOldSideHasGivenOut() throws Exception {
        Numbered both = makeNumbered();
        Set<Long> given = take(both, Side.ORIGIN, 70);
        both.generators().ahead(Side.ORIGIN);
        assertThat(take(both, Side.TARGET, 70)).doesNotContainAnyElementsOf(given);
    }

    @Test
    protected void aGeneratorThatIsAheadAlreadyIsNotSetBack() throws Exception {
        Numbered both = makeNumbered();
        Set<Long> given = take(both, Side.TARGET, 300);
        both.next(Side.ORIGIN);
        both.generators().ahead(Side.ORIGIN);
        assertThat(take(both, Side.TARGET, 70)).doesNotContainAnyElementsOf(given);
    }

    @Test
    protected void settingAheadTwiceIsAsOnce() throws Exception {
        Numbered once = makeNumbered();
        take(once, Side.ORIGIN, 5);
        once.generators().ahead(Side.ORIGIN);
        long afterOnce = once.next(Side.TARGET);
        Numbered twice = makeNumbered();
        take(twice, Side.ORIGIN, 5);
        twice.generators().ahead(Side.ORIGIN);
        twice.generators().ahead(Side.ORIGIN);
        assertThat(twice.next(Side.TARGET)).isEqualTo(afterOnce);
    }

    @Test
    protected void theOldSideIsLeftAlone() throws Exception {
        Numbered both = makeNumbered();
        Set<Long> given = take(both, Side.ORIGIN, 5);
        take(both, Side.TARGET, 300);
        both.generators().ahead(Side.ORIGIN);
        long next = both.next(Side.ORIGIN);
        Numbered untouched = makeNumbered();
        take(untouched, Side.ORIGIN, 5);
        assertThat(given).doesNotContain(next);
        assertThat(next).isEqualTo(untouched.next(Side.ORIGIN));
    }

    @Test
    protected void nothingIsGivenOutTwiceHoweverOftenTheAuthorityMoves() throws Exception {
        Numbered both = makeNumbered();
        Set<Long> all = new HashSet<>();
        Side authority = Side.ORIGIN;
        for (int moves = 0; moves < 6; moves++) {
            for (int number = 0; number < 40; number++) {
                assertThat(all.add(both.next(authority)))
                        .as("a number given out once")
                        .isTrue();
            }
            both.generators().ahead(authority);
            authority = authority.other();
        }
    }

    private static Set<Long> take(Numbered both, Side side, int many) throws Exception {
        Set<Long> numbers = new HashSet<>();
        for (int number = 0; number < many; number++) {
            numbers.add(both.next(side));
        }
        return numbers;
    }
}
