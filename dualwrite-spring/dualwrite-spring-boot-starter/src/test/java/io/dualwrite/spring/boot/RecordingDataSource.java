package io.dualwrite.spring.boot;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Notes every call that is made on its connections and their statements, in order, with its arguments. */
final class RecordingDataSource extends DelegatingDataSource {
    private final List<String> calls = new CopyOnWriteArrayList<>();

    RecordingDataSource(DataSource behind) {
        super(behind);
    }

    /** What was called so far. */
    List<String> calls() {
        return List.copyOf(calls);
    }

    @Override
    public Connection getConnection() throws SQLException {
        calls.add("getConnection");
        return recorded(Connection.class, super.getConnection());
    }

    private <T> T recorded(Class<T> type, T behind) {
        InvocationHandler handler = (self, method, args) -> {
            calls.add(type.getSimpleName() + "." + method.getName() + Arrays.deepToString(args));
            try {
                Object answer = method.invoke(behind, args);
                if (answer instanceof PreparedStatement statement) {
                    return recorded(PreparedStatement.class, statement);
                }
                return answer instanceof Statement statement ? recorded(Statement.class, statement) : answer;
            } catch (InvocationTargetException failure) {
                throw failure.getCause();
            }
        };
        return type.cast(Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {type}, handler));
    }
}
