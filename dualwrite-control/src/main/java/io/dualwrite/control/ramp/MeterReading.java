package io.dualwrite.control.ramp;

import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.Tags;
import java.util.Collection;

/**
 * The number that a Micrometer meter of the application's stands at: the count of a counter, a timer or a summary, the value
 * of a gauge. Meters of one name with different further tags are added up. Thread-safe; never blocks, unless a gauge does.
 *
 * @param tags what a meter must have, and may have more
 */
public record MeterReading(MeterRegistry registry, String meter, Tags tags) implements Gate.Reading {
    /** Every meter of that name. */
    public MeterReading(MeterRegistry registry, String meter) {
        this(registry, meter, Tags.empty());
    }

    /** NaN while there is no such meter: an application that has not counted anything yet says nothing. */
    @Override
    public double now() {
        Collection<Meter> found = registry.find(meter).tags(tags).meters();
        return found.isEmpty()
                ? Double.NaN
                : found.stream().mapToDouble(MeterReading::number).sum();
    }

    private static double number(Meter meter) {
        double last = Double.NaN;
        for (Measurement measurement : meter.measure()) {
            if (measurement.getStatistic() == Statistic.COUNT) {
                return measurement.getValue();
            }
            last = measurement.getValue();
        }
        return last;
    }
}
