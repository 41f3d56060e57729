package io.dualwrite.event;

/**
 * <strong>SPI.</strong> Receives what happens. Called on the thread where it happens, so be quick: hand long work on.
 * Whatever it throws is caught, logged once per kind, and changes nothing.
 */
@FunctionalInterface
public interface MigrationListener {
    void on(MigrationEvent event);
}
