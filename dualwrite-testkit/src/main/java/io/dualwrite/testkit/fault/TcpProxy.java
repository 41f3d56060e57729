package io.dualwrite.testkit.fault;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network between a client and its server that delays, cuts, hangs, loses the answer to a COMMIT, or leads to another
 * server. Understands enough of the protocols of PostgreSQL and MariaDB (unencrypted) to tell a COMMIT; everything else
 * passes as it is. Thread-safe; two daemon threads for each connection.
 */
public final class TcpProxy implements AutoCloseable {
    /** What becomes of a commit whose answer is lost. */
    public enum Commit {
        /** The server never hears of it, and rolls back. */
        UNDONE,
        /** The server has committed; the connection breaks when it says so. */
        DONE
    }

    private final ServerSocket listening;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final AtomicInteger lostCommits = new AtomicInteger();
    private final Object gate = new Object();
    private volatile InetSocketAddress upstream;
    private volatile Duration delay = Duration.ZERO;
    private volatile boolean refusing;
    private boolean hanging;
    private int commitsUntilLoss;
    private Commit fate = Commit.UNDONE;

    private TcpProxy(ServerSocket listening, InetSocketAddress upstream) {
        this.listening = listening;
        this.upstream = upstream;
    }

    /** Listens on a free port of the loopback address, and leads to {@code upstream}. */
    public static TcpProxy to(InetSocketAddress upstream) throws IOException {
        TcpProxy proxy = new TcpProxy(new ServerSocket(0, 200, InetAddress.getLoopbackAddress()), upstream);
        daemon("tcp-proxy-" + proxy.port(), proxy::accept);
        return proxy;
    }

    /** The port to connect to. */
    public int port() {
        return listening.getLocalPort();
    }

    /** New connections lead to this server; those that are open stay where they are, see {@link #cut()}. */
    public void leadTo(InetSocketAddress other) {
        upstream = other;
    }

    /** Everything takes this much longer, in each direction. Zero by default. */
    public void delay(Duration each) {
        delay = each;
    }

    /** Breaks every connection there is. */
    public void cut() {
        links.forEach(Link::cut);
    }

    /** While refusing, new connections break at once; those that are open stay. */
    public void refuse(boolean refuses) {
        refusing = refuses;
    }

    /** While hanging, nothing passes and nothing is closed; what was sent meanwhile passes afterwards. */
    public void hang(boolean hangs) {
        synchronized (gate) {
            hanging = hangs;
            gate.notifyAll();
        }
    }

    /** The n-th COMMIT from now on, over all connections, gets no answer: its connection breaks. */
    public void loseCommit(int nth, Commit outcome) {
        synchronized (gate) {
            commitsUntilLoss = nth;
            fate = outcome;
        }
    }

    /** How many commits have got no answer so far. */
    public int lostCommits() {
        return lostCommits.get();
    }

    /** How many connections there are. */
    public int connections() {
        return links.size();
    }

    /** Everything passes again, and at once; connections that were broken stay so. */
    public void heal() {
        delay = Duration.ZERO;
        refusing = false;
        loseCommit(0, Commit.UNDONE);
        hang(false);
    }

    @Override
    public void close() throws IOException {
        listening.close();
        heal();
        cut();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                if (refusing) {
                    abort(client);
                } else {
                    daemon("tcp-proxy-" + port(), () -> connect(client));
                }
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void connect(Socket client) {
        Socket server = new Socket();
        try {
            pass();
            server.connect(upstream, 5_000);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        } catch (IOException | UncheckedIOException unreachable) {
            abort(client);
            abort(server);
            return;
        }
        Link link = new Link(client, server);
        links.add(link);
        daemon("tcp-proxy-" + port(), link::fromServer);
        link.fromClient();
    }

    /** Waits while the network hangs, and for its delay. */
    private void pass() {
        try {
            synchronized (gate) {
                while (hanging) {
                    gate.wait();
                }
            }
            Thread.sleep(delay.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted"));
        }
    }

    /** Whether this commit is the one whose answer is to be lost. */
    private boolean isLost() {
        synchronized (gate) {
            return commitsUntilLoss > 0 && --commitsUntilLoss == 0;
        }
    }

    private Commit fate() {
        synchronized (gate) {
            return fate;
        }
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Closes so that the other end is told at once, as when a process is killed. */
    private static void abort(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException gone) {
            return;
        }
    }

    /** One client's connection through here. */
    private final class Link {
        private final Socket client;
        private final Socket server;
        private final CommitSpotter commits = new CommitSpotter();
        private volatile boolean answerIsLost;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void fromClient() {
            pump(client, server, (buffer, length) -> {
                if (!commits.isCommit(buffer, length) || !isLost()) {
                    return true;
                }
                if (fate() == Commit.DONE) {
                    answerIsLost = true;
                    return true;
                }
                lostCommits.incrementAndGet();
                return false;
            });
        }

        void fromServer() {
            pump(server, client, (buffer, length) -> {
                if (answerIsLost) {
                    lostCommits.incrementAndGet();
                }
                return !answerIsLost;
            });
        }

        private void pump(Socket from, Socket to, Inspection inspection) {
            byte[] buffer = new byte[64 * 1024];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                    pass();
                    if (!inspection.mayPass(buffer, length)) {
                        break;
                    }
                    out.write(buffer, 0, length);
                    out.flush();
                }
            } catch (IOException | UncheckedIOException broken) {
                // Either end has gone, and the other is told so.
            } finally {
                cut();
            }
        }

        void cut() {
            links.remove(this);
            abort(client);
            abort(server);
        }
    }

    @FunctionalInterface
    private interface Inspection {
        boolean mayPass(byte[] buffer, int length);
    }
}
