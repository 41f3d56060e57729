package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.fence.Pace;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** A copy that accepts connections and then says nothing any more. */
final class HangingCopyTest {
    private final Sides<TestDatabase> databases = new Sides<>(Engine.H2.create(), Engine.POSTGRES.createUnpooled());
    private final Wire wire;
    private final Shop shop;

    HangingCopyTest() throws Exception {
        new Shop(databases, List.of(Shop.ORDERS, Shop.CUSTOMERS)).withTables().atShadow();
        PGSimpleDataSource direct = (PGSimpleDataSource) databases.target().pool();
        wire = new Wire(direct.getPortNumbers()[0]);
        PGSimpleDataSource wired = new PGSimpleDataSource();
        wired.setServerNames(new String[] {"localhost"});
        wired.setPortNumbers(new int[] {wire.port()});
        wired.setDatabaseName(direct.getDatabaseName());
        wired.setUser(direct.getUser());
        wired.setPassword(direct.getPassword());
        wired.setCurrentSchema(direct.getCurrentSchema());
        shop = new Shop(
                new Sides<>(databases.origin(), new TestDatabase(Engine.POSTGRES, wired)),
                new Sides<>(databases.origin().pool(), wired),
                List.of(Shop.ORDERS, Shop.CUSTOMERS),
                new Limits(Duration.ofSeconds(1), Duration.ofMillis(100)));
        databases.origin().run("insert into customer values (1, 'Ada')");
    }

    @AfterEach
    void close() {
        wire.close();
    }

    @Test
    void aTransferIsGivenUpWithinItsLimitAndLaterDoneAgain() throws Exception {
        Set<RecordId> records = new HashSet<>(Shop.ids(Shop.CUSTOMERS, 1));
        wire.hangAfter(2_000);
        Pace.Deadline patience = Pace.real().in(Duration.ofSeconds(20));
        assertThatThrownBy(() -> shop.made.carrier().carry(Side.ORIGIN, records, null))
                .isInstanceOf(SQLException.class);
        assertThat(patience.isOver()).isFalse();
        wire.heal();
        shop.made.carrier().carry(Side.ORIGIN, records, null);
        assertThat(databases.target().count("customers")).isEqualTo(1);
    }

    @Test
    void aStatementThatWaitsForALockTooLongIsGivenUp() throws Exception {
        Set<RecordId> records = new HashSet<>(Shop.ids(Shop.CUSTOMERS, 1));
        try (Connection other = databases.target().pool().getConnection();
                Statement lock = other.createStatement()) {
            other.setAutoCommit(false);
            lock.execute("lock table customers in exclusive mode");
            assertThatThrownBy(() -> shop.made.carrier().carry(Side.ORIGIN, records, null))
                    .isInstanceOf(SQLException.class);
            other.rollback();
        }
        shop.made.carrier().carry(Side.ORIGIN, records, null);
        assertThat(databases.target().count("customers")).isEqualTo(1);
    }

    /** Passes bytes on both ways until it is told to hang. */
    private static final class Wire {
        private final ServerSocket server;
        private final int target;
        private volatile long left = Long.MAX_VALUE;

        Wire(int target) throws IOException {
            this.target = target;
            this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            start(this::accept);
        }

        int port() {
            return server.getLocalPort();
        }

        /** Says nothing more once so many bytes have come back. */
        void hangAfter(long bytes) {
            left = bytes;
        }

        void heal() {
            left = Long.MAX_VALUE;
        }

        void close() {
            heal();
            try {
                server.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void accept() {
            try {
                while (true) {
                    Socket client = server.accept();
                    Socket upstream = new Socket(InetAddress.getLoopbackAddress(), target);
                    start(() -> pump(client, upstream, false));
                    start(() -> pump(upstream, client, true));
                }
            } catch (IOException closed) {
                return;
            }
        }

        private void pump(Socket from, Socket to, boolean answers) {
            try (from;
                    to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] buffer = new byte[4096];
                int read;
                while ((read = in.read(buffer)) >= 0) {
                    while (answers && left < read) {
                        LockSupport.parkNanos(1_000_000);
                    }
                    if (answers && left != Long.MAX_VALUE) {
                        left -= read;
                    }
                    out.write(buffer, 0, read);
                    out.flush();
                }
            } catch (IOException closed) {
                return;
            }
        }

        private static void start(Runnable work) {
            Thread thread = new Thread(work);
            thread.setDaemon(true);
            thread.start();
        }
    }
}
