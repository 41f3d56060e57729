package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

final class LoanTest {
    @Test
    void aDriverThatThrowsOneExceptionAgainAndAgainKeepsNoConnection() throws SQLException {
        SQLException always = new SQLException("always the same", "08006");
        List<String> called = new ArrayList<>();
        Connection broken = (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> {
                    called.add(method.getName());
                    if (Set.of("rollback", "abort", "close").contains(method.getName())) {
                        throw always;
                    }
                    return method.getReturnType() == boolean.class ? true : null;
                });
        DataSource pool = (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, args) -> broken);
        Loan.from(pool).rollBack(always);
        assertThat(called).contains("rollback", "abort", "close");
        assertThat(always.getSuppressed()).isEmpty();
    }
}
