package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** An application that swallows a statement's failure is told no lie about the transaction around it. */
@ParameterizedClass
@EnumSource(Engine.class)
final class SwallowedFailureTest {
    private final Engine engine;
    private final Shop shop;
    private final JdbcTransactions transactions;

    SwallowedFailureTest(Engine engine) {
        this.engine = engine;
        this.shop = new Shop(engine, engine).withTables().atShadow();
        // No intents at OFF, whose writing would notice.
        shop.set(Side.ORIGIN, new ControlRow(Role.AUTHORITY, Stage.OFF, 0, 0, false, 1, null));
        this.transactions = shop.transactions(Duration.ofSeconds(10));
    }

    @Test
    void whatIsAcknowledgedIsThereAndWhatIsNotThereIsNotAcknowledged() throws Exception {
        boolean acknowledged;
        try {
            transactions.write(transaction -> {
                insertTwice(transaction.side(), false);
                return null;
            });
            acknowledged = true;
        } catch (SQLException failure) {
            acknowledged = false;
        }
        assertThat(acknowledged).isEqualTo(engine != Engine.POSTGRES);
        assertThat(shop.origin().count("customer")).isEqualTo(acknowledged ? 1 : 0);
    }

    @Test
    void aFailureThatWasTakenBackToASavepointCostsNothing() throws Exception {
        transactions.write(transaction -> {
            insertTwice(transaction.side(), true);
            return null;
        });
        assertThat(shop.origin().count("customer")).isEqualTo(1);
    }

    private void insertTwice(Side side, boolean behindSavepoint) throws SQLException {
        try (Connection connection = shop.made.dataSource(side).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("insert into customer (id, name) values (1, 'Ada')");
            Savepoint savepoint = behindSavepoint ? connection.setSavepoint() : null;
            assertThatThrownBy(() -> statement.execute("insert into customer (id, name) values (1, 'Eve')"))
                    .isInstanceOf(SQLException.class);
            if (savepoint != null) {
                connection.rollback(savepoint);
            }
        }
    }
}
