package io.dualwrite.control.ramp;

import io.dualwrite.event.Meters;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.function.Supplier;

/** Gauges of a ramp, with the tag {@value Meters#MIGRATION}. {@link #close()} removes them. */
public final class RampMeters implements AutoCloseable {
    /** Gauge: the share of the fleet, 0 to 100. */
    public static final String PERCENT = "dualwrite.ramp.percent";
    /** Gauge: position of the phase, 0 for OFF to 5 for ROLLED_BACK. */
    public static final String PHASE = "dualwrite.ramp.phase";
    /** Gauge: how often the ramp went back by itself. */
    public static final String ROLLBACKS = "dualwrite.ramp.rollbacks";

    private final MeterRegistry registry;
    private final List<Gauge> gauges;

    /** Registers the gauges; {@code state} is asked whenever one is read and must not block. */
    public RampMeters(MeterRegistry registry, String migration, Supplier<RampState> state) {
        this.registry = registry;
        this.gauges = List.of(
                gauge(migration, PERCENT, () -> state.get().percent()),
                gauge(migration, PHASE, () -> state.get().phase().ordinal()),
                gauge(migration, ROLLBACKS, () -> state.get().rollbacks()));
    }

    private Gauge gauge(String migration, String name, Supplier<Number> value) {
        return Gauge.builder(name, value).tag(Meters.MIGRATION, migration).register(registry);
    }

    @Override
    public void close() {
        gauges.forEach(registry::remove);
    }
}
