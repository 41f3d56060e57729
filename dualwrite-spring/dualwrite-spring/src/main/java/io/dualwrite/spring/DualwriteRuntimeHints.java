package io.dualwrite.spring;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * What a native image has to know: the library stands before connections and what they hand out, by proxies. Interfaces of
 * repositories that the application has decorated, and its records and keys, are the application's to register.
 */
final class DualwriteRuntimeHints implements RuntimeHintsRegistrar {
    /** What is handed out through a guard or a capture. */
    static final List<Class<?>> PROXIED = List.of(
            Connection.class,
            DatabaseMetaData.class,
            Statement.class,
            PreparedStatement.class,
            CallableStatement.class,
            ResultSet.class);

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        PROXIED.forEach(type -> hints.proxies().registerJdkProxy(type));
    }
}
