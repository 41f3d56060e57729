package io.dualwrite.crash;

import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.testkit.fault.TcpProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Two nodes at SHADOW with traffic, which reach each server through a network of their own. */
final class Networked implements AutoCloseable {
    private final Sides<TcpProxy> networks;
    private final Cluster cluster;
    private final List<NodeProcess> nodes = new ArrayList<>();

    Networked(Sides<Server> servers) throws Exception {
        networks = Sides.each(side -> network(servers.of(side)));
        cluster = new Cluster(servers, Servers.home())
                .by(Sides.each(side -> networks.of(side).port()));
    }

    /** Starts the nodes and goes to SHADOW. */
    Networked begin() throws Exception {
        cluster.create(24);
        nodes.addAll(cluster.nodes(2));
        Lap.toShadow(nodes);
        return this;
    }

    Cluster cluster() {
        return cluster;
    }

    /** From now on a side's address is another server's, for the connections that are there too. */
    void lead(Side side, Server server) {
        network(side).leadTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        network(side).cut();
    }

    TcpProxy network(Side side) {
        return networks.of(side);
    }

    List<NodeProcess> nodes() {
        return nodes;
    }

    /** Ends the traffic, has everything brought over, and sees that nothing was lost. */
    Cluster.Report rest() throws Exception {
        return cluster.rest(nodes.get(0), nodes).assertSound();
    }

    @Override
    public void close() throws Exception {
        cluster.close();
        networks.origin().close();
        networks.target().close();
    }

    private static TcpProxy network(Server server) {
        try {
            return TcpProxy.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
