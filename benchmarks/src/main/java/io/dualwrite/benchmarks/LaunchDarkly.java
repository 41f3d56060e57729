package io.dualwrite.benchmarks;

import com.launchdarkly.sdk.LDContext;
import com.launchdarkly.sdk.LDValue;
import com.launchdarkly.sdk.server.Components;
import com.launchdarkly.sdk.server.LDClient;
import com.launchdarkly.sdk.server.LDConfig;
import com.launchdarkly.sdk.server.MigrationStage;
import com.launchdarkly.sdk.server.integrations.TestData;
import com.launchdarkly.sdk.server.migrations.Migration;
import com.launchdarkly.sdk.server.migrations.MigrationBuilder;
import com.launchdarkly.sdk.server.migrations.MigrationExecution;
import com.launchdarkly.sdk.server.migrations.MigrationMethodResult;
import io.dualwrite.store.Store;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** LaunchDarkly's migrations, offline: the flag comes from its test data, and events go nowhere. */
final class LaunchDarkly implements Store<Order, Long>, AutoCloseable {
    private static final String FLAG = "orders";
    private static final LDContext CONTEXT = LDContext.create("benchmark");

    private final LDClient client;
    private final Migration<Order, Boolean, Long, Order> migration;

    /** {@code stage} is the flag's value; {@code execution} how it reads both sides where it does. */
    LaunchDarkly(Store<Order, Long> old, Store<Order, Long> next, String stage, MigrationExecution execution) {
        TestData flags = TestData.dataSource();
        flags.update(flags.flag(FLAG).valueForAll(LDValue.of(stage)));
        client = new LDClient(
                "offline",
                new LDConfig.Builder()
                        .dataSource(flags)
                        .events(Components.noEvents())
                        .build());
        migration = new MigrationBuilder<Order, Boolean, Long, Order>(client)
                .readExecution(execution)
                .read(key -> found(old, key), key -> found(next, key), Objects::equals)
                .write(order -> saved(old, order), order -> saved(next, order))
                .build()
                .orElseThrow();
    }

    private static MigrationMethodResult<Order> found(Store<Order, Long> store, Long key) {
        try {
            return MigrationMethodResult.Success(store.find(key));
        } catch (Exception failure) {
            return MigrationMethodResult.Failure(failure);
        }
    }

    private static MigrationMethodResult<Boolean> saved(Store<Order, Long> store, Order order) {
        try {
            store.save(order);
            return MigrationMethodResult.Success(true);
        } catch (Exception failure) {
            return MigrationMethodResult.Failure(failure);
        }
    }

    @Override
    public @Nullable Order find(Long key) {
        return migration
                .read(FLAG, CONTEXT, MigrationStage.OFF, key)
                .getResult()
                .orElse(null);
    }

    @Override
    public void save(Order order) {
        migration.write(FLAG, CONTEXT, MigrationStage.OFF, order);
    }

    @Override
    public void delete(Long key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
