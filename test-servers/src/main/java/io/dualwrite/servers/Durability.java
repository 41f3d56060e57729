package io.dualwrite.servers;

/** Whether servers write to disk what they have committed. Tests outlive no power failure, so they do without. */
final class Durability {
    /** Asked for by {@code -Ddualwrite.servers.durable=true}, for measuring. */
    static final boolean WANTED = Boolean.getBoolean("dualwrite.servers.durable");

    private Durability() {}
}
