/**
 * Several nodes in one process, one thread at a time, over real H2 databases: a seed fixes which thread goes on at every
 * statement, commit and pause, what fails, who dies and who comes back late.
 */
@NullMarked
package io.dualwrite.testkit.simulation;

import org.jspecify.annotations.NullMarked;
