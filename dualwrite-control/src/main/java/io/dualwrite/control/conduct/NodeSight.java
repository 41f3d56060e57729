package io.dualwrite.control.conduct;

import io.dualwrite.stage.Stage;

/**
 * What a node says of itself.
 *
 * @param node its name, unique to this start of its process
 * @param beat grows with each report
 * @param stage the stage as this node knows it, by which it reads and writes
 */
public record NodeSight(String node, long beat, Stage stage) {}
