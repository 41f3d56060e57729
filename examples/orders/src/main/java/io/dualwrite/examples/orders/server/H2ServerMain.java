package io.dualwrite.examples.orders.server;

import java.io.IOException;
import java.sql.SQLException;
import org.h2.tools.Server;

/** An H2 server as a process. Ends when its standard input does: when its parent is gone, however that came about. */
public final class H2ServerMain {
    static final String READY = "ready";

    private H2ServerMain() {}

    /** @param args the port, the directory of its databases */
    public static void main(String[] args) throws SQLException, IOException {
        Server.createTcpServer("-tcpPort", args[0], "-baseDir", args[1], "-ifNotExists")
                .start();
        System.out.println(READY);
        while (System.in.read() >= 0) {
            // Nothing is ever said to it; only the end counts.
        }
        // Not an orderly shutdown, for a server whose parent was killed has been killed too.
        Runtime.getRuntime().halt(0);
    }
}
