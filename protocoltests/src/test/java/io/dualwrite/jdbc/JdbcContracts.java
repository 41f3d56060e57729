package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.fence.Control;
import io.dualwrite.flag.StageSource;
import io.dualwrite.journal.Journal;
import io.dualwrite.repair.Brake;
import io.dualwrite.repair.Checkpoints;
import io.dualwrite.repair.Preflight;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.testkit.contract.BrakeContract;
import io.dualwrite.testkit.contract.CarrierContract;
import io.dualwrite.testkit.contract.CheckpointsContract;
import io.dualwrite.testkit.contract.ConfirmationContract;
import io.dualwrite.testkit.contract.ControlContract;
import io.dualwrite.testkit.contract.GeneratorsContract;
import io.dualwrite.testkit.contract.InspectingPreflightContract;
import io.dualwrite.testkit.contract.JournalContract;
import io.dualwrite.testkit.contract.Pair;
import io.dualwrite.testkit.contract.ScanContract;
import io.dualwrite.testkit.contract.StageSourceContract;
import io.dualwrite.testkit.contract.TransactionsContract;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Everything that dualwrite-jdbc brings along, under the contracts of what it implements, on one pair of engines. */
abstract class JdbcContracts {
    /** Two databases, always the same ones. */
    abstract Sides<DataSource> databases() throws Exception;

    private JdbcPair pair() throws Exception {
        return new JdbcPair(databases());
    }

    @Nested
    class Journalling extends JournalContract {
        private JdbcPair pair;

        @BeforeEach
        void make() throws Exception {
            pair = pair();
        }

        @Override
        protected Journal journal() {
            return pair.parts().journals().origin();
        }

        @Override
        protected void elapse(Duration time) throws Exception {
            pair.elapse(Side.ORIGIN, time);
        }
    }

    @Nested
    class Controlling extends ControlContract {
        private JdbcPair pair;

        @BeforeEach
        void make() throws Exception {
            pair = pair();
        }

        @Override
        protected Control control() {
            return pair.parts().controls().origin();
        }

        @Override
        protected AutoCloseable holdShared() throws Exception {
            return pair.holdShared();
        }

        @Override
        protected void elapse(Duration time) throws Exception {
            pair.elapse(Side.ORIGIN, time);
        }
    }

    @Nested
    class Checking extends CheckpointsContract {
        private JdbcPair pair;

        @BeforeEach
        void make() throws Exception {
            pair = pair();
        }

        @Override
        protected Checkpoints checkpoints() {
            return pair.parts().checkpoints();
        }
    }

    @Nested
    class Carrying extends CarrierContract {
        @Override
        protected Pair makePair() throws Exception {
            return pair();
        }
    }

    @Nested
    class Confirming extends ConfirmationContract {
        @Override
        protected Pair makePair() throws Exception {
            return pair();
        }
    }

    @Nested
    class Scanning extends ScanContract {
        @Override
        protected Pair makePair() throws Exception {
            return pair();
        }
    }

    @Nested
    class Wishing extends StageSourceContract {
        @Override
        protected StageSource wishing(Stage stage) throws Exception {
            JdbcStage source = JdbcStage.of(databases().origin(), "contract");
            source.createTable();
            source.wish(stage);
            return source;
        }
    }

    @Nested
    class Braking extends BrakeContract {
        private DataSource database;
        private Brake brake;

        @BeforeEach
        void make() throws Exception {
            database = databases().target();
            run(
                    "drop table if exists replica_lag",
                    "create table replica_lag (seconds numeric(10, 3))",
                    "insert into replica_lag values (30)");
            brake = JdbcBrake.of("replica lag in seconds", database, "select seconds from replica_lag", 30);
        }

        @Override
        protected Brake brake() {
            return brake;
        }

        @Override
        protected void cause(boolean there) throws Exception {
            run("update replica_lag set seconds = " + (there ? "30.001" : "30"));
        }

        @Test
        void whatIsNoNumberIsAFailureAndNoLeaveToGoOn() throws Exception {
            run("update replica_lag set seconds = null");
            assertThatThrownBy(brake::reason).hasMessageContaining("replica lag in seconds");
            run("delete from replica_lag");
            assertThatThrownBy(brake::reason).hasMessageContaining("replica lag in seconds");
        }

        private void run(String... statements) throws SQLException {
            try (Connection connection = database.getConnection();
                    Statement statement = connection.createStatement()) {
                for (String sql : statements) {
                    statement.execute(sql);
                }
            }
        }
    }

    @Nested
    class Inspecting extends InspectingPreflightContract {
        private JdbcPair pair;

        @Override
        protected Pair makePair() throws Exception {
            pair = pair();
            return pair;
        }

        @Override
        protected Preflight cutOff(Side side) {
            return pair.cutOff(side);
        }
    }

    @Nested
    class Sequencing extends GeneratorsContract {
        @Override
        protected Numbered makeNumbered() throws Exception {
            return NumberedTables.withSequences(databases());
        }
    }

    @Nested
    class Identifying extends GeneratorsContract {
        @Override
        protected Numbered makeNumbered() throws Exception {
            return NumberedTables.withIdentityColumns(databases());
        }
    }

    @Nested
    class Transacting extends TransactionsContract {
        @Override
        protected Pair makePair() throws Exception {
            return pair();
        }

        @Override
        protected boolean areAtomic() {
            return true;
        }
    }
}
