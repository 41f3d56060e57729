package io.dualwrite.examples.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.openfeature.sdk.OpenFeatureAPI;
import dev.openfeature.sdk.providers.memory.Flag;
import dev.openfeature.sdk.providers.memory.InMemoryProvider;
import io.dualwrite.flag.StageLatch;
import io.dualwrite.stage.Stage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CheckoutTest {
    @Test
    void ordersGoThroughWhileEverythingElseIsDead() throws Exception {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        Checkout.run(new PrintStream(told, true, StandardCharsets.UTF_8));
        assertThat(told.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "stage DUAL_WRITE",
                        "Receipt[order=Order[id=1, article=ink], recommended=[what goes with ink]]",
                        "recommendations and the new database are dead",
                        "Receipt[order=Order[id=2, article=ink], recommended=[what goes with ink]]",
                        "Receipt[order=Order[id=3, article=paper], recommended=[a pen]]",
                        "degraded: true, substitutes: 2",
                        "both are back",
                        "Receipt[order=Order[id=4, article=paper], recommended=[what goes with paper]]",
                        "degraded: false",
                        "nothing open: true; orders: 4 and 4, stage as before");
    }

    @Test
    void aFlagThatIsLostOrWrongChangesNothing() throws Exception {
        OpenFeatureAPI flags = OpenFeatureAPI.getInstance();
        List<String> failures = new ArrayList<>();
        StageLatch latch = new StageLatch(
                FeatureFlag.of(flags.getClient("latch"), "stage"),
                failure -> failures.add(failure.getClass().getSimpleName()));
        flags.setProviderAndWait("latch", new InMemoryProvider(flag("shadow")));
        assertThat(latch.wish()).isEqualTo(Stage.SHADOW);
        flags.setProviderAndWait("latch", new InMemoryProvider(Map.of()));
        assertThat(latch.wish()).isEqualTo(Stage.SHADOW);
        flags.setProviderAndWait("latch", new InMemoryProvider(flag("sideways")));
        assertThat(latch.wish()).isEqualTo(Stage.SHADOW);
        assertThat(failures).hasSize(2);
        flags.setProviderAndWait("latch", new InMemoryProvider(flag("off")));
        assertThat(latch.wish()).isEqualTo(Stage.OFF);
        flags.shutdown();
    }

    private static Map<String, Flag<?>> flag(String stage) {
        return Map.of(
                "stage",
                Flag.builder().variant("one", stage).defaultVariant("one").build());
    }
}
