package io.dualwrite.spring.capture;

import io.dualwrite.spring.capture.Effect.Generated;
import java.lang.reflect.Method;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** Prepares statements, and asks for the keys that the database will generate where the application does not. */
final class PreparedCapture {
    private PreparedCapture() {}

    static Object prepare(CapturedConnection connection, Method method, @Nullable Object @Nullable [] args)
            throws Throwable {
        String sql = args != null && args[0] instanceof String text ? text : "";
        Effect effect = connection.capture().effectOf(sql);
        if (!(effect instanceof Effect.Command)) {
            connection.begin();
            effect = connection.capture().effectOf(sql);
        }
        if (args != null && args.length > 2 && args[2] instanceof Integer concurrency) {
            requireReadOnlyResults(connection, concurrency);
        }
        connection.capture().admit(effect);
        boolean ours = effect instanceof Generated generated && !generated.answers() && asksForNoKeys(args);
        if (ours && effect instanceof Generated generated) {
            PreparedStatement asking = connection.raw().prepareStatement(sql, keyColumns(generated));
            return new CapturedStatement(connection, asking, effect, true).proxy();
        }
        Object statement = Through.call(connection.raw(), method, args);
        if (!(statement instanceof Statement prepared)) {
            throw new SQLException("The driver prepared no statement");
        }
        return new CapturedStatement(connection, prepared, effect, false).proxy();
    }

    /** Rows could be changed in the result itself. */
    static void requireReadOnlyResults(CapturedConnection connection, int concurrency) throws SQLException {
        if (concurrency == ResultSet.CONCUR_UPDATABLE) {
            connection
                    .capture()
                    .admit(new Effect.Inseparable("its rows can be changed in its result; use statements instead"));
        }
    }

    static boolean asksForNoKeys(@Nullable Object @Nullable [] args) {
        return args != null
                && (args.length == 1
                        || (args.length == 2
                                && Integer.valueOf(Statement.NO_GENERATED_KEYS).equals(args[1])));
    }

    static String[] keyColumns(Generated generated) {
        return generated.table().stored().keyColumns().toArray(String[]::new);
    }
}
