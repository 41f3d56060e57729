package io.dualwrite.flag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import io.dualwrite.stage.RecordId;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RampTest {
    private final Ramp ramp = new Ramp("shop");

    @Test
    void aKeyOnceIncludedStaysWhileTheShareGrows() {
        Set<Integer> before = new HashSet<>();
        for (int percent = 0; percent <= 100; percent++) {
            ramp.percent(percent);
            Set<Integer> now = included(ramp);
            assertThat(now).containsAll(before);
            before = now;
        }
        assertThat(before).hasSize(2_000);
    }

    @Test
    void anotherNodeIncludesTheSameKeys() {
        Ramp elsewhere = new Ramp("shop");
        ramp.percent(30);
        elsewhere.percent(30);
        assertThat(included(elsewhere)).isEqualTo(included(ramp));
        assertThat(included(ramp).size()).isCloseTo(600, withPercentage(10));
    }

    @Test
    void anotherSaltMovesOtherKeysFirst() {
        Ramp other = new Ramp("warehouse");
        ramp.percent(10);
        other.percent(10);
        assertThat(included(other)).isNotEqualTo(included(ramp));
    }

    @Test
    void aKeysPlaceIsTheSameInEveryRelease() {
        ramp.percent(50);
        String places = IntStream.range(0, 32)
                .mapToObj(key -> ramp.includes(id(key)) ? "x" : ".")
                .collect(Collectors.joining());
        assertThat(places).isEqualTo(".xx.xx.x.x.....xx.xxx.....x...x.");
    }

    @Test
    void aShareBeyondAHundredIsRefused() {
        ramp.percent(10);
        assertThatThrownBy(() -> ramp.percent(101)).hasMessageContaining("101");
        assertThatThrownBy(() -> ramp.percent(-1)).hasMessageContaining("-1");
        assertThat(ramp.percent()).isEqualTo(10);
    }

    private static Set<Integer> included(Ramp of) {
        return IntStream.range(0, 2_000)
                .filter(key -> of.includes(id(key)))
                .boxed()
                .collect(Collectors.toSet());
    }

    private static RecordId id(int key) {
        return new RecordId("orders", String.valueOf(key));
    }
}
